"""A draft of the acceptance term's clauses: what may be done to it, by whom, and what publishing makes of it."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from apps.blueprints.catalogues import clauses, content
from apps.blueprints.editor import changes, drafts, term_actions
from apps.blueprints.editor import script_actions as actions
from apps.blueprints.loading import loader
from apps.blueprints.models import Blueprint, TermDraft
from apps.companies.models import Role
from apps.core.refusals import Invalid, NotAllowed, Refusal
from tests.blueprints.factories import ScriptVersionFactory, TermDraftFactory, TermVersionFactory, a_clause
from tests.companies.factories import CompanyFactory, PresenceFactory, a_person

pytestmark = pytest.mark.django_db

WORDS = {
    "title": {"pt": "Sigilo", "en": "Secrecy"},
    "text": {"pt": "{client} guarda sigilo.", "en": "{client} keeps it."},
}


@pytest.fixture
def published():
    return TermVersionFactory(version=1)


@pytest.fixture
def draft(published, pm):
    return term_actions.start(by=pm)


def keys():
    return [clause["key"] for clause in TermDraft.objects.get().content["clauses"]]


def seen(key):
    return drafts.fingerprint(TermDraft.objects.get().clause(key))


def publish(by, note="Mudou"):
    return term_actions.publish(by=by, note=note, revision=TermDraft.objects.get().revision)


class TestStarting:
    def test_a_draft_begins_as_the_version_in_force(self, draft, published):
        assert draft.base == published
        assert keys() == ["aceite", "suporte", "foro"]

    def test_there_is_one_at_a_time(self, draft, manager):
        with pytest.raises(Refusal, match="Já há um rascunho"):
            term_actions.start(by=manager)
        with pytest.raises(IntegrityError), transaction.atomic():
            TermDraftFactory(base=draft.base)

    def test_that_of_the_script_is_another(self, draft, pm):
        ScriptVersionFactory()
        actions.start(by=pm)
        assert TermDraft.objects.get() == draft

    @pytest.mark.parametrize("role", [Role.ANALYST, None])
    def test_only_who_runs_projects_writes(self, draft, role):
        person = a_person(PresenceFactory(), role) if role else a_person(CompanyFactory())
        verbs = (
            lambda: term_actions.start(by=person),
            lambda: term_actions.add_clause(by=person, **WORDS),
            lambda: term_actions.save_clause("foro", by=person, seen_fingerprint=seen("foro"), **WORDS),
            lambda: term_actions.remove_clause("foro", by=person),
            lambda: term_actions.undo_clause("foro", by=person),
            lambda: term_actions.take_clause("foro", by=person),
            lambda: term_actions.move_clause("foro", by=person, up=True),
            lambda: drafts.discard(TermDraft, by=person),
        )
        for verb in verbs:
            with pytest.raises(NotAllowed):
                verb()
        assert TermDraft.objects.get().revision == draft.revision


class TestClauses:
    def test_one_is_changed_in_both_languages(self, draft, pm):
        term_actions.save_clause("foro", by=pm, seen_fingerprint=seen("foro"), **WORDS)
        clause = TermDraft.objects.get().clause("foro")
        assert clause == {"key": "foro", **WORDS}
        assert TermDraft.objects.get().revision == draft.revision + 1

    def test_what_somebody_else_saved_is_not_written_over_unseen(self, draft, pm, manager):
        before = seen("foro")
        term_actions.save_clause("foro", by=manager, seen_fingerprint=before, **WORDS)
        with pytest.raises(Refusal, match="mudou enquanto você editava"):
            term_actions.save_clause(
                "foro", by=pm, seen_fingerprint=before, **{**WORDS, "title": {"pt": "Outro", "en": ""}}
            )
        assert TermDraft.objects.get().clause("foro")["title"]["pt"] == "Sigilo"

    def test_one_is_added_at_the_end_under_a_key_that_no_version_had(self, draft, pm):
        TermVersionFactory(version=2, key=Blueprint.SHIPPED, content={"clauses": [a_clause("sigilo")]})
        assert term_actions.add_clause(by=pm, **WORDS) == "sigilo_2"
        assert keys()[-1] == "sigilo_2"

    def test_a_title_without_letters_gets_a_key_too(self, draft, pm):
        assert term_actions.add_clause(by=pm, **{**WORDS, "title": {"pt": "§ 1", "en": ""}}) == "1"
        assert term_actions.add_clause(by=pm, **{**WORDS, "title": {"pt": "§", "en": ""}}) == "clausula"

    def test_one_goes_and_comes_back_to_its_place(self, draft, pm):
        term_actions.remove_clause("suporte", by=pm)
        assert keys() == ["aceite", "foro"]
        with pytest.raises(Refusal, match="retirada"):
            term_actions.save_clause("suporte", by=pm, seen_fingerprint="", **WORDS)
        term_actions.undo_clause("suporte", by=pm)
        assert keys() == ["aceite", "suporte", "foro"]

    def test_undoing_a_new_one_takes_it_out(self, draft, pm):
        key = term_actions.add_clause(by=pm, **WORDS)
        term_actions.undo_clause(key, by=pm)
        assert key not in keys()

    def test_the_first_comes_back_as_the_first(self, draft, pm):
        term_actions.remove_clause("aceite", by=pm)
        term_actions.undo_clause("aceite", by=pm)
        assert keys() == ["aceite", "suporte", "foro"]

    def test_lines_end_as_in_the_files(self, draft, pm):
        lines = {"title": {"pt": "A", "en": "A"}, "text": {"pt": " Um.\r\n\r\nDois.\r\n", "en": "x"}}
        term_actions.save_clause("foro", by=pm, seen_fingerprint=seen("foro"), **lines)
        assert TermDraft.objects.get().clause("foro")["text"]["pt"] == "Um.\n\nDois."

    def test_they_change_places_and_stay_at_the_ends(self, draft, pm):
        term_actions.move_clause("foro", by=pm, up=True)
        assert keys() == ["aceite", "foro", "suporte"]
        term_actions.move_clause("aceite", by=pm, up=True)
        assert keys() == ["aceite", "foro", "suporte"]

    @pytest.mark.parametrize(
        ("words", "field"),
        [
            ({"title": {"pt": " ", "en": "x"}}, "title_pt"),
            ({"text": {"pt": "", "en": "x"}}, "text_pt"),
            ({"title": {"pt": "x" * 121, "en": ""}}, "title_pt"),
            ({"text": {"pt": "x", "en": "x" * 4001}}, "text_en"),
            ({"title": {"pt": "Foro de {client}", "en": ""}}, "title_pt"),
            ({"text": {"pt": "{cliente} aceita", "en": ""}}, "text_pt"),
            ({"text": {"pt": "x", "en": "{client.__class__}"}}, "text_en"),
            ({"text": {"pt": "uma { só", "en": ""}}, "text_pt"),
        ],
    )
    def test_what_no_clause_may_say_is_refused_at_its_field(self, draft, pm, words, field):
        with pytest.raises(Invalid) as refused:
            term_actions.add_clause(by=pm, **{**WORDS, **words})
        assert refused.value.field == field
        assert len(keys()) == 3

    def test_there_are_not_more_than_anybody_reads(self, draft, pm, monkeypatch):
        monkeypatch.setattr(clauses, "MOST_CLAUSES", 3)
        with pytest.raises(Refusal, match="no máximo 3"):
            term_actions.add_clause(by=pm, **WORDS)


class TestPublishing:
    def test_it_becomes_the_version_in_force(self, draft, pm, manager):
        term_actions.save_clause("foro", by=pm, seen_fingerprint=seen("foro"), **WORDS)
        made = publish(manager)
        assert (made.version, made.origin, made.note, made.read_by_another) == (2, "edited", "Mudou", True)
        assert [str(clause.title) for clause in content.term_clauses().clauses][-1] == "Sigilo"
        assert [clause.key for clause in content.term_clauses(1).clauses] == ["aceite", "suporte", "foro"]
        assert not TermDraft.objects.exists()

    def test_only_a_manager_publishes(self, draft, pm):
        term_actions.save_clause("foro", by=pm, seen_fingerprint=seen("foro"), **WORDS)
        with pytest.raises(NotAllowed):
            publish(pm)

    def test_a_language_that_is_lacking_is_named(self, draft, manager):
        term_actions.save_clause(
            "foro", by=manager, seen_fingerprint=seen("foro"), **{**WORDS, "text": {"pt": "x", "en": ""}}
        )
        with pytest.raises(Refusal) as refused:
            publish(manager)
        assert refused.value.details == ["Sigilo: falta texto em inglês."]

    def test_a_term_without_clauses_is_none(self, draft, manager):
        for key in keys():
            term_actions.remove_clause(key, by=manager)
        with pytest.raises(Refusal) as refused:
            publish(manager)
        assert refused.value.details == ["O termo precisa de ao menos uma cláusula."]

    def test_nothing_new_is_not_published(self, draft, manager):
        with pytest.raises(Refusal, match="Nada mudou"):
            publish(manager)

    def test_what_changed_since_it_was_read_is_read_again(self, draft, pm, manager):
        term_actions.move_clause("foro", by=pm, up=True)
        with pytest.raises(Refusal, match="Leia as diferenças de novo"):
            term_actions.publish(by=manager, note="x", revision=draft.revision)

    def test_it_takes_a_note(self, draft, pm, manager):
        term_actions.move_clause("foro", by=pm, up=True)
        with pytest.raises(Invalid) as refused:
            publish(manager, note=" ")
        assert refused.value.field == "note"

    def test_a_version_does_not_change_any_more(self, draft, manager):
        term_actions.move_clause("foro", by=manager, up=True)
        made = publish(manager)
        with pytest.raises(DatabaseError), transaction.atomic():
            Blueprint.objects.filter(pk=made.pk).update(content={"clauses": []})


class TestTheSystemsFile:
    def test_one_that_comes_after_an_edition_waits(self, draft, manager, tmp_path):
        term_actions.move_clause("foro", by=manager, up=True)
        publish(manager)
        (tmp_path / "term.toml").write_text(
            'version = 3\n[[clauses]]\nkey = "novo"\ntitle = { pt = "N", en = "N" }\ntext = { pt = "x", en = "x" }\n'
        )
        loader.load(tmp_path)
        assert Blueprint.objects.current("term").version == 2
        assert Blueprint.objects.get(kind="term", version=3).key == Blueprint.SHIPPED

    def test_one_that_comes_while_the_first_edition_is_written_is_not_taken_back_unseen(self, pm, manager, tmp_path):
        def ship(version, text):
            (tmp_path / "term.toml").write_text(
                f'version = {version}\n[[clauses]]\nkey = "foro"\ntitle = {{ pt = "Foro", en = "F" }}\n'
                f'text = {{ pt = "{text}", en = "x" }}\n'
            )
            loader.load(tmp_path)

        ship(1, "Em Recife.")
        draft = term_actions.start(by=pm)
        term_actions.add_clause(by=pm, **WORDS)
        read = TermDraft.objects.get().revision
        ship(2, "Em Olinda.")
        with pytest.raises(Refusal, match="Leia as diferenças de novo"):
            term_actions.publish(by=manager, note="x", revision=read)
        draft.refresh_from_db()
        found = changes.between_clauses(draft.base.content, draft.content)
        assert [(change.key, change.kind) for change in found] == [("foro", "changed"), ("sigilo", "added")]
        term_actions.undo_clause("foro", by=pm)
        publish(manager)
        assert content.term_clauses().version == 3
        assert [clause.text["pt"] for clause in content.term_clauses().clauses] == ["Em Olinda.", WORDS["text"]["pt"]]

    def test_its_clauses_are_taken_one_by_one(self, draft, pm):
        theirs = {"clauses": [a_clause("aceite", "Outro texto."), a_clause("dados"), a_clause("suporte")]}
        TermVersionFactory(version=2, key=Blueprint.SHIPPED, content=theirs)
        for key in ("aceite", "dados", "foro"):
            term_actions.take_clause(key, by=pm)
        assert keys() == ["aceite", "dados", "suporte"]
        assert TermDraft.objects.get().clause("aceite")["text"]["pt"] == "Outro texto."

    def test_without_one_there_is_nothing_to_take(self, draft, pm):
        with pytest.raises(Refusal, match="não trouxe outra versão"):
            term_actions.take_clause("foro", by=pm)

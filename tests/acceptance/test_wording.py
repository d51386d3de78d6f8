"""The clauses of a rollout's term: the template's version that it took, and its own words over it."""

import jsonschema
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.blueprints.loading import loader
from apps.blueprints.models import Blueprint
from apps.core import canonical
from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.stages.acceptance import actions, queries
from apps.stages.acceptance.models import OwnClause, Wording
from apps.stages.acceptance.sealing import document, rendering, schemas
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.wording import clauses as wording
from apps.stages.acceptance.wording import record
from tests.acceptance.factories import ROLES, OwnClauseFactory, WordingFactory, a_draft, opened, signs
from tests.blueprints import shipped
from tests.blueprints.factories import TermVersionFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

FORUM = {"title": "Foro", "text": "Em Recife, se {client} quiser.", "reason": "Está no contrato"}
NEW = {"title": "Sigilo", "text": "{integrator} guarda sigilo.", "reason": "Pedido do cliente"}


@pytest.fixture
def rollout():
    shipped.load()
    return at_stage(RolloutFactory(), Stage.ACCEPTANCE)


@pytest.fixture
def pm(rollout):
    return rollout.people["pm"]


def clause(rollout, key):
    return next(each for each in wording.all_of(rollout) if each.key == key)


def change(rollout, key="forum", **fields):
    fields = {"by": rollout.people["pm"], "expected": clause(rollout, key).fingerprint, **FORUM, **fields}
    wording.change(rollout, key, **fields)


def leave_out(rollout, key="forum", **fields):
    fields = {
        "by": rollout.people["pm"],
        "expected": clause(rollout, key).fingerprint,
        "reason": "Não se aplica",
        **fields,
    }
    wording.leave_out(rollout, key, **fields)


def shipped_version() -> int:
    return next(file.version for file in loader.read_files() if file.kind == Blueprint.Kind.TERM)


def publish_another(**texts):
    """The version in force with the Portuguese texts of some clauses changed."""
    current = Blueprint.objects.current("term")
    rows = [
        {**row, "text": {**row["text"], "pt": texts.get(row["key"], row["text"]["pt"])}}
        for row in current.content["clauses"]
    ]
    return TermVersionFactory(version=current.version + 1, content={"clauses": rows})


def titles(rollout):
    return [each["title"] for each in record.build(rollout)["clauses"]]


class TestOwnWords:
    def test_without_any_the_term_says_what_the_template_says(self, rollout):
        said = record.build(rollout)
        assert "origin" not in str(said["clauses"])
        assert "clauses_version" not in said
        assert said["clauses"][-1]["title"] == "Foro"

    def test_a_clause_is_changed_where_it_stands(self, rollout):
        before = titles(rollout)
        change(rollout)
        assert titles(rollout) == before
        client = rollout.company("client").legal_name
        said = record.build(rollout)["clauses"][-1]
        assert said == {"title": "Foro", "text": f"Em Recife, se {client} quiser.", "origin": "changed"}
        assert record.build(rollout)["clauses_version"] == shipped_version()

    def test_one_is_added_behind_the_templates(self, rollout, pm):
        key = wording.add(rollout, by=pm, **NEW)
        assert titles(rollout)[-2:] == ["Foro", "Sigilo"]
        assert record.build(rollout)["clauses"][-1]["origin"] == "added"
        change(rollout, key, title="Sigilo das partes")
        assert titles(rollout)[-1] == "Sigilo das partes"
        assert clause(rollout, key).own_clause.kind == "added"

    def test_one_is_left_out(self, rollout):
        leave_out(rollout)
        assert "Foro" not in titles(rollout)
        assert clause(rollout, "forum").is_left_out

    def test_each_is_taken_back(self, rollout, pm):
        before = record.build(rollout)["clauses"]
        key = wording.add(rollout, by=pm, **NEW)
        change(rollout, "support")
        leave_out(rollout)
        for each in (key, "support", "forum"):
            wording.take_back(rollout, each, by=pm)
        assert record.build(rollout)["clauses"] == before
        with pytest.raises(Refusal, match="já está como no modelo"):
            wording.take_back(rollout, "forum", by=pm)

    def test_a_clause_that_was_left_out_is_said_in_other_words(self, rollout):
        leave_out(rollout)
        change(rollout)
        assert clause(rollout, "forum").own_clause.kind == "changed"

    def test_each_change_stands_on_the_timeline_with_its_reason(self, rollout, pm):
        change(rollout)
        wording.add(rollout, by=pm, **NEW)
        leave_out(rollout, "support")
        wording.take_back(rollout, "forum", by=pm)
        events = rollout.events.filter(kind__startswith="acceptance.clause").order_by("sequence")
        assert [event.kind.split(".")[1] for event in events] == [
            "clause_changed", "clause_added", "clause_left_out", "clause_taken_back"
        ]  # fmt: skip
        assert events[0].data == {"clause": "forum", "title": "Foro", "reason": "Está no contrato"}

    def test_the_differences_are_told_word_by_word(self, rollout):
        row = clause(rollout, "forum")
        change(rollout, text=row.text.replace("da comarca de", "do domicílio de"), title=row.title)
        (found,) = clause(rollout, "forum").differences
        only = {kind: [each.text for each in found.pieces if each.kind == kind] for kind in ("deleted", "inserted")}
        assert only == {"deleted": ["da", "comarca"], "inserted": ["do", "domicílio"]}


class TestRefusals:
    @pytest.mark.parametrize("who", ["client", "integrator", "platform", "analyst", "stranger"])
    def test_only_who_drafts_changes(self, rollout, who):
        person = rollout.people[who]
        verbs = (
            lambda: change(rollout, by=person),
            lambda: wording.add(rollout, by=person, **NEW),
            lambda: leave_out(rollout, by=person),
            lambda: wording.take_back(rollout, "forum", by=person),
            lambda: wording.take_newer(rollout, by=person, version=2),
        )
        for verb in verbs:
            with pytest.raises(NotAllowed):
                verb()
        assert not Wording.objects.exists()

    @pytest.mark.parametrize("stage", [Stage.HOMOLOGATION, Stage.GO_LIVE])
    def test_at_another_stage_nothing_changes(self, rollout, stage):
        at_stage(rollout, stage)
        with pytest.raises(Refusal, match="etapa do termo"):
            change(rollout)

    def test_nor_once_everybody_signed(self):
        term = opened(a_draft(), pdf=b"%PDF-1.7")
        for role in ROLES:
            signs(term, role)
        with pytest.raises(Refusal, match="assinado por todos"):
            change(term.rollout)
        assert not wording.may_change(term.rollout.people["pm"], term.rollout)

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"title": " "}, "title"),
            ({"text": ""}, "text"),
            ({"reason": "  "}, "reason"),
            ({"title": "x" * 121}, "title"),
            ({"text": "x" * 4001}, "text"),
            ({"reason": "x" * 501}, "reason"),
            ({"title": "Foro de {client}"}, "title"),
            ({"text": "{cliente} aceita"}, "text"),
            ({"text": "{client.__class__}"}, "text"),
            ({"text": "{"}, "text"),
        ],
    )
    def test_what_no_clause_may_say_is_refused_at_its_field(self, rollout, pm, fields, field):
        for verb in (lambda: change(rollout, **fields), lambda: wording.add(rollout, by=pm, **{**NEW, **fields})):
            with pytest.raises(Invalid) as refused:
                verb()
            assert refused.value.field == field
        assert not OwnClause.objects.exists()

    def test_the_same_words_are_no_change(self, rollout):
        row = clause(rollout, "forum")
        with pytest.raises(Refusal, match="como no modelo"):
            change(rollout, title=row.title, text=row.text)

    def test_what_somebody_else_saved_is_not_written_over_unseen(self, rollout):
        seen = clause(rollout, "forum").fingerprint
        change(rollout)
        with pytest.raises(Refusal, match="mudou enquanto você editava"):
            change(rollout, expected=seen, text="Em Olinda.")
        with pytest.raises(Refusal, match="mudou enquanto você editava"):
            leave_out(rollout, expected=seen)
        assert clause(rollout, "forum").text == FORUM["text"]

    def test_one_that_is_not_there(self, rollout, pm):
        with pytest.raises(Refusal, match="não está mais no termo"):
            wording.take_back(rollout, "own-9", by=pm)

    def test_an_added_one_is_not_left_out_but_taken_back(self, rollout, pm):
        key = wording.add(rollout, by=pm, **NEW)
        with pytest.raises(Refusal, match="não é do modelo"):
            leave_out(rollout, key)

    def test_a_term_without_clauses_is_none(self, rollout):
        keys = [each.key for each in wording.clauses_of(rollout)]
        for key in keys[:-1]:
            leave_out(rollout, key)
        with pytest.raises(Refusal, match="ao menos uma cláusula"):
            leave_out(rollout, keys[-1])

    @pytest.mark.parametrize(
        "fields",
        [
            {"reason": ""},
            {"text": ""},
            {"title": ""},
            {"kind": "left_out"},
            {"kind": "left_out", "title": ""},
        ],
    )
    def test_the_database_holds_what_a_clause_is(self, fields):
        with pytest.raises(IntegrityError), transaction.atomic():
            OwnClauseFactory(**fields)

    def test_a_clause_has_one_change_at_a_time(self):
        taken = WordingFactory()
        OwnClauseFactory(wording=taken, key="forum", kind="changed")
        with pytest.raises(IntegrityError), transaction.atomic():
            OwnClauseFactory(wording=taken, key="forum", kind="left_out", title="", text="")


class TestTheTermThatIsDrafted:
    def test_a_change_afterwards_makes_it_stale(self):
        term = opened(a_draft(), pdf=b"%PDF-1.7")
        assert not queries.is_stale(term)
        change(term.rollout)
        assert queries.is_stale(term)
        row = term.signatories.get(role="client")
        with pytest.raises(Refusal):
            signing.sign(row, by=row.user, consent=True, code="000000")
        wording.take_back(term.rollout, "forum", by=term.rollout.people["pm"])
        assert not queries.is_stale(term)

    def test_a_template_that_is_published_afterwards_does_not(self):
        term = a_draft()
        publish_another(forum="Em Belém.")
        assert not queries.is_stale(term)
        assert term.record["clauses_version"] == shipped_version()

    def test_one_that_was_drafted_before_versions_were_kept_is_not_stale_for_that(self):
        term = a_draft()
        Wording.objects.all().delete()
        old = {name: value for name, value in term.record.items() if name != "clauses_version"}
        term.record, term.record_sha256 = old, canonical.sha256(old)
        assert not queries.is_stale(term)
        jsonschema.Draft202012Validator(schemas.load(schemas.TERM)).validate(document.attached(term))

    def test_the_record_fits_its_schema_and_says_which_are_its_own(self, rollout, pm):
        change(rollout)
        wording.add(rollout, by=pm, **NEW)
        people = rollout.people
        chosen = {"client": people["client"], "integrator": people["integrator"], "presence": pm}
        term = actions.draft(rollout, by=pm, signatories=chosen)
        jsonschema.Draft202012Validator(schemas.load(schemas.TERM)).validate(document.attached(term))
        html = rendering.html(term)
        assert "Foro <span" in html
        assert html.count("redação própria deste projeto") == 1
        assert html.count("cláusula própria deste projeto") == 1

    def test_what_is_typed_is_text(self, rollout, pm):
        wording.add(
            rollout, by=pm, title="<b>x</b>", text="<script>alert(1)</script>\n\n<img src=x>", reason="<i>x</i>"
        )
        html = rendering.body({}, record.build(rollout))
        assert "<script>" not in html
        assert "<img" not in html
        assert "&lt;b&gt;x&lt;/b&gt;" in html


class TestANewerTemplate:
    def test_a_rollout_that_took_none_yet_goes_with_the_version_in_force(self, rollout):
        publish_another(forum="Em Belém.")
        assert wording.newer_version(rollout) is None
        assert record.build(rollout)["clauses"][-1]["text"] == "Em Belém."

    def test_it_is_offered_and_taken_and_own_words_stay(self, rollout, pm):
        change(rollout, "support")
        found = publish_another(forum="Em Belém.", support="Outro suporte.")
        assert wording.newer_version(rollout) == found
        assert {each.key for each in wording.changes_of_newer_version(rollout)} == {"forum", "support"}
        assert not clause(rollout, "support").is_overtaken
        wording.take_newer(rollout, by=pm, version=found.version)
        assert clause(rollout, "forum").text == "Em Belém."
        assert clause(rollout, "support").text == FORUM["text"]
        assert clause(rollout, "support").is_overtaken
        assert wording.newer_version(rollout) is None
        assert rollout.events.get(kind="acceptance.clauses_version").data == {"version": found.version}

    def test_what_was_read_is_what_is_taken(self, rollout, pm):
        change(rollout)
        read = publish_another(forum="Em Belém.")
        publish_another(forum="Em Manaus.")
        with pytest.raises(Refusal, match="Leia as diferenças de novo"):
            wording.take_newer(rollout, by=pm, version=read.version)

    def test_one_of_which_the_rollout_would_say_nothing_is_not_taken(self, rollout, pm):
        leave_out(rollout)
        rows = [row for row in Blueprint.objects.current("term").content["clauses"] if row["key"] == "forum"]
        found = TermVersionFactory(version=shipped_version() + 1, content={"clauses": rows})
        with pytest.raises(Refusal, match="ao menos uma cláusula"):
            wording.take_newer(rollout, by=pm, version=found.version)
        assert wording.version_taken(rollout) == shipped_version()

    def test_a_changed_clause_that_the_template_drops_stays_as_the_rollouts_own(self, rollout, pm):
        change(rollout)
        leave_out(rollout, "support")
        rows = [row for row in Blueprint.objects.current("term").content["clauses"] if row["key"] == "go_live"]
        newer = TermVersionFactory(version=shipped_version() + 1, content={"clauses": rows})
        wording.take_newer(rollout, by=pm, version=newer.version)
        assert titles(rollout) == ["Aceite para entrada em produção", "Foro"]
        change(rollout, text="Em Olinda.")
        assert clause(rollout, "forum").own_clause.kind == "added"


class TestThePages:
    def url(self, rollout, name="clauses", *args):
        return reverse(f"acceptance:{name}", args=[rollout.pk, *args])

    @pytest.mark.parametrize("who", ["client", "integrator", "platform", "analyst", "pm"])
    def test_the_four_read_what_differs_how_why_and_since_when(self, rollout, client_for, who):
        change(rollout)
        leave_out(rollout, "support")
        page = client_for(rollout.people[who]).get(self.url(rollout)).content.decode()
        assert "Está no contrato" in page
        assert "mudada neste projeto" in page
        assert "deixada de fora" in page
        assert f"Em Recife, se {rollout.company('client').legal_name} quiser." in page
        assert "<ins" in page
        assert ("Voltar ao modelo" in page) == (who == "pm")
        room = client_for(rollout.people[who]).get(self.url(rollout, "room")).content.decode()
        assert "difere do modelo em 2 cláusulas" in room

    def test_a_change_is_made_read_and_taken_back(self, rollout, pm, client_for):
        browser = client_for(pm)
        form = {**FORUM, "seen": clause(rollout, "forum").fingerprint}
        answer = browser.post(self.url(rollout, "change_clause", "forum"), form)
        assert answer.url == f"{self.url(rollout)}#clausula-forum"
        assert browser.post(self.url(rollout, "add_clause"), NEW).url == f"{self.url(rollout)}#clausula-own-1"
        form = {"out-reason": "Não se aplica", "seen": clause(rollout, "support").fingerprint}
        assert browser.post(self.url(rollout, "leave_out_clause", "support"), form).status_code == 302
        assert browser.post(self.url(rollout, "take_back_clause", "forum")).url == self.url(rollout)
        assert {own.key for own in OwnClause.objects.all()} == {"own-1", "support"}

    def test_what_was_typed_stays_when_it_is_refused(self, rollout, pm, client_for):
        form = {**FORUM, "text": "{cliente} <aceita>", "seen": clause(rollout, "forum").fingerprint}
        answer = client_for(pm).post(self.url(rollout, "change_clause", "forum"), form)
        assert answer.status_code == 422
        assert "{cliente} &lt;aceita&gt;</textarea>" in answer.content.decode()
        assert "não é o nome de ninguém" in answer.content.decode()

    def test_the_second_of_two_sees_what_the_first_saved_beside_what_they_typed(self, rollout, pm, client_for):
        seen = clause(rollout, "forum").fingerprint
        change(rollout)
        browser, form = client_for(pm), {**FORUM, "text": "Em Olinda.", "seen": seen}
        answer = browser.post(self.url(rollout, "change_clause", "forum"), form)
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "Em Olinda.</textarea>" in page
        assert "Como a cláusula está agora" in page
        again = {**form, "seen": clause(rollout, "forum").fingerprint}
        assert browser.post(self.url(rollout, "change_clause", "forum"), again).status_code == 302

    def test_a_clause_that_went_meanwhile_keeps_what_was_typed(self, rollout, pm, client_for):
        key = wording.add(rollout, by=pm, **NEW)
        form = {**NEW, "text": "Outro texto.", "seen": clause(rollout, key).fingerprint}
        wording.take_back(rollout, key, by=pm)
        browser = client_for(pm)
        answer = browser.post(self.url(rollout, "change_clause", key), form)
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "Outro texto.</textarea>" in page
        assert f'action="{self.url(rollout, "add_clause")}"' in page
        form = {"out-reason": "Não se aplica", "seen": "x"}
        answer = browser.post(self.url(rollout, "leave_out_clause", key), form)
        assert answer.status_code == 409
        assert "não está mais no termo" in answer.content.decode()

    def test_the_same_lines_are_no_change_however_a_browser_ends_them(self, rollout):
        change(rollout, text="Um.\r\n\r\nDois.")
        assert clause(rollout, "forum").text == "Um.\n\nDois."

    def test_leaving_out_without_a_reason_is_refused_on_the_page(self, rollout, pm, client_for):
        form = {"out-reason": "", "seen": clause(rollout, "forum").fingerprint}
        answer = client_for(pm).post(self.url(rollout, "leave_out_clause", "forum"), form)
        assert answer.status_code == 422
        assert '<details class="card mt-4 max-w-3xl p-4" open>' in answer.content.decode()

    def test_a_clause_that_is_not_there_is_not_found(self, rollout, pm, client_for):
        assert client_for(pm).get(self.url(rollout, "change_clause", "nenhuma")).status_code == 404

    def test_a_newer_template_is_read_and_taken(self, rollout, pm, client_for):
        change(rollout, "support")
        found = publish_another(forum="Em Belém.")
        browser = client_for(pm)
        assert f"publicou a versão {found.version}" in browser.get(self.url(rollout, "room")).content.decode()
        page = browser.get(self.url(rollout)).content.decode()
        assert "Em Belém." in page
        answer = browser.post(self.url(rollout, "take_newer_clauses"), {"version": found.version})
        assert answer.url == self.url(rollout)
        assert f"publicou a versão {found.version}" not in browser.get(self.url(rollout)).content.decode()

    def test_the_preview_says_what_was_changed(self, rollout, pm, client_for):
        change(rollout)
        page = client_for(pm).get(self.url(rollout, "preview")).content.decode()
        assert "Em Recife" in page
        assert "redação própria deste projeto" in page

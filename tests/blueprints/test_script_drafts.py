"""A draft of the script: what may be done to it, by whom, and what publishing makes of it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from apps.blueprints.catalogues import content, toml
from apps.blueprints.editor import drafts
from apps.blueprints.editor import script_actions as actions
from apps.blueprints.models import Blueprint, ScriptDraft
from apps.companies.models import Role
from apps.core.refusals import Invalid, NotAllowed, Refusal
from tests.blueprints.factories import ScriptDraftFactory, ScriptVersionFactory, a_case, a_script
from tests.companies.factories import CompanyFactory, PresenceFactory, a_person

pytestmark = pytest.mark.django_db

FIELDS = {name: value for name, value in a_case("PED-01").items() if name not in ("code", "process")}
FIELDS |= {"condition_key": "", "depends": []}


@pytest.fixture
def published():
    return ScriptVersionFactory(version=1, content=a_script(retired=["PED-05"]))


@pytest.fixture
def draft(published, pm):
    return actions.start(by=pm)


def codes():
    return [case["code"] for case in ScriptDraft.objects.get().content["cases"]]


def save(code, by, **fields):
    seen = drafts.fingerprint(ScriptDraft.objects.get().case(code))
    actions.save_case(code, by=by, **{"seen_fingerprint": seen, **FIELDS, **fields})


class TestStarting:
    def test_a_draft_begins_as_the_version_in_force(self, draft, published):
        assert (draft.content, draft.base) == (published.content, published)

    def test_there_is_one_draft_at_a_time(self, draft, manager):
        with pytest.raises(Refusal, match="Já há um rascunho"):
            actions.start(by=manager)

    @pytest.mark.parametrize("role", [Role.ANALYST, None])
    def test_only_who_runs_projects_writes(self, published, role):
        person = a_person(PresenceFactory(), role) if role else a_person(CompanyFactory())
        with pytest.raises(NotAllowed):
            actions.start(by=person)
        with pytest.raises(NotAllowed):
            drafts.discard(ScriptDraft, by=person)
        with pytest.raises(NotAllowed):
            actions.move_case("PED-01", by=person, up=True)

    def test_what_was_discarded_leaves_the_version_in_force(self, draft, pm, published):
        drafts.discard(ScriptDraft, by=pm)
        assert not ScriptDraft.objects.exists()
        with pytest.raises(Refusal, match="publicado ou descartado"):
            save_without_draft(pm)
        assert Blueprint.objects.current("script") == published


def save_without_draft(by):
    actions.save_case("PED-01", by=by, seen_fingerprint="", **FIELDS)


class TestCases:
    def test_a_new_case_ends_its_process_with_a_code_that_never_was(self, draft, pm):
        assert actions.add_case("PED", by=pm, **FIELDS) == "PED-06"
        assert actions.add_case("PRO", by=pm, **FIELDS) == "PRO-02"
        assert codes() == ["PRO-01", "PRO-02", "PED-01", "PED-02", "PED-06"]

    def test_a_case_cannot_be_added_to_a_process_that_went(self, draft, pm):
        with pytest.raises(Refusal, match="EXP"):
            actions.add_case("EXP", by=pm, **FIELDS)

    def test_a_saved_case_keeps_its_code_and_process_and_counts_as_a_change(self, draft, pm):
        save("PED-01", pm, title={"pt": " Novo título ", "en": ""})
        case = ScriptDraft.objects.get().case("PED-01")
        assert (case["title"], case["process"]) == ({"pt": "Novo título", "en": ""}, "PED")
        assert ScriptDraft.objects.get().revision == draft.revision + 1

    def test_the_second_of_two_who_edit_one_case_is_told_and_then_may_insist(self, draft, pm, manager):
        seen = drafts.fingerprint(draft.case("PED-01"))
        save("PED-02", manager, title={"pt": "Outro caso", "en": "Another"})
        save("PED-01", manager, title={"pt": "Da gestora", "en": "The manager's"})
        with pytest.raises(Refusal, match="mudou enquanto você editava"):
            save("PED-01", pm, seen_fingerprint=seen)
        assert ScriptDraft.objects.get().case("PED-01")["title"]["pt"] == "Da gestora"
        save("PED-01", pm)
        assert ScriptDraft.objects.get().case("PED-01")["title"]["pt"] == "Caso PED-01"

    def test_two_who_edit_different_cases_do_not_meet(self, draft, pm, manager):
        seen = drafts.fingerprint(draft.case("PED-01"))
        save("PED-02", manager, title={"pt": "x", "en": "x"})
        save("PED-01", pm, seen_fingerprint=seen, title={"pt": "y", "en": "y"})

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"depends": ["PED-09"]}, "depends"),
            ({"depends": ["PED-01"]}, "depends"),
            ({"obligation": "conditional"}, "condition_key"),
        ],
    )
    def test_what_cannot_hold_is_refused_at_its_field(self, draft, pm, fields, field):
        with pytest.raises(Invalid) as refusal:
            save("PED-01", pm, **fields)
        assert refusal.value.field == field

    def test_a_circle_of_dependence_is_refused(self, draft, pm):
        with pytest.raises(Invalid, match=r"PRO-01 → PED-01 → PRO-01|PED-01 → PRO-01 → PED-01"):
            save("PRO-01", pm, depends=["PED-01"])

    def test_a_retired_code_is_never_used_again(self, draft, pm):
        actions.retire_case("PED-02", by=pm)
        assert ScriptDraft.objects.get().content["retired"] == ["PED-02", "PED-05"]
        assert actions.add_case("PED", by=pm, **FIELDS) == "PED-06"

    def test_a_case_that_others_need_is_not_retired(self, draft, pm):
        with pytest.raises(Refusal, match="PED-01 depende"):
            actions.retire_case("PRO-01", by=pm)

    def test_a_case_that_no_version_had_leaves_no_trace(self, draft, pm):
        code = actions.add_case("PED", by=pm, **FIELDS)
        actions.retire_case(code, by=pm)
        assert ScriptDraft.objects.get().content["retired"] == ["PED-05"]

    def test_what_was_retired_cannot_be_saved_by_who_still_had_it_open(self, draft, pm):
        actions.retire_case("PED-02", by=pm)
        with pytest.raises(Refusal, match="PED-02 foi retirado"):
            actions.save_case("PED-02", by=pm, seen_fingerprint="x", **FIELDS)

    def test_undoing_brings_back_what_was_changed_retired_or_added(self, draft, pm, published):
        save("PED-01", pm, title={"pt": "x", "en": "x"})
        actions.retire_case("PED-02", by=pm)
        added = actions.add_case("PED", by=pm, **FIELDS)
        for code in ("PED-01", "PED-02", added):
            actions.undo_case(code, by=pm)
        now = ScriptDraft.objects.get().content
        assert [case["code"] for case in now["cases"]] == ["PRO-01", "PED-01", "PED-02"]
        assert now["cases"][1]["title"] == published.content["cases"][1]["title"]
        assert now["retired"] == ["PED-05"]

    def test_the_first_of_its_process_comes_back_as_the_first(self, draft, pm):
        actions.move_process("PED", by=pm, up=True)
        actions.retire_case("PED-01", by=pm)
        actions.undo_case("PED-01", by=pm)
        assert codes() == ["PED-01", "PED-02", "PRO-01"]

    def test_cases_move_within_their_process_only(self, draft, pm):
        actions.move_case("PED-02", by=pm, up=True)
        assert codes() == ["PRO-01", "PED-02", "PED-01"]
        actions.move_case("PED-02", by=pm, up=True)
        assert codes() == ["PRO-01", "PED-02", "PED-01"]
        actions.move_case("PED-02", by=pm, up=False)
        assert codes() == ["PRO-01", "PED-01", "PED-02"]


class TestProcessesAndConditions:
    def test_a_process_moves_with_its_cases(self, draft, pm):
        actions.move_process("PED", by=pm, up=True)
        assert codes() == ["PED-01", "PED-02", "PRO-01"]

    def test_a_process_is_added_renamed_and_removed_while_empty(self, draft, pm):
        actions.add_process(by=pm, key="exp", title={"pt": "Expedição", "en": "Shipping"})
        actions.save_process("EXP", by=pm, title={"pt": "Entrega", "en": "Delivery"})
        assert ScriptDraft.objects.get().content["processes"][-1] == {
            "key": "EXP", "title": {"pt": "Entrega", "en": "Delivery"},
        }  # fmt: skip
        actions.remove_process("EXP", by=pm)
        with pytest.raises(Refusal, match="Retire antes os casos"):
            actions.remove_process("PED", by=pm)

    @pytest.mark.parametrize("key", ["PED", "X", "12A"])
    def test_a_process_needs_three_letters_of_its_own(self, draft, pm, key):
        with pytest.raises(Invalid) as refusal:
            actions.add_process(by=pm, key=key, title={"pt": "x", "en": "x"})
        assert refusal.value.field == "key"

    def test_a_condition_has_a_key_of_its_own_and_its_rules(self, draft, pm):
        for _time in range(2):
            actions.save_condition(
                "", by=pm, title={"pt": "Vende por hub", "en": "x"}, when={"platform_kind": ["hub"], "capability": []}
            )
        rows = ScriptDraft.objects.get().content["conditions"]
        assert [row["key"] for row in rows] == ["kit", "vende_por_hub", "vende_por_hub_2"]
        assert rows[1]["when"] == {"platform_kind": ["hub"]}
        actions.save_condition("vende_por_hub", by=pm, title={"pt": "x", "en": "x"}, when={})
        assert "when" not in ScriptDraft.objects.get().content["conditions"][1]

    def test_a_condition_that_a_case_names_stays(self, draft, pm):
        save("PED-01", pm, obligation="conditional", condition_key="kit")
        with pytest.raises(Refusal, match="PED-01"):
            actions.remove_condition("kit", by=pm)
        save("PED-01", pm)
        actions.remove_condition("kit", by=pm)
        assert ScriptDraft.objects.get().content["conditions"] == []


class TestPublishing:
    def publish(self, by, **fields):
        return actions.publish(
            by=by, **{"note": "Título novo", "revision": ScriptDraft.objects.get().revision, **fields}
        )

    @pytest.fixture
    def changed(self, draft, pm):
        save("PED-01", pm, title={"pt": "Novo", "en": "New"})

    def test_what_is_published_is_in_force_and_the_draft_is_gone(self, changed, manager):
        version = self.publish(manager)
        assert content.script().version == version.version == 2
        assert content.script().cases[1].title["pt"] == "Novo"
        assert content.script(version=1).cases[1].title["pt"] == "Caso PED-01"
        assert not ScriptDraft.objects.exists()

    def test_it_says_whether_somebody_else_had_a_part_in_it(self, changed, manager):
        assert self.publish(manager).read_by_another

    def test_who_alone_wrote_it_may_publish_and_it_says_so(self, published, manager):
        actions.start(by=manager)
        save("PED-01", manager, title={"pt": "Novo", "en": "New"})
        assert not self.publish(manager).read_by_another

    def test_only_a_manager_publishes(self, changed, pm):
        with pytest.raises(NotAllowed):
            self.publish(pm)

    def test_a_lack_keeps_it_from_being_published_and_is_named(self, changed, pm, manager):
        save("PED-01", pm, title={"pt": "Novo", "en": ""})
        with pytest.raises(Refusal) as refusal:
            self.publish(manager)
        assert refusal.value.details == ["PED-01: falta título em inglês."]

    def test_what_changed_after_it_was_read_is_not_published(self, changed, pm, manager):
        revision = ScriptDraft.objects.get().revision
        actions.move_case("PED-02", by=pm, up=True)
        with pytest.raises(Refusal, match="Leia as diferenças de novo"):
            self.publish(manager, revision=revision)

    def test_it_needs_a_note_and_something_that_differs(self, draft, manager):
        with pytest.raises(Invalid, match="o que mudou"):
            self.publish(manager, note=" ")
        with pytest.raises(Refusal, match="Nada mudou"):
            self.publish(manager)

    def test_the_database_refuses_to_change_or_delete_a_version(self, changed, manager):
        version = self.publish(manager)
        for wrong in (
            lambda: Blueprint.objects.filter(pk=version.pk).update(note="x"),
            lambda: Blueprint.objects.filter(pk=version.pk).delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                wrong()


class TestFiles:
    def test_an_exported_draft_comes_back_as_the_same_draft(self, draft, pm):
        save("PED-01", pm, title={"pt": 'Ação “ç” \\ "x"', "en": "Line\nbreak"})
        before = ScriptDraft.objects.get().content
        text = toml.write(before, 2)
        drafts.discard(ScriptDraft, by=pm)
        actions.import_file(by=pm, file=SimpleUploadedFile("script.toml", text.encode()))
        assert ScriptDraft.objects.get().content == before

    def test_what_a_file_no_longer_has_counts_as_retired(self, published, pm):
        text = toml.write(a_script(a_case("PRO-01"), retired=["PED-05"]), 9)
        actions.import_file(by=pm, file=SimpleUploadedFile("script.toml", text.encode()))
        assert ScriptDraft.objects.get().content["retired"] == ["PED-01", "PED-02", "PED-05"]

    def test_a_file_may_not_use_a_retired_code(self, published, pm):
        text = toml.write(a_script(a_case("PED-05")), 9)
        with pytest.raises(Invalid, match="PED-05"):
            actions.import_file(by=pm, file=SimpleUploadedFile("script.toml", text.encode()))

    @pytest.mark.parametrize(
        "data", [b"\xff\xfe", b"\x00\x9d" * 9, b"x" * 2_000_001], ids=["empty", "no text", "too long"]
    )
    def test_a_file_that_cannot_be_read_is_refused(self, published, pm, data):
        with pytest.raises(Invalid) as refusal:
            actions.import_file(by=pm, file=SimpleUploadedFile("script.toml", data))
        assert refusal.value.field == "file"

    def test_a_case_of_a_shipped_file_is_taken_one_by_one(self, pm, published):
        theirs = a_script(a_case("PED-01", expected={"pt": "Melhor", "en": "Better"}), a_case("PED-09"))
        ScriptVersionFactory(key=Blueprint.SHIPPED, version=2, content=theirs)
        ScriptDraftFactory(base=published, changed_by=pm)
        actions.take_case("PED-01", by=pm)
        actions.take_case("PED-09", by=pm)
        now = ScriptDraft.objects.get()
        assert now.case("PED-01")["expected"]["pt"] == "Melhor"
        assert codes() == ["PRO-01", "PED-01", "PED-09", "PED-02"]

    def test_a_shipped_file_does_not_revive_a_retired_code(self, pm, published):
        ScriptVersionFactory(key=Blueprint.SHIPPED, version=2, content=a_script(a_case("PED-05")))
        ScriptDraftFactory(base=published, changed_by=pm)
        with pytest.raises(Refusal, match="já foi retirado"):
            actions.take_case("PED-05", by=pm)

"""The rollout's script before the freeze: conditions that switch themselves on, newer versions, cases of its own."""

import pytest
from django.urls import reverse

from apps.blueprints.editor.drafts import fingerprint
from apps.blueprints.models import Platform
from apps.core import canonical
from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.rollouts.models import Event, Rollout
from apps.stages.homologation.execution import actions
from apps.stages.homologation.models import Script
from apps.stages.homologation.script import actions as script_actions
from apps.stages.homologation.script import catalogue
from apps.stages.homologation.script.catalogue import copy_script
from apps.stages.kickoff import actions as kickoff
from apps.stages.kickoff.models import Kickoff
from tests.blueprints import shipped
from tests.blueprints.factories import ScriptVersionFactory, a_case, a_script
from tests.companies.factories import UserFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

FIELDS = {name: value for name, value in a_case("PED-01").items() if name not in ("code", "process")} | {"depends": []}
HUB = {"key": "hub", "title": {"pt": "Há um hub", "en": "There is a hub"}, "when": {"integration_model": ["hub"]}}
KIT = {"key": "kit", "title": {"pt": "Vende kits", "en": "Sells kits"}}


def conditional(code, key):
    return a_case(code, obligation="conditional", condition_key=key)


@pytest.fixture
def rollout():
    return RolloutFactory()


@pytest.fixture
def script(rollout):
    """The copy of version 1: PRO-01, PED-01 needing it, PED-02 for hubs and PED-03 for kits."""
    cases = (
        a_case("PRO-01"),
        a_case("PED-01", depends=["PRO-01"]),
        conditional("PED-02", "hub"),
        conditional("PED-03", "kit"),
    )
    ScriptVersionFactory(version=1, content=a_script(*cases, conditions=[HUB, KIT]))
    copy_script(rollout)
    return rollout.script


@pytest.fixture
def newer():
    """Version 2: PED-01 reworded, PED-02 gone, PED-04 for hubs and PED-05 new."""
    cases = a_case("PRO-01"), a_case("PED-01", expected={"pt": "Outro", "en": "Other"}), conditional("PED-03", "kit")
    content = a_script(
        *cases, conditional("PED-04", "hub"), a_case("PED-05"), conditions=[HUB, KIT], retired=["PED-02"]
    )
    return ScriptVersionFactory(
        version=2, content=content, checksum=canonical.sha256(content), origin="edited", note="PED-05 entrou",
        published_by=UserFactory(),
    )  # fmt: skip


def codes(script):
    return list(script.cases.values_list("code", flat=True))


def applying(script):
    return list(script.cases.filter(applies=True).values_list("code", flat=True))


class TestConditionsThatSwitchThemselvesOn:
    @pytest.fixture
    def meeting(self, rollout):
        offered = [{"key": key, "title": {"pt": key, "en": key}, "help": {}} for key in ("polling", "hub")]
        return Kickoff.objects.create(rollout=rollout, offered_models=offered)

    def test_the_copy_has_what_the_catalogue_says_of_each_case(self, script):
        case = script.cases.get(code="PED-01")
        assert (case.depends, case.is_own, str(case.title)) == (["PRO-01"], False, "Caso PED-01")
        assert str(script.cases.get(code="PED-02").condition) == "Há um hub"
        assert applying(script) == ["PRO-01", "PED-01"]

    def test_the_platforms_kind_and_abilities_decide_when_the_rollout_starts(self):
        shipped.load()
        rollout = RolloutFactory(platform=Platform.objects.get(slug="mercado-livre"))
        copy_script(rollout)
        reasons = catalogue.reasons(rollout.script)
        assert reasons["marketplace"] == "a plataforma é: marketplace"
        assert reasons["fiscal_data"] == "a plataforma guarda os dados fiscais do produto"
        assert {"PED-13", "PRO-10"} <= set(applying(rollout.script))
        assert "PRO-11" not in applying(rollout.script)

    def test_the_integration_model_of_the_kickoff_switches_on_and_off_again(self, script, meeting, rollout):
        kickoff.choose_model(meeting, by=rollout.people["pm"], model="hub")
        assert applying(script) == ["PRO-01", "PED-01", "PED-02"]
        script.rollout.refresh_from_db()
        assert catalogue.reasons(script) == {"hub": "o modelo de integração é “hub”"}
        kickoff.choose_model(meeting, by=rollout.people["pm"], model="polling")
        assert applying(script) == ["PRO-01", "PED-01"]

    def test_what_a_person_chose_stays_whatever_the_rules_say(self, script, meeting, rollout):
        script_actions.choose_conditions(script, by=rollout.people["analyst"], conditions=["kit"])
        kickoff.choose_model(meeting, by=rollout.people["pm"], model="hub")
        assert applying(script) == ["PRO-01", "PED-01", "PED-03"]

    def test_a_frozen_script_does_not_follow(self, script, meeting, rollout):
        script_actions.freeze(script, by=rollout.people["analyst"])
        kickoff.choose_model(meeting, by=rollout.people["pm"], model="hub")
        assert applying(script) == ["PRO-01", "PED-01"]

    def test_the_room_says_why(self, script, meeting, rollout, client_for):
        kickoff.choose_model(meeting, by=rollout.people["pm"], model="hub")
        url = reverse("homologation:room", args=[rollout.pk])
        browser = client_for(rollout.people["analyst"])
        assert "Há um hub (ligado porque o modelo de integração é “hub”)" in browser.get(url).content.decode()
        script_actions.choose_conditions(script, by=rollout.people["analyst"], conditions=[])
        assert "Há um hub (desligado, embora o modelo" in browser.get(url).content.decode()


class TestANewerVersion:
    def test_it_takes_the_place_of_the_copy(self, script, newer, rollout):
        script_actions.take_version(script, by=rollout.people["pm"], version=2)
        script = Script.objects.get(rollout=rollout)
        assert (script.version, codes(script)) == (2, ["PRO-01", "PED-01", "PED-03", "PED-04", "PED-05"])
        assert script.cases.get(code="PED-01").expected["pt"] == "Outro"
        event = Event.objects.get(kind="homologation.version_taken")
        assert event.data == {"version": 2}

    def test_own_cases_and_chosen_conditions_stay(self, script, newer, rollout):
        pm = rollout.people["pm"]
        script_actions.choose_conditions(script, by=pm, conditions=["hub", "kit"])
        script_actions.add_case(script, by=pm, process="PRO", **{**FIELDS, "depends": ["PED-02", "PED-01"]})
        script_actions.take_version(script, by=pm, version=2)
        assert codes(script) == ["PRO-01", "PRO-X01", "PED-01", "PED-03", "PED-04", "PED-05"]
        assert script.cases.get(code="PRO-X01").depends == ["PED-01"]
        assert set(codes(script)) == set(applying(script))

    def test_without_a_persons_choice_the_rules_decide_anew(self, script, newer, rollout):
        Rollout.objects.filter(pk=rollout.pk).update(integration_model="hub", integration_model_title="Hub")
        script_actions.take_version(script, by=rollout.people["pm"], version=2)
        assert applying(script) == ["PRO-01", "PED-01", "PED-04", "PED-05"]

    def test_there_is_nothing_to_take_twice(self, script, newer, rollout):
        script_actions.take_version(script, by=rollout.people["pm"], version=2)
        with pytest.raises(Refusal, match="já está com a versão em vigor"):
            script_actions.take_version(script, by=rollout.people["pm"], version=2)

    def test_what_was_read_is_what_is_taken(self, script, newer, rollout):
        with pytest.raises(Refusal, match="Leia as diferenças de novo"):
            script_actions.take_version(script, by=rollout.people["pm"], version=1)

    def test_a_frozen_script_takes_nothing(self, script, newer, rollout):
        script_actions.freeze(script, by=rollout.people["pm"])
        with pytest.raises(Refusal, match="congelado"):
            script_actions.take_version(script, by=rollout.people["pm"], version=2)

    @pytest.mark.parametrize("who", ["analyst", "client", "integrator", "platform"])
    def test_only_who_runs_the_project_takes_it(self, script, newer, rollout, who):
        with pytest.raises(NotAllowed):
            script_actions.take_version(script, by=rollout.people[who], version=2)

    def test_the_room_offers_it_and_the_page_shows_what_changes(self, script, newer, rollout, client_for):
        browser = client_for(rollout.people["pm"])
        assert "versão mais nova: 2" in browser.get(reverse("homologation:room", args=[rollout.pk])).content.decode()
        url = reverse("homologation:version", args=[rollout.pk])
        page = browser.get(url).content.decode()
        assert "PED-05 entrou" in page
        assert "<ins" in page
        assert "<del" in page
        assert browser.post(url, {"version": 2}).status_code == 302
        assert browser.get(url).status_code == 302
        assert "versão mais nova" not in browser.get(reverse("homologation:room", args=[rollout.pk])).content.decode()

    def test_the_room_offers_it_to_nobody_who_may_not_take_it(self, script, newer, rollout, client_for):
        url = reverse("homologation:room", args=[rollout.pk])
        for who in ("analyst", "client"):
            assert "versão mais nova" not in client_for(rollout.people[who]).get(url).content.decode()


class TestOwnCases:
    def add(self, script, by, process="PED", **fields):
        return script_actions.add_case(script, by=by, process=process, **{**FIELDS, **fields})

    def test_it_ends_its_process_under_a_code_the_catalogue_never_gives(self, script, rollout):
        case = self.add(script, rollout.people["pm"], process="PRO", depends=["PRO-01"])
        assert (case.code, case.is_own, case.applies) == ("PRO-X01", True, True)
        assert codes(script) == ["PRO-01", "PRO-X01", "PED-01", "PED-02", "PED-03"]

    def test_a_code_on_the_timeline_means_one_case(self, script, rollout):
        pm = rollout.people["pm"]
        script_actions.remove_case(self.add(script, pm), by=pm)
        assert self.add(script, pm).code == "PED-X02"

    def test_portuguese_is_enough(self, script, rollout):
        case = self.add(script, rollout.people["pm"], title={"pt": "Vale-troca da loja", "en": ""})
        assert dict(case.title) == {"pt": "Vale-troca da loja"}

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"obligation": "conditional"}, "obligation"),
            ({"depends": ["PED-99"]}, "depends"),
            ({"process": "XXX"}, "process"),
        ],
    )
    def test_what_cannot_hold_is_refused_at_its_field(self, script, rollout, fields, field):
        with pytest.raises(Invalid) as refusal:
            self.add(script, rollout.people["pm"], **fields)
        assert refusal.value.field == field

    def test_it_changes_until_the_freeze_and_not_after(self, script, rollout):
        pm = rollout.people["pm"]
        case = self.add(script, pm)
        shown_fingerprint = fingerprint(script_actions.as_content(case))
        script_actions.change_case(
            case, by=pm, fingerprint=shown_fingerprint, **{**FIELDS, "title": {"pt": "Outro", "en": ""}}
        )
        assert script.cases.get(code=case.code).title["pt"] == "Outro"
        with pytest.raises(Refusal, match="mudou enquanto você editava"):
            script_actions.change_case(case, by=pm, fingerprint=shown_fingerprint, **FIELDS)
        script_actions.freeze(script, by=pm)
        for change in (
            lambda: script_actions.change_case(case, by=pm, fingerprint=shown_fingerprint, **FIELDS),
            lambda: script_actions.remove_case(case, by=pm),
            lambda: self.add(script, pm),
        ):
            with pytest.raises(Refusal, match="congelado"):
                change()

    def test_a_case_of_the_catalogue_is_not_touched(self, script, rollout):
        case = script.cases.get(code="PED-01")
        with pytest.raises(Refusal, match="roteiro comum"):
            script_actions.remove_case(case, by=rollout.people["pm"])
        with pytest.raises(Refusal, match="roteiro comum"):
            script_actions.change_case(case, by=rollout.people["pm"], fingerprint="", **FIELDS)

    def test_one_that_another_needs_stays(self, script, rollout):
        pm = rollout.people["pm"]
        case = self.add(script, pm)
        self.add(script, pm, depends=[case.code])
        with pytest.raises(Refusal, match="PED-X02"):
            script_actions.remove_case(case, by=pm)

    def test_what_was_removed_cannot_be_removed_again(self, script, rollout):
        case = self.add(script, rollout.people["pm"])
        script.cases.filter(pk=case.pk).delete()
        with pytest.raises(Refusal, match="foi retirado"):
            script_actions.remove_case(case, by=rollout.people["pm"])

    @pytest.mark.parametrize("who", ["analyst", "client", "integrator", "platform"])
    def test_only_who_runs_the_project_adds_changes_and_removes(self, script, rollout, who):
        case = self.add(script, rollout.people["pm"])
        for change in (
            lambda: self.add(script, rollout.people[who]),
            lambda: script_actions.change_case(case, by=rollout.people[who], fingerprint="", **FIELDS),
            lambda: script_actions.remove_case(case, by=rollout.people[who]),
        ):
            with pytest.raises(NotAllowed):
                change()

    def test_it_goes_through_the_pages(self, script, rollout, client_for):
        browser = client_for(rollout.people["pm"])
        new = reverse("homologation:new_own_case", args=[rollout.pk])
        fields = {
            "process": "PED",
            "actors": ["client"],
            "obligation": "optional",
            "title_pt": "Vale",
            "step_1_pt": "Pagar",
        }
        refused = browser.post(new, {**fields, "depends": "PED-99", "expected_pt": "Aceita"})
        assert refused.status_code == 422
        assert "Pagar" in refused.content.decode()
        assert browser.post(new, {**fields, "depends": "ped-01, pro-01", "expected_pt": "Aceita"}).status_code == 302
        case = script.cases.get(code="PED-X01")
        assert case.depends == ["PED-01", "PRO-01"]
        page = browser.get(reverse("homologation:case", args=[rollout.pk, case.code])).content.decode()
        for code in case.depends:
            assert reverse("homologation:case", args=[rollout.pk, code]) in page
        edit = reverse("homologation:own_case", args=[rollout.pk, case.code])
        assert edit in page
        stale = browser.post(edit, {**fields, "title_pt": "Meu", "expected_pt": "Aceita", "seen": "x"})
        assert stale.status_code == 409
        assert "Como o caso está agora" in stale.content.decode()
        shown_fingerprint = fingerprint(script_actions.as_content(case))
        current = {**fields, "title_pt": "Meu", "expected_pt": "Aceita", "seen": shown_fingerprint}
        assert browser.post(edit, current).status_code == 302
        assert browser.post(f"{edit}retirar/").status_code == 302
        assert not script.cases.filter(is_own=True).exists()

    def test_a_frozen_script_has_no_form(self, script, rollout, client_for):
        script_actions.freeze(script, by=rollout.people["pm"])
        browser = client_for(rollout.people["pm"])
        new = reverse("homologation:new_own_case", args=[rollout.pk])
        assert browser.get(new).status_code == 404
        room = browser.get(reverse("homologation:room", args=[rollout.pk])).content.decode()
        assert new not in room

    def test_it_is_run_like_any_other(self, script, rollout):
        pm = rollout.people["pm"]
        case = self.add(script, pm)
        script_actions.freeze(script, by=pm)
        homologating = at_stage(rollout, Stage.HOMOLOGATION)
        script.rollout = homologating
        opened = actions.start_round(script, by=pm)
        assert case in opened.cases.all()

"""What the homologation covers may change after the freeze: more with a reason, less with the client's agreement."""

import pytest

from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.stages.homologation import queries
from apps.stages.homologation.execution import scope
from apps.stages.homologation.models import ScopeReduction, Script
from tests.homologation.test_homologation import case, make_script, missing, report
from tests.read_model import held_against_the_rules
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


def change(rollout, script, who="analyst", condition="kit", reason="O cliente passou a vender kits"):
    scope.change(Script.objects.get(pk=script.pk), by=rollout.people[who], condition=condition, reason=reason)


class TestMore:
    def test_the_cases_are_added_also_to_the_open_round_and_nothing_is_lost(self, rollout, script):
        report(script, rollout)
        with held_against_the_rules() as differences:
            change(rollout, script)
        assert differences == []
        assert missing(rollout) == {("case:PED-03", "presence")}
        assert case(script, "PED-03") in queries.open_round(script).cases.all()
        assert case(script).results.count() == 1
        event = rollout.events.get(kind="homologation.condition_on")
        assert (event.data["cases"], event.data["reason"]) == (1, "O cliente passou a vender kits")
        report(script, rollout, code="PED-03")
        assert missing(rollout) == set()

    def test_it_needs_a_reason_a_condition_of_the_script_and_presence(self, rollout, script):
        with pytest.raises(Invalid):
            change(rollout, script, reason=" ")
        with pytest.raises(Invalid):
            change(rollout, script, condition="lua")
        for who in ("client", "integrator"):
            with pytest.raises(NotAllowed):
                change(rollout, script, who=who)

    def test_before_the_freeze_and_after_the_homologation_it_is_refused(self, rollout, script):
        at_stage(rollout, Stage.ACCEPTANCE)
        with pytest.raises(Refusal, match="até o fim da homologação"):
            change(rollout, script)
        other = at_stage(RolloutFactory(), Stage.TRAINING)
        with pytest.raises(Refusal, match="ainda não foi congelado"):
            change(other, make_script(other))


class TestLess:
    @pytest.fixture
    def reduction(self, rollout, script):
        change(rollout, script)
        report(script, rollout)
        change(rollout, script, reason="Kits ficam para depois")
        return ScopeReduction.objects.get()

    def test_the_client_owes_an_answer_and_the_case_is_asked_for_until_then(self, rollout, script, reduction):
        assert case(script, "PED-03").is_binding
        assert missing(rollout) == {("case:PED-03", "presence")}
        with pytest.raises(Refusal, match="Já se propôs"):
            change(rollout, script)

    def test_with_the_clients_agreement_the_case_is_asked_for_no_more_and_its_results_stay(
        self, rollout, script, reduction
    ):
        report(script, rollout, code="PED-03")
        with held_against_the_rules() as differences:
            scope.agree(reduction, by=rollout.people["client"])
        assert differences == []
        assert missing(rollout) == set()
        assert not case(script, "PED-03").applies
        assert case(script, "PED-03").results.count() == 1
        with pytest.raises(Refusal, match="respondida"):
            scope.agree(reduction, by=rollout.people["client"])

    def test_the_open_round_does_not_wait_for_its_cases_any_more(self, rollout, script, reduction):
        scope.agree(reduction, by=rollout.people["client"])
        assert case(script, "PED-03") not in queries.open_round(script).cases.all()

    @pytest.mark.parametrize("who", ["pm", "analyst", "integrator", "platform"])
    def test_nobody_else_agrees(self, rollout, reduction, who):
        with pytest.raises(NotAllowed):
            scope.agree(reduction, by=rollout.people[who])

    @pytest.mark.parametrize("who", ["client", "pm"])
    def test_either_side_keeps_the_cases(self, rollout, script, reduction, who):
        scope.withdraw(reduction, by=rollout.people[who])
        assert case(script, "PED-03").is_binding
        change(rollout, script, reason="Outra vez")
        assert script.reductions.waiting().count() == 1

    def test_the_integrator_does_not_answer_it(self, rollout, reduction):
        with pytest.raises(NotAllowed):
            scope.withdraw(reduction, by=rollout.people["integrator"])


def test_in_the_browser_presence_proposes_and_the_client_agrees(rollout, script, client_for):
    base = f"/projetos/{rollout.pk}/homologacao/"
    pm, customer = client_for(rollout.people["pm"]), client_for(rollout.people["client"])
    assert "Mudar o que a homologação cobre" in pm.get(base).content.decode()
    assert "Mudar o que a homologação cobre" not in customer.get(base).content.decode()
    assert pm.post(base + "escopo/", {"condition": "kit", "reason": ""}).status_code == 422
    for _turn in range(2):
        assert pm.post(base + "escopo/", {"condition": "kit", "reason": "Kits"}).status_code == 302
    reduction = ScopeReduction.objects.get()
    assert "aguarda o acordo do cliente" in customer.get(base).content.decode()
    assert pm.post(f"{base}escopo/{reduction.pk}/concordar/").status_code == 403
    assert customer.post(f"{base}escopo/{reduction.pk}/concordar/").status_code == 302
    assert not case(script, "PED-03").applies

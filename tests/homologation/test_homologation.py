"""Freeze, rounds, results, nonconformities, reservations, and what the gates make of them."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from apps.core import clock
from apps.core.process import Gate, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.stages.homologation import term
from apps.stages.homologation.execution import actions, reservations
from apps.stages.homologation.models import Case, Nonconformity, Script
from apps.stages.homologation.nonconformities import actions as nonconformities
from apps.stages.homologation.script import actions as script_actions
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

EVIDENCE = {"evidence_text": "Pedido 123"}
FAILURE = {"outcome": "failed", "note": "Sem imagem", "severity": "blocking", "owner": "integrator"}


def make_script(rollout, **case_fields):
    script = Script.objects.create(
        rollout=rollout, version=1, title="Roteiro", processes=[{"key": "PED", "title": "Pedidos"}]
    )
    for position, (code, obligation) in enumerate(
        [("PED-01", "mandatory"), ("PED-02", "optional"), ("PED-03", "conditional")], start=1
    ):
        conditional = obligation == "conditional"
        Case.objects.create(
            script=script, position=position, code=code, process="PED", title=f"Caso {code}", obligation=obligation,
            condition_key="kit" if conditional else "", condition="Vende kits" if conditional else "",
            applies=not conditional,
        )  # fmt: skip
    return script


def case(script, code="PED-01"):
    return script.cases.get(code=code)


def report(script, rollout, who="analyst", code="PED-01", **kwargs):
    return actions.record_result(
        case(script, code), by=rollout.people[who], **{"outcome": "passed", **EVIDENCE, **kwargs}
    )


def missing(rollout, gate=Gate.START_ACCEPTANCE):
    needs = gates.unmet(Rollout.objects.get(pk=rollout.pk), gate)
    return {
        (need.key.removeprefix("homologation:"), need.owed_by) for need in needs if need.key.startswith("homologation")
    }


class TestTheScript:
    def test_the_gate_to_homologation_asks_for_the_freeze(self):
        rollout = at_stage(RolloutFactory(), Stage.TRAINING)
        script = make_script(rollout)
        assert missing(rollout, Gate.START_HOMOLOGATION) == {("script", "presence")}
        script_actions.freeze(script, by=rollout.people["pm"])
        assert missing(rollout, Gate.START_HOMOLOGATION) == set()

    def test_conditions_switch_cases_on_until_the_freeze(self):
        rollout = at_stage(RolloutFactory(), Stage.TRAINING)
        script = make_script(rollout)
        script_actions.choose_conditions(script, by=rollout.people["pm"], conditions=["kit"])
        assert case(script, "PED-03").is_binding
        script_actions.choose_conditions(script, by=rollout.people["pm"], conditions=[])
        assert not case(script, "PED-03").is_binding
        script_actions.freeze(script, by=rollout.people["pm"])
        with pytest.raises(Refusal, match="congelado"):
            script_actions.choose_conditions(script, by=rollout.people["pm"], conditions=["kit"])
        with pytest.raises(Refusal, match="congelado"):
            script_actions.freeze(script, by=rollout.people["pm"])


class TestResults:
    def test_only_binding_cases_keep_the_gate_closed(self, rollout, script):
        assert missing(rollout) == {("case:PED-01", "presence")}
        report(script, rollout)
        assert missing(rollout) == set()

    def test_every_result_is_kept_and_the_newest_counts(self, rollout, script):
        report(script, rollout)
        report(script, rollout, outcome="blocked", note="Ambiente fora")
        assert case(script).results.count() == 2
        assert missing(rollout) == {("case:PED-01", "presence")}

    def test_a_pass_of_a_binding_case_needs_evidence(self, rollout, script):
        with pytest.raises(Invalid, match="evidência"):
            report(script, rollout, evidence_text="")
        report(script, rollout, code="PED-02", evidence_text="")

    @pytest.mark.parametrize("lost", ["note", "severity", "owner"])
    def test_a_failure_needs_note_severity_and_owner(self, rollout, script, lost):
        with pytest.raises(Invalid) as refusal:
            report(script, rollout, **{**FAILURE, lost: ""})
        assert refusal.value.field == lost
        assert not Nonconformity.objects.exists()

    def test_not_applicable_is_presences_to_say_and_settles_nothing_before_the_client_agrees(self, rollout, script):
        with pytest.raises(NotAllowed):
            report(script, rollout, who="client", outcome="not_applicable", note="x")
        with pytest.raises(Invalid):
            report(script, rollout, outcome="not_applicable", note="")
        report(script, rollout, outcome="not_applicable", note="Sem kits")
        assert missing(rollout) == {("case:PED-01", "client")}

    def test_without_an_open_round_nothing_is_reported(self, rollout, script):
        actions.close_round(script, by=rollout.people["pm"])
        with pytest.raises(Refusal, match="rodada"):
            report(script, rollout)

    def test_outside_the_stage_nothing_is_reported(self, rollout, script):
        at_stage(rollout, Stage.ACCEPTANCE)
        with pytest.raises(Refusal, match="homologação"):
            report(script, rollout)

    @pytest.mark.parametrize(
        ("who", "may"),
        [("analyst", True), ("client_member", True), ("integrator", True), ("platform", False), ("stranger", False)],
    )
    def test_who_may_report(self, rollout, script, who, may):
        assert rollout.people[who].has_perm("homologation.execute", case(script)) is may


class TestRounds:
    def test_one_is_open_at_a_time(self, rollout, script):
        with pytest.raises(Refusal, match="aberta"):
            actions.start_round(script, by=rollout.people["pm"])

    def test_a_later_round_repeats_what_has_not_passed(self, rollout, script):
        report(script, rollout)
        actions.close_round(script, by=rollout.people["pm"])
        second = actions.start_round(script, by=rollout.people["pm"])
        assert [row.code for row in second.cases.all()] == ["PED-02"]
        with pytest.raises(Refusal, match="não faz parte"):
            report(script, rollout)

    def test_there_is_no_round_once_all_passed(self, rollout, script):
        report(script, rollout)
        report(script, rollout, code="PED-02")
        actions.close_round(script, by=rollout.people["pm"])
        with pytest.raises(Refusal, match="não há o que repetir"):
            actions.start_round(script, by=rollout.people["pm"])

    def test_closing_twice_is_refused(self, rollout, script):
        actions.close_round(script, by=rollout.people["pm"])
        with pytest.raises(Refusal):
            actions.close_round(script, by=rollout.people["pm"])


class TestNonconformities:
    @pytest.fixture
    def nonconformity(self, rollout, script):
        report(script, rollout, **FAILURE)
        return Nonconformity.objects.get()

    def test_the_ball_follows_the_failure(self, rollout, script, nonconformity):
        assert missing(rollout) == {("nonconformity:1", "integrator")}
        nonconformities.mark_fixed(nonconformity, by=rollout.people["integrator"], fix_version="1.1")
        assert missing(rollout) == {("case:PED-01", "presence"), ("nonconformity:1", "presence")}
        report(script, rollout)
        nonconformities.verify_fix(nonconformity, by=rollout.people["client"])
        assert missing(rollout) == set()

    def test_the_integrator_is_told_of_the_cases_to_run_and_of_every_failure_to_mend(self, rollout, script):
        def owed():
            return {item.key: item.owed_by for item in gates.early(rollout, [])}

        assert owed() == {"homologation:round:1": "integrator"}
        report(script, rollout, code="PED-02", **(FAILURE | {"severity": "minor"}))
        assert owed() == {"homologation:round:1": "integrator", "homologation:nonconformity:1": "integrator"}
        report(script, rollout)
        assert owed() == {"homologation:nonconformity:1": "integrator"}

    def test_a_fix_is_verified_only_after_its_case_passed(self, rollout, nonconformity):
        with pytest.raises(Refusal, match="ainda não foi corrigida"):
            nonconformities.verify_fix(nonconformity, by=rollout.people["pm"])
        nonconformities.mark_fixed(nonconformity, by=rollout.people["integrator"], fix_version="1.1")
        with pytest.raises(Refusal, match="de novo"):
            nonconformities.verify_fix(nonconformity, by=rollout.people["pm"])

    def test_failing_again_reopens_it_instead_of_opening_another(self, rollout, script, nonconformity):
        nonconformities.mark_fixed(nonconformity, by=rollout.people["integrator"], fix_version="1.1")
        report(script, rollout, **FAILURE)
        nonconformity.refresh_from_db()
        assert (nonconformity.state, nonconformity.times_reopened, Nonconformity.objects.count()) == ("open", 1, 1)

    def test_it_can_be_reopened_with_a_reason(self, rollout, nonconformity):
        nonconformities.mark_fixed(nonconformity, by=rollout.people["integrator"], fix_version="1.1")
        with pytest.raises(Invalid):
            nonconformities.reopen(nonconformity, by=rollout.people["client"], reason="")
        nonconformities.reopen(nonconformity, by=rollout.people["client"], reason="Continua")
        with pytest.raises(Refusal):
            nonconformities.reopen(nonconformity, by=rollout.people["client"], reason="Continua")

    def test_a_fix_names_its_version(self, rollout, nonconformity):
        with pytest.raises(Invalid):
            nonconformities.mark_fixed(nonconformity, by=rollout.people["integrator"], fix_version=" ")

    @pytest.mark.parametrize("who", ["client", "platform", "analyst"])
    def test_only_owner_and_integrator_correct_it(self, rollout, nonconformity, who):
        with pytest.raises(NotAllowed):
            nonconformities.mark_fixed(nonconformity, by=rollout.people[who], fix_version="1.1")

    def test_only_a_blocking_one_leads_back_to_development(self, rollout, script):
        assert missing(rollout, Gate.RETURN_TO_DEVELOPMENT) == {("nothing_blocking", "presence")}
        report(script, rollout, **{**FAILURE, "severity": "minor"})
        assert missing(rollout, Gate.RETURN_TO_DEVELOPMENT) == {("nothing_blocking", "presence")}
        report(script, rollout, **FAILURE)
        assert missing(rollout, Gate.RETURN_TO_DEVELOPMENT) == set()


class TestReservations:
    def propose(self, rollout, script, **kwargs):
        fields = {"text": "Sem kit até março", "owner": "integrator", "deadline": clock.today() + timedelta(days=30)}
        return reservations.propose(case(script), by=rollout.people["integrator"], **{**fields, **kwargs})

    def test_it_takes_effect_with_both_client_and_presence(self, rollout, script):
        reservation = self.propose(rollout, script)
        assert missing(rollout) == {("case:PED-01", "client")}
        reservations.agree(reservation, by=rollout.people["client"])
        assert missing(rollout) == {("case:PED-01", "presence")}
        reservations.agree(reservation, by=rollout.people["pm"])
        assert missing(rollout) == set()
        assert term.HOMOLOGATION.of(rollout)["reservations"][0]["case"] == "PED-01"

    def test_withdrawing_closes_the_gate_again(self, rollout, script):
        reservation = self.propose(rollout, script)
        reservations.withdraw(reservation, by=rollout.people["pm"])
        assert missing(rollout) == {("case:PED-01", "presence")}

    @pytest.mark.parametrize("fields", [{"text": " "}, {"deadline": clock.today()}])
    def test_it_needs_words_and_a_future_deadline(self, rollout, script, fields):
        with pytest.raises(Invalid):
            self.propose(rollout, script, **fields)

    def test_one_a_case(self, rollout, script):
        self.propose(rollout, script)
        with pytest.raises(Refusal):
            self.propose(rollout, script)

    @pytest.mark.parametrize("who", ["integrator", "platform", "analyst"])
    def test_others_cannot_agree(self, rollout, script, who):
        with pytest.raises(NotAllowed):
            reservations.agree(self.propose(rollout, script), by=rollout.people[who])


class TestThePage:
    def test_an_integrator_reports_with_a_file_and_presence_gets_it(self, rollout, script, client_for):
        base = f"/projetos/{rollout.pk}/homologacao/"
        data = {"outcome": "passed", "evidence_files": ContentFile(b"log", name="log.txt")}
        assert client_for(rollout.people["integrator"]).post(base + "casos/PED-01/", data).status_code == 302
        result = case(script).results.get()
        url = f"{base}evidencias/{result.evidence.get().pk}/arquivo/"
        assert b"".join(client_for(rollout.people["pm"]).get(url).streaming_content) == b"log"
        assert client_for(rollout.people["stranger"]).get(url).status_code == 404

    def test_a_failure_without_severity_keeps_what_was_typed(self, rollout, script, client_for):
        answer = client_for(rollout.people["client"]).post(
            f"/projetos/{rollout.pk}/homologacao/casos/PED-01/", {"outcome": "failed", "note": "Texto digitado"}
        )
        assert answer.status_code == 422
        assert "Texto digitado" in answer.content.decode()

    def test_the_whole_turn_in_the_browser(self, rollout, script, client_for):
        base = f"/projetos/{rollout.pk}/homologacao/"
        pm, integrator = client_for(rollout.people["pm"]), client_for(rollout.people["integrator"])
        assert integrator.post(base + "casos/PED-01/", FAILURE).status_code == 302
        assert "NC-1" in pm.get(base).content.decode()
        assert integrator.post(base + "nc/1/corrigida/", {"fix_version": ""}).status_code == 422
        assert integrator.post(base + "nc/1/corrigida/", {"fix_version": "1.1"}).status_code == 302
        assert pm.post(base + "nc/1/reabrir/", {"reason": "Ainda"}).status_code == 302
        assert integrator.post(base + "nc/1/corrigida/", {"fix_version": "1.2"}).status_code == 302
        assert pm.post(base + "nc/1/verificada/").status_code == 409
        assert pm.post(base + "casos/PED-01/", {"outcome": "passed", **EVIDENCE}).status_code == 302
        assert pm.post(base + "nc/1/verificada/").status_code == 302
        assert pm.post(base + "rodada/encerrar/").status_code == 302
        assert pm.post(base + "rodada/abrir/").status_code == 302
        deadline = (clock.today() + timedelta(days=9)).isoformat()
        proposal = {"text": "Depois", "owner": "client", "deadline": deadline}
        assert integrator.post(base + "casos/PED-02/ressalva/", proposal).status_code == 302
        reservation = rollout.reservations.get()
        assert pm.post(f"{base}ressalvas/{reservation.pk}/concordar/").status_code == 302
        assert pm.post(f"{base}ressalvas/{reservation.pk}/retirar/").status_code == 302
        for page in (base, base + "casos/PED-01/", base + "casos/PED-02/"):
            assert client_for(rollout.people["platform"]).get(page).status_code == 200

    def test_freezing_through_the_page(self, client_for):
        rollout = at_stage(RolloutFactory(), Stage.TRAINING)
        script = make_script(rollout)
        pm = client_for(rollout.people["pm"])
        base = f"/projetos/{rollout.pk}/homologacao/"
        assert pm.post(base + "condicoes/", {"conditions": ["kit"]}).status_code == 302
        assert client_for(rollout.people["client"]).post(base + "congelar/").status_code == 403
        assert pm.post(base + "congelar/").status_code == 302
        assert Script.objects.get(pk=script.pk).frozen_at is not None

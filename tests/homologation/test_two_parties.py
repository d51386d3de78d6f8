"""Nobody settles a case alone: what the integrator reports, and that a case does not apply, counts with the other side."""

import pytest

from apps.core.refusals import NotAllowed, Refusal
from apps.stages.homologation import queries, term
from apps.stages.homologation.execution import actions
from apps.stages.homologation.execution import report as paper
from apps.stages.homologation.models import Case, Script
from tests.homologation.factories import SessionFactory
from tests.homologation.test_homologation import case, missing, report
from tests.meetings.factories import AttendeeFactory

pytestmark = pytest.mark.django_db
NOT_APPLICABLE = {"outcome": "not_applicable", "note": "A loja não aceita boleto", "evidence_text": ""}


def standing(script, code="PED-01"):
    return queries.status_of(case(script, code))


def kept(script, code="PED-01"):
    return Case.objects.get(script=script, code=code).standing


class TestThatItDoesNotApply:
    @pytest.fixture
    def proposed(self, rollout, script):
        return report(script, rollout, **NOT_APPLICABLE)

    def test_the_client_owes_an_answer_until_then_nothing_is_settled(self, rollout, script, proposed):
        assert missing(rollout) == {("case:PED-01", "client")}
        assert standing(script).awaits_agreement
        assert kept(script) == "to_agree"
        event = rollout.events.get(kind="homologation.not_applicable_proposed")
        assert event.data == {"case": "PED-01", "reason": "A loja não aceita boleto"}

    def test_with_the_clients_agreement_the_case_is_settled_and_counts_apart(self, rollout, script, proposed):
        actions.confirm_result(proposed, by=rollout.people["client"])
        assert missing(rollout) == set()
        status = standing(script)
        assert (status.not_applicable, status.passed, status.is_settled) == (True, False, True)
        assert kept(script) == "not_applicable"
        process = queries.processes(script)[0]
        assert (process.tally.not_applicable, process.tally.passed) == (1, 0)

    @pytest.mark.parametrize("who", ["pm", "analyst", "integrator", "platform", "stranger"])
    def test_nobody_else_agrees(self, rollout, proposed, who):
        with pytest.raises(NotAllowed):
            actions.confirm_result(proposed, by=rollout.people[who])

    def test_a_later_result_takes_its_place(self, rollout, script, proposed):
        actions.confirm_result(proposed, by=rollout.people["client"])
        report(script, rollout)
        assert standing(script).passed
        with pytest.raises(Refusal, match="já foi confirmado"):
            actions.confirm_result(proposed, by=rollout.people["client"])

    def test_the_next_round_drags_neither_the_case_nor_what_depends_on_it(self, rollout, script, proposed):
        Case.objects.create(
            script=script, position=4, code="PED-04", process="PED", title="x", obligation="mandatory",
            depends=["PED-01"],
        )  # fmt: skip
        queries.open_round(script).cases.add(case(script, "PED-04"))
        report(script, rollout, code="PED-04")
        actions.confirm_result(proposed, by=rollout.people["client"])
        actions.close_round(script, by=rollout.people["pm"])
        assert [row.code for row in actions.start_round(script, by=rollout.people["pm"]).cases.all()] == ["PED-02"]

    def test_it_stands_in_the_report_and_in_the_term(self, rollout, script, proposed):
        actions.confirm_result(proposed, by=rollout.people["client"])
        share = term.HOMOLOGATION.of(rollout)
        assert share["not_applicable"] == [
            {"case": "PED-01", "title": "Caso PED-01", "reason": "A loja não aceita boleto"}
        ]
        assert share["processes"][0]["not_applicable"] == 1
        text = paper.html(rollout, Script.objects.get(pk=script.pk))
        assert "<strong>não se aplica</strong>" in text
        assert "A loja não aceita boleto" in text

    def test_of_an_optional_case_presence_says_so_alone(self, rollout, script):
        report(script, rollout, code="PED-02", **NOT_APPLICABLE)
        assert standing(script, "PED-02").not_applicable

    def test_in_the_browser_presence_proposes_and_the_client_agrees(self, rollout, script, client_for):
        base = f"/projetos/{rollout.pk}/homologacao/"
        pm, customer = client_for(rollout.people["pm"]), client_for(rollout.people["client"])
        assert pm.post(base + "casos/PED-01/", NOT_APPLICABLE).status_code == 302
        result = case(script).results.get()
        assert "Concordo que não se aplica" not in pm.get(base + "casos/PED-01/").content.decode()
        assert "Concordo que não se aplica" in customer.get(base + "casos/PED-01/").content.decode()
        assert pm.post(f"{base}resultados/{result.pk}/confirmar/").status_code == 403
        assert customer.post(f"{base}resultados/{result.pk}/confirmar/").status_code == 302
        assert standing(script).not_applicable


class TestAPassByHand:
    def test_of_the_integrator_alone_it_awaits_presence_or_the_client(self, rollout, script):
        result = report(script, rollout, who="integrator", evidence_text="ok")
        assert missing(rollout) == {("case:PED-01", "presence")}
        assert kept(script) == "to_confirm"
        with pytest.raises(NotAllowed):
            actions.confirm_result(result, by=rollout.people["integrator"])
        actions.confirm_result(result, by=rollout.people["client"])
        assert missing(rollout) == set()
        assert "machine" not in rollout.events.get(kind="homologation.confirmed").data

    @pytest.mark.parametrize("who", ["analyst", "client", "client_member"])
    def test_of_presence_or_the_client_it_counts_at_once(self, rollout, script, who):
        report(script, rollout, who=who)
        assert standing(script).passed

    def test_of_an_optional_case_it_counts_at_once(self, rollout, script):
        report(script, rollout, who="integrator", code="PED-02")
        assert standing(script, "PED-02").passed

    def test_in_a_session_with_all_three_parties_it_counts_at_once(self, rollout, script):
        session = SessionFactory(rollout=rollout, led_by=rollout.people["analyst"])
        for party in ("presence", "client"):
            AttendeeFactory(meeting=session, party=party)
        report(script, rollout, who="integrator")
        assert standing(script).awaits_confirmation
        AttendeeFactory(meeting=session, party="integrator")
        report(script, rollout, who="integrator")
        assert standing(script).passed

    def test_of_a_machine_it_waits_in_a_session_too(self, rollout, script):
        session = SessionFactory(rollout=rollout, led_by=rollout.people["analyst"])
        for party in ("presence", "client", "integrator"):
            AttendeeFactory(meeting=session, party=party)
        report(script, rollout, who="integrator", machine="CI")
        assert standing(script).awaits_confirmation

    def test_where_one_company_is_client_and_integrator_presence_confirms(self, rollout, script):
        rollout.parties.filter(role="client").update(company=rollout.company("integrator"))
        fresh = Script.objects.get(pk=script.pk)
        report(fresh, rollout, who="integrator")
        assert standing(fresh).awaits_confirmation

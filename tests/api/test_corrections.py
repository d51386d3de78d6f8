"""A tool of Presence sets a project right and moves it, by the same actions as the pages."""

from typing import get_args

import pytest

from apps.api.actions import scopes_for
from apps.companies.models import Kind, Role
from apps.core import cnpj
from apps.core.process import BACKWARD, FORWARD, PartyRole, Stage
from apps.core.web.rest import Scope
from apps.rollouts import parties, planning, waivers_api
from apps.rollouts.corrections import api as corrections_api
from apps.rollouts.corrections import changes_api
from apps.rollouts.events import Credentials
from apps.rollouts.models import Rollout
from tests.api.factories import ApiTokenFactory, tool
from tests.companies.factories import CompanyFactory, a_person
from tests.golive.factories import a_completed_rollout, a_rollout_going_live
from tests.rollouts.factories import RolloutFactory, at_stage, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    return at_stage(RolloutFactory(scope="Pedidos"), Stage.DEVELOPMENT)


def fresh(rollout):
    return Rollout.objects.get(pk=rollout.pk)


def send(rollout, what, body, who="manager"):
    token = ApiTokenFactory(rollout=rollout, person=rollout.people[who])
    return tool(token).post(f"/api/rollouts/{rollout.pk}/{what}/", body, content_type="application/json")


def test_what_is_left_out_of_a_correction_stays(rollout):
    answer = send(rollout, "correction", {"target_date": "2090-01-31", "reason": "Combinado"})
    assert (answer.status_code, answer.json()["target_date"]) == (201, "2090-01-31")
    assert fresh(rollout).scope == "Pedidos"
    assert send(rollout, "correction", {"target_date": None, "scope": "Notas", "reason": "Engano"}).status_code == 201
    assert (fresh(rollout).target_date, fresh(rollout).scope) == (None, "Notas")


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [("correction", {"scope": "x", "reason": " "}, "reason"), ("correction", {"scope": "Pedidos", "reason": "x"}, None),
     ("correction", {"target_date": "0001-01-01", "reason": "x"}, "target_date"),
     ("correction", {"target_date": "9999-12-31", "reason": "x"}, "target_date"),
     ("manager", {"to": "ninguem@exemplo.com.br", "reason": "x"}, "to"), ("analysts", {"email": "a"}, "email"),
     ("hold", {"caused_by": "nobody", "reason": "x", "version": 0}, "caused_by"), ("hold", {"caused_by": "client"}, "reason"),
     ("replacement", {"role": "presence", "cnpj": "x", "credentials": "purge", "reason": "x"}, "role"),
     ("replacement", {"role": "client", "cnpj": "x", "credentials": "purge", "reason": "x"}, "cnpj"),
     ("plan", {"reason": "x"}, None), ("plan", {"go_live": "0001-01-01", "reason": "x"}, "go_live"),
     ("plan", {"go_live": "2090-01-01"}, "reason"),
     ("plan", {"training": "2090-02-01", "homologation": "2090-01-01"}, "homologation"),
     ("phases", {"scope": " "}, "scope"),
     ("cancellation", {"reason": " ", "version": 0}, "reason"),
     ("waivers", {"gate": "reopen", "requirement": "x", "reason": "x"}, "gate"),
     ("waivers", {"gate": "complete", "requirement": "golive:window", "reason": ""}, "reason"),
     ("return", {"gate": "complete", "reason": "x", "version": 0}, "gate"), ("resumption", {"version": -1}, "version")],
)  # fmt: skip
def test_what_is_wrong_is_said_on_its_field(rollout, what, body, field):
    answer = send(rollout, what, body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert not rollout.events.exists()


def test_a_day_that_nobody_means_is_told_the_years_that_there_are(rollout):
    answer = send(rollout, "correction", {"target_date": "9999-12-31", "reason": "x"})
    assert answer.json()["message"] == "Informe uma data entre 2000 e 2100."
    answer = send(rollout, "correction", {"target_date": "31/03/2026", "reason": "x"})
    assert answer.json()["message"] == "Escreva a data como 2026-03-31."


def test_it_is_handed_over_to_a_colleague_by_their_address_and_to_nobody_else(rollout):
    colleague = a_person(rollout.company("presence"), Role.PROJECT_MANAGER)
    for person in (rollout.people["client"], rollout.people["analyst"]):
        assert send(rollout, "manager", {"to": person.email, "reason": "Férias"}).json()["field"] == "to"
    assert send(rollout, "manager", {"to": colleague.email.upper(), "reason": "Férias"}).status_code == 201
    assert fresh(rollout).project_manager == colleague


def test_analysts_come_are_listed_and_go(rollout):
    analyst = rollout.people["analyst"]
    made = send(rollout, "analysts", {"email": analyst.email})
    token = ApiTokenFactory(rollout=rollout, scopes=["read"])
    rows = tool(token).get(f"/api/rollouts/{rollout.pk}/analysts/").json()
    assert rows == [made.json()] == [{"id": rollout.analysts.get().pk, "name": str(analyst)}]
    assert send(rollout, f"analysts/{rows[0]['id']}/removal", {}).status_code == 201
    assert send(rollout, f"analysts/{rows[0]['id']}/removal", {}).status_code == 404
    assert not rollout.analysts.exists()


def test_it_is_held_resumed_and_sent_back_by_the_version_that_was_read(rollout):
    held = send(rollout, "hold", {"caused_by": "client", "reason": "Férias", "version": 0})
    assert (held.status_code, held.json()["on_hold"], held.json()["holder"]) == (201, True, "client")
    late = send(rollout, "resumption", {"version": 0})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert "pausou o projeto" in late.json()["details"][0]
    version = send(rollout, "resumption", {"version": held.json()["version"]}).json()["version"]
    wrong = send(rollout, "return", {"gate": "return_to_homologation", "reason": "x", "version": version})
    assert wrong.status_code == 409
    back = send(rollout, "return", {"gate": "return_to_kickoff", "reason": "Outro modelo", "version": version})
    assert (back.status_code, back.json()["stage"]) == (201, "kickoff")


def test_a_completed_one_is_reopened_within_its_guarantee():
    rollout = a_completed_rollout()
    answer = send(rollout, "reopening", {"reason": "Defeito", "version": fresh(rollout).version})
    assert (answer.status_code, answer.json()["stage"]) == (201, "go_live")


def test_it_is_cancelled_once_and_by_the_version_that_was_read(rollout):
    version = send(rollout, "hold", {"caused_by": "client", "reason": "Férias", "version": 0}).json()["version"]
    assert send(rollout, "cancellation", {"reason": "Desistência", "version": 0}).status_code == 409
    answer = send(rollout, "cancellation", {"reason": "Desistência", "version": version})
    assert (answer.status_code, answer.json()["stage"], answer.json()["on_hold"]) == (201, "cancelled", False)
    again = send(rollout, "cancellation", {"reason": "Desistência", "version": answer.json()["version"]})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_a_requirement_is_waived_listed_and_asked_for_again():
    rollout = a_rollout_going_live()
    token = ApiTokenFactory(rollout=rollout, scopes=["read"])
    window = {"gate": "complete", "requirement": "golive:window", "reason": "Já no ar"}
    waived = send(rollout, "waivers", window)
    assert waived.status_code == 201, waived.content
    assert waived.json()["text"]
    assert tool(token).get(f"/api/rollouts/{rollout.pk}/waivers/").json() == [waived.json()]
    gate = tool(token).get(f"/api/rollouts/{rollout.pk}/gate/").json()
    assert {row["waived"] for row in gate["requirements"] if row["key"] == "golive:window"} == {True}
    assert send(rollout, "waivers", window).status_code == 409
    assert send(rollout, "waivers", window | {"requirement": "golive:confirmation"}).status_code == 409
    removal = f"waivers/{waived.json()['id']}/removal"
    assert send(rollout, removal, {}, who="integrator").status_code == 403
    answer = send(rollout, removal, {})
    assert (answer.status_code, answer.json()) == (201, [])
    assert send(rollout, removal, {}).status_code == 404


def test_a_project_manager_waives_nothing_although_they_correct(rollout):
    assert send(rollout, "waivers", {"gate": "complete", "requirement": "x", "reason": "x"}, "pm").status_code == 403


def test_a_company_is_replaced_by_one_that_is_registered():
    rollout = at_stage(RolloutFactory(), Stage.DEVELOPMENT)
    company = CompanyFactory(kind=Kind.INTEGRATOR)
    body = {"role": "integrator", "cnpj": cnpj.show(company.cnpj), "credentials": "purge", "reason": "Vendida"}
    before = rollout.company("integrator")
    answer = send(rollout, "replacement", body)
    assert answer.status_code == 201, answer.content
    assert {"role": "integrator", "company": company.legal_name, "cnpj": company.cnpj} in answer.json()["parties"]
    assert rollout.former_parties.get().company == before
    again = send(rollout, "replacement", body)
    assert (again.status_code, again.json()["field"]) == (422, "cnpj")


def test_the_plan_is_read_and_changed_but_for_what_has_begun():
    rollout = at_stage(planned(), Stage.DEVELOPMENT)
    token = ApiTokenFactory(rollout=rollout, scopes=["read"])
    days = {row["stage"]: row["planned"] for row in tool(token).get(f"/api/rollouts/{rollout.pk}/plan/").json()}
    assert (days["kickoff"], days["go_live"]) == ("2026-08-03", "2026-10-22")
    answer = send(rollout, "plan", {"go_live": "2026-10-26", "reason": "Combinado"})
    assert answer.status_code == 201, answer.content
    assert {row["stage"]: row["planned"] for row in answer.json()} == days | {"go_live": "2026-10-26"}
    assert send(rollout, "plan", {"development": "2026-08-18", "reason": "x"}).status_code == 409


def test_a_second_phase_follows_a_completed_one_and_its_answer_is_the_new_one():
    rollout = a_completed_rollout()
    answer = send(rollout, "phases", {"scope": "Trocas", "manager": rollout.people["pm"].email})
    assert answer.status_code == 201, answer.content
    following = rollout.following.get()
    assert (answer.json()["id"], answer.json()["stage"]) == (following.pk, "kickoff")
    assert send(rollout, "phases", {"scope": "Trocas"}).status_code == 409
    assert (
        send(rollout, "phases", {"scope": "Trocas", "manager": rollout.people["client"].email}).json()["field"]
        == "manager"
    )


@pytest.mark.parametrize("who", ["integrator", "platform"])
def test_the_parties_get_no_such_token_and_one_with_the_scope_does_nothing(rollout, who):
    assert Scope.PROJECT not in scopes_for(rollout.people[who], rollout)
    assert Scope.PROJECT in scopes_for(rollout.people["manager"], rollout)
    replacement = {"role": "client", "cnpj": "x", "credentials": "purge", "reason": "x"}
    for what, body in (
        ("correction", {"scope": "x", "reason": "x"}), ("replacement", replacement),
        ("cancellation", {"reason": "x", "version": 0}),
        ("waivers", {"gate": "complete", "requirement": "x", "reason": "x"}),
        ("plan", {"go_live": "2090-01-01", "reason": "x"}), ("phases", {"scope": "x"}),
    ):  # fmt: skip
        answer = send(rollout, what, body, who)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), what


def test_its_values_are_those_of_the_process():
    assert set(get_args(corrections_api.Role)) == set(PartyRole.values)
    assert set(get_args(corrections_api.GatesBack)) == {gate.value for gate in BACKWARD.values()}
    assert set(get_args(waivers_api.GatesAhead)) == {gate.value for gate in FORWARD.values()}
    assert set(get_args(changes_api.Replaceable)) == set(parties.REPLACEABLE)
    assert set(get_args(changes_api.OfTheVault)) == set(Credentials.values)
    assert {*changes_api.PlanIn.model_fields} == {*planning.STEPS[1:], "reason"}

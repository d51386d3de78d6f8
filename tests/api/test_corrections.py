"""A tool of Presence sets a project right and moves it, by the same actions as the pages."""

from typing import get_args

import pytest

from apps.api.actions import scopes_for
from apps.companies.models import Role
from apps.core.process import BACKWARD, PartyRole, Stage
from apps.core.web.rest import Scope
from apps.rollouts import corrections_api
from apps.rollouts.models import Rollout
from tests.api.factories import ApiTokenFactory, tool
from tests.companies.factories import a_person
from tests.golive.factories import a_completed_rollout
from tests.rollouts.factories import RolloutFactory, at_stage

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


@pytest.mark.parametrize("who", ["integrator", "platform"])
def test_the_parties_get_no_such_token_and_one_with_the_scope_does_nothing(rollout, who):
    assert Scope.PROJECT not in scopes_for(rollout.people[who], rollout)
    assert Scope.PROJECT in scopes_for(rollout.people["manager"], rollout)
    answer = send(rollout, "correction", {"scope": "x", "reason": "x"}, who)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_its_values_are_those_of_the_process():
    assert set(get_args(corrections_api.Role)) == set(PartyRole.values)
    assert set(get_args(corrections_api.GatesBack)) == {gate.value for gate in BACKWARD.values()}

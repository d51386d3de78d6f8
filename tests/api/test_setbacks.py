"""A tool of Presence says what sets the go-live back, by the same actions as the pages."""

from datetime import timedelta
from typing import get_args

import pytest

from apps.companies.models import Role
from apps.core import clock
from apps.core.process import PartyRole, Stage
from apps.stages.golive import api
from apps.stages.golive.models import Window
from tests.api.factories import ApiTokenFactory, tool
from tests.companies.factories import a_person
from tests.golive.factories import a_rollout_going_live, all_say_go
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    """All said go to window 1, which begins tomorrow; the point ``load`` is ticked."""
    rollout = a_rollout_going_live()
    all_say_go(rollout)
    rollout.golive_items.filter(key="load").update(done_at=clock.now(), done_by=rollout.people["pm"])
    return rollout


def begin(rollout):
    hour = timedelta(hours=1)
    Window.objects.filter(rollout=rollout).update(starts_at=clock.now() - hour, ends_at=clock.now() + hour)


def send(rollout, what, body, who="manager"):
    token = ApiTokenFactory(rollout=rollout, person=rollout.people[who])
    return tool(token).post(f"/api/rollouts/{rollout.pk}/go-live/{what}/", body, content_type="application/json")


def read(rollout):
    return tool(ApiTokenFactory(rollout=rollout, scopes=["read"])).get(f"/api/rollouts/{rollout.pk}/go-live/").json()


def done(answer):
    return {point["key"] for point in answer["points"] if point["done"]}


def test_the_window_and_the_points_are_read(rollout):
    answer = read(rollout)
    assert {(row["role"], row["answer"]) for row in answer["window"]["answers"]} == {
        (role, "go") for role in PartyRole.values
    }
    assert done(answer) == {"load"}
    assert [point["mandatory"] for point in answer["points"]] == [True, False]


def test_an_entry_is_undone_once_its_window_began(rollout):
    assert send(rollout, "rollback", {"reason": "Sem frete"}).status_code == 409
    begin(rollout)
    answer = send(rollout, "rollback", {"reason": "Sem frete"})
    assert answer.status_code == 201, answer.content
    assert answer.json() == read(rollout)
    assert (answer.json()["window"], done(answer.json())) == (None, set())
    assert send(rollout, "rollback", {"reason": "Sem frete"}).status_code == 409


def test_presence_says_no_go_to_the_window_in_force_and_for_nobody_else(rollout):
    answer = send(rollout, "windows/1/no-go", {"role": "presence", "reason": "Falta a carga", "owner": "integrator"})
    assert answer.status_code == 201, answer.content
    assert {"role": "presence", "answer": "no_go", "reason": "Falta a carga", "owner": "integrator"} in answer.json()[
        "window"
    ]["answers"]
    assert send(rollout, "windows/1/no-go", {"role": "client", "reason": "x"}).status_code == 403
    assert send(rollout, "windows/2/no-go", {"role": "presence", "reason": "x"}).status_code == 404
    Window.objects.update(lapsed_at=clock.now())
    assert send(rollout, "windows/1/no-go", {"role": "presence", "reason": "x"}).status_code == 409


@pytest.mark.parametrize("who", ["integrator", "platform"])
def test_a_tool_of_a_party_says_no_go_for_it_and_unticks_its_own_points(rollout, who):
    lead, scopes = a_person(rollout.company(who), Role.LEAD), ["answers"]
    rollout.golive_items.filter(key="load").update(owner=who)
    token = ApiTokenFactory(rollout=rollout, person=lead, scopes=scopes)
    url = f"/api/rollouts/{rollout.pk}/go-live"
    body = {"role": who, "reason": "A fila está parada", "owner": who}
    answer = tool(token).post(f"{url}/windows/1/no-go/", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    [reply] = [row for row in answer.json()["window"]["answers"] if row["role"] == who]
    assert (reply["answer"], reply["reason"], reply["owner"]) == ("no_go", "A fila está parada", who)
    answer = tool(token).post(f"{url}/points/load/untick/", {}, content_type="application/json")
    assert (answer.status_code, done(answer.json())) == (201, set())
    assert tool(token).post(f"{url}/rollback/", {"reason": "x"}, content_type="application/json").status_code == 403


def test_a_member_who_does_not_lead_says_no_go_for_nobody(rollout):
    token = ApiTokenFactory(rollout=rollout, person=a_person(rollout.company("integrator")), scopes=["answers"])
    answer = tool(token).post(
        f"/api/rollouts/{rollout.pk}/go-live/windows/1/no-go/", {"role": "integrator", "reason": "x"},
        content_type="application/json",
    )  # fmt: skip
    assert answer.json()["code"] == "forbidden"


def test_a_point_is_unticked_once(rollout):
    answer = send(rollout, "points/load/untick", {})
    assert (answer.status_code, done(answer.json())) == (201, set())
    assert send(rollout, "points/load/untick", {}).status_code == 409
    assert send(rollout, "points/none/untick", {}).status_code == 404


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [("rollback", {"reason": " "}, "reason"), ("rollback", {"reason": "x" * 301}, "reason"),
     ("windows/1/no-go", {"role": "presence"}, "reason"), ("windows/1/no-go", {"role": "all", "reason": "x"}, "role"),
     ("windows/1/no-go", {"role": "presence", "reason": "x", "owner": ""}, "owner")],
)  # fmt: skip
def test_what_is_wrong_is_said_on_its_field(rollout, what, body, field):
    begin(rollout)
    answer = send(rollout, what, body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert not rollout.events.exists()


@pytest.mark.parametrize("who", ["integrator", "platform"])
def test_a_party_rolls_nothing_back_and_answers_for_no_other(rollout, who):
    begin(rollout)
    assert send(rollout, "rollback", {"reason": "x"}, who).status_code == 403
    assert send(rollout, "windows/1/no-go", {"role": "presence", "reason": "x"}, who).status_code == 403


def test_the_platform_unticks_no_point_of_another(rollout):
    assert send(rollout, "points/load/untick", {}, "platform").status_code == 403


def test_outside_the_golive_nothing_is_set_back(rollout):
    at_stage(rollout, Stage.ACCEPTANCE)
    assert send(rollout, "points/load/untick", {}).status_code == 409
    assert send(rollout, "windows/1/no-go", {"role": "presence", "reason": "x"}).status_code == 409


def test_its_values_are_those_of_the_process():
    assert set(get_args(api.Role)) == set(PartyRole.values)

"""The integrator's CI logs progress and declares deliveries."""

import pytest

from apps.core.process import Stage
from tests.api.factories import ApiTokenFactory, tool
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

NOTE = {"percent": 60, "text": "Pedidos prontos"}
DELIVERY = {"version": "1.4.0", "notes": "Cancelamento", "limitations": "Sem kits"}


@pytest.fixture
def rollout():
    return at_stage(RolloutFactory(), Stage.DEVELOPMENT)


@pytest.fixture
def token(rollout):
    return ApiTokenFactory(rollout=rollout)


def send(token, what, body):
    return tool(token).post(f"/api/rollouts/{token.rollout_id}/{what}/", body, content_type="application/json")


def test_progress_and_deliveries_are_recorded_and_read_back(rollout, token):
    assert send(token, "progress", NOTE).json()["percent"] == 60
    assert send(token, "deliveries", DELIVERY).json()["version"] == "1.4.0"
    answer = tool(token).get(f"/api/rollouts/{rollout.pk}/development/").json()
    assert [note["text"] for note in answer["notes"]] == ["Pedidos prontos"]
    assert [(row["version"], row["limitations"]) for row in answer["deliveries"]] == [("1.4.0", "Sem kits")]
    assert (answer["due"], answer["days_late"]) == (None, 0)
    assert [event.kind for event in rollout.events.order_by("sequence")] == [
        "development.progress", "development.delivered",
    ]  # fmt: skip


def test_a_form_will_do_as_well(rollout, token):
    answer = tool(token).post(f"/api/rollouts/{rollout.pk}/progress/", {"percent": "60", "text": "x"})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [("progress", {**NOTE, "percent": 101}, "percent"), ("progress", {**NOTE, "percent": "60"}, "percent"),
     ("progress", {"percent": 1}, "text"), ("deliveries", {**DELIVERY, "version": " "}, "version"),
     ("deliveries", {**DELIVERY, "version": "x" * 41}, "version"), ("deliveries", {"version": "1"}, "notes")],
)  # fmt: skip
def test_what_is_wrong_is_said_on_its_field(token, what, body, field):
    answer = send(token, what, body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_version_is_delivered_once(token):
    send(token, "deliveries", DELIVERY)
    answer = send(token, "deliveries", DELIVERY)
    assert (answer.status_code, answer.json()["field"]) == (422, "version")


@pytest.mark.parametrize("what", ["progress", "deliveries"])
def test_only_in_development(rollout, token, what):
    at_stage(rollout, Stage.TRAINING)
    assert send(token, what, NOTE if what == "progress" else DELIVERY).status_code == 409


@pytest.mark.parametrize(("what", "scope"), [("progress", "progress"), ("deliveries", "delivery")])
def test_each_has_a_scope_of_its_own(rollout, what, scope):
    body = NOTE if what == "progress" else DELIVERY
    others = ApiTokenFactory(
        rollout=rollout, scopes=[x for x in ("read", "results", "progress", "delivery") if x != scope]
    )
    assert send(others, what, body).json()["code"] == "missing_scope"
    assert send(ApiTokenFactory(rollout=rollout, scopes=[scope]), what, body).status_code == 201


@pytest.mark.parametrize("who", ["platform", "manager"])
def test_nobody_reports_in_the_integrators_place(rollout, who):
    answer = send(ApiTokenFactory(rollout=rollout, person=rollout.people[who]), "progress", NOTE)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

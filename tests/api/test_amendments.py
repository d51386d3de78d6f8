"""A tool of Presence answers and takes back amendments of the worksheet, by the same actions as the page."""

from typing import get_args

import pytest

from apps.stages.kickoff import api
from apps.stages.kickoff.models import Amendment, Row
from tests.api.factories import ApiTokenFactory, tool
from tests.kickoff.factories import KickoffFactory, RowFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    """The client proposed 1 to Presence, Presence proposed 2 to the client."""
    kickoff = KickoffFactory()
    rollout = kickoff.rollout
    row = RowFactory(kickoff=kickoff, cells={"platform_code": "pix", "note": "À vista"})
    for number, column, party, concerned, who in (
        (1, "note", "client", "presence", "client"), (2, "platform_code", "presence", "client", "pm"),
    ):  # fmt: skip
        Amendment.objects.create(
            kickoff=kickoff, number=number, row=row, column=column, before=row.cells[column], after="30 dias",
            party=party, concerned=concerned, proposed_by=rollout.people[who],
        )  # fmt: skip
    return rollout


def send(rollout, what, body, who="manager", **fields):
    token = ApiTokenFactory(rollout=rollout, person=rollout.people[who], **fields)
    return tool(token).post(f"/api/rollouts/{rollout.pk}/amendments/{what}/", body, content_type="application/json")


def read(rollout, query=""):
    token = ApiTokenFactory(rollout=rollout, scopes=["read"])
    return tool(token).get(f"/api/rollouts/{rollout.pk}/amendments/{query}").json()


def test_they_are_listed_by_state(rollout):
    rows = read(rollout)
    assert [(row["number"], row["before"], row["after"]) for row in rows] == [
        (1, "À vista", "30 dias"),
        (2, "pix", "30 dias"),
    ]
    assert [(row["party"], row["concerned"]) for row in rows] == [("client", "presence"), ("presence", "client")]
    assert read(rollout, "?state=accepted") == []
    assert [row["number"] for row in read(rollout, f"?after={rollout.kickoff.amendments.get(number=1).pk}")] == [2]


def test_one_that_is_accepted_stands_in_the_worksheet_and_is_answered_once(rollout):
    answer = send(rollout, "1/answer", {"accepts": True})
    assert (answer.status_code, answer.json()["state"]) == (201, "accepted")
    assert Row.objects.get(amendments__number=1).cell("note") == "30 dias"
    assert send(rollout, "1/answer", {"accepts": True}).status_code == 409
    assert send(rollout, "3/answer", {"accepts": True}).status_code == 404


def test_one_is_declined_with_a_reason(rollout):
    refused = send(rollout, "1/answer", {"accepts": False})
    assert (refused.status_code, refused.json()["field"]) == (422, "note")
    answer = send(rollout, "1/answer", {"accepts": False, "note": "Outro prazo"})
    assert (answer.status_code, answer.json()["state"], answer.json()["note"]) == (201, "declined", "Outro prazo")
    assert Row.objects.get(amendments__number=1).cell("note") == "À vista"


def test_whoever_proposed_takes_it_back_and_nobody_answers_for_another(rollout):
    assert send(rollout, "2/answer", {"accepts": True}).status_code == 403
    assert send(rollout, "1/withdrawal", {}).status_code == 403
    answer = send(rollout, "2/withdrawal", {})
    assert (answer.status_code, answer.json()["state"]) == (201, "withdrawn")
    assert send(rollout, "2/withdrawal", {}).status_code == 409


@pytest.mark.parametrize("who", ["integrator", "platform"])
def test_a_party_that_is_not_concerned_answers_nothing(rollout, who):
    assert send(rollout, "1/answer", {"accepts": True}, who).json()["code"] == "forbidden"
    assert send(rollout, "2/withdrawal", {}, who).json()["code"] == "forbidden"
    assert send(rollout, "1/answer", {"accepts": True}, who, scopes=["read"]).json()["code"] == "missing_scope"


def test_its_values_are_those_of_the_worksheet():
    assert set(get_args(api.State)) == set(Amendment.State.values)

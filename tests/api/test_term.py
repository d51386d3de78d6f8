"""A tool of Presence reads whose turn it is to sign and reminds them; it signs nothing."""

from datetime import timedelta

import pytest

from apps.core import clock
from tests.acceptance.factories import a_draft, opened, signs
from tests.api.factories import ApiTokenFactory, tool
from tests.api.scenes import in_homologation

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def standing_term(stand):
    return stand(lambda: opened(a_draft(steps={"client": 1, "integrator": 2, "presence": 2}), pdf=b"%PDF-1.7 teste"))


@pytest.fixture
def rollout(standing_term):
    """Its term waits for the client, then for the two others."""
    return standing_term.copy().rollout


def remind(rollout, who="manager", **fields):
    token = ApiTokenFactory(rollout=rollout, person=rollout.people[who], **fields)
    return tool(token).post(f"/api/rollouts/{rollout.pk}/term/reminder/", {}, content_type="application/json")


def read(rollout):
    return tool(ApiTokenFactory(rollout=rollout, scopes=["read"])).get(f"/api/rollouts/{rollout.pk}/term/")


def turns(answer):
    return {row["role"] for row in answer["signatories"] if row["turn"]}


def test_whose_turn_it_is_is_read(rollout):
    answer = read(rollout).json()
    assert (answer["version"], answer["state"], turns(answer)) == (1, "ready", {"client"})
    signs(rollout.terms.get(), "client")
    answer = read(rollout).json()
    assert turns(answer) == {"integrator", "presence"}
    assert {row["role"]: row["state"] for row in answer["signatories"]}["client"] == "signed"


def test_they_are_reminded_and_not_again_within_twelve_hours(rollout):
    now = clock.now()
    reminded = remind(rollout)
    assert (reminded.status_code, turns(reminded.json())) == (201, {"client"})
    assert rollout.events.filter(kind="acceptance.reminded").count() == 1
    again = remind(rollout)
    assert (again.status_code, again.json()["code"]) == (429, "too_many_requests")
    assert int(again["Retry-After"]) > 0
    with clock.at(now + timedelta(hours=13)):
        assert remind(rollout).status_code == 201


@pytest.mark.parametrize("who", ["integrator", "platform"])
def test_the_parties_remind_nobody(rollout, who):
    assert remind(rollout, who).json()["code"] == "forbidden"
    assert remind(rollout, who, scopes=["read"]).json()["code"] == "missing_scope"


def test_without_a_term_in_force_there_is_nothing():
    rollout = in_homologation()
    assert read(rollout).status_code == remind(rollout).status_code == 404

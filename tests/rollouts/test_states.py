"""The table of states: what each role may do to a rollout as a whole, at every stage."""

from itertools import product

import pytest
from django.urls import reverse

from apps.companies.models import Kind, Membership
from apps.core.process import BACKWARD, FORWARD, PATH, Stage
from tests.blueprints import shipped
from tests.companies.factories import CompanyFactory, a_person
from tests.rollouts.asking import rules_of_the_test
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

OPEN, COMPLETED, ALWAYS = set(PATH), {Stage.COMPLETED}, set(Stage)
MANAGERS = {"pm", "manager"}
TABLE = {
    "advance": (OPEN, MANAGERS),
    "send_back": (set(BACKWARD), MANAGERS),
    "reopen": (COMPLETED, {"manager"}),
    "hold": (OPEN, MANAGERS),
    "cancel": (OPEN, MANAGERS),
    "correct": (OPEN, MANAGERS),
    "hand_over": (OPEN, MANAGERS),
    "assign_analyst": (OPEN, MANAGERS),
    "remove_analyst": (OPEN, MANAGERS),
    "replace_party": (OPEN, MANAGERS),
    "second_phase": (COMPLETED, MANAGERS),
}
"""Of each action, the stages at which it is done, and by whom, where nothing else is in the way."""
PEOPLE = ("client", "integrator", "platform", "analyst", "pm", "manager", "stranger")


@pytest.fixture
def rollout(monkeypatch):
    shipped.load()
    rules_of_the_test(monkeypatch)
    return RolloutFactory()


def form_of(action, rollout):
    gate = FORWARD if action == "advance" else BACKWARD
    seen = {"seen_version": rollout.version, "gate": gate.get(rollout.stage, "complete")}
    place = Membership.objects.get(user=rollout.people["analyst"])
    forms = {
        "hold": {"caused_by": "client"},
        "correct": {"scope": "Outro"},
        "hand_over": {"manager-to": rollout.people["manager"].pk, "manager-reason": "x"},
        "assign_analyst": {"analyst-membership": place.pk},
        "replace_party": {"company": CompanyFactory(kind=Kind.INTEGRATOR).pk, "credentials": "purge"},
        "second_phase": {"scope": "Trocas", "project_manager": rollout.people["pm"].pk},
    }
    return {**seen, "reason": "x", **forms.get(action, {})}


def address_of(action, rollout):
    more = {"replace_party": ["integrator"]}
    if action == "remove_analyst":
        person = a_person(rollout.company("presence"), "analyst")
        more[action] = [rollout.analysts.create(membership=person.memberships.get()).pk]
    return reverse(f"rollouts:{action}", args=[rollout.pk, *more.get(action, [])])


@pytest.mark.parametrize(("stage", "action"), product(Stage, TABLE))
def test_every_action_at_every_stage_by_every_role(rollout, client_for, stage, action):
    """302 where it was done, 409 where the stage is in the way, 403 for a role that may not, 404 for who sees nothing."""
    stages, roles = TABLE[action]
    rollout = at_stage(rollout, stage)
    answers = {}
    for who in PEOPLE:
        before = rollout.events.count()
        url, data = address_of(action, rollout), form_of(action, rollout)
        answers[who] = client_for(rollout.people[who]).post(url, data).status_code
        if answers[who] == 302:
            break  # It was done: the rollout is another one now.
        assert rollout.events.count() == before
    first_allowed = next(who for who in PEOPLE if who in roles)
    expected = dict.fromkeys(PEOPLE, 403) | {"stranger": 404}
    if stage in stages:
        done = PEOPLE.index(first_allowed)
        expected = {who: expected[who] for who in PEOPLE[:done]} | {first_allowed: 302}
    else:
        expected |= dict.fromkeys(roles, 409)
    assert answers == expected

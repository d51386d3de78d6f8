"""A credential is read by few, once, for a reason, and everybody knows."""

import pytest
from django.urls import reverse

from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.prerequisites import actions
from tests.companies.factories import PASSWORD
from tests.prerequisites.factories import PrerequisiteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    found = PrerequisiteFactory(credential=True)
    values = {"account": "aurora", "token": "canario-9f31"}
    actions.submit(found, by=found.rollout.people["client"], values=values)
    return found


def address(item):
    return reverse("prerequisites:reveal", args=[item.rollout_id, item.pk])


def test_it_takes_a_fresh_sign_in_and_a_reason_and_is_on_the_timeline(item, client_for):
    browser = client_for(item.rollout.people["pm"])
    assert reverse("account_reauthenticate") in browser.get(address(item)).url
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert "canario" not in browser.get(address(item)).content.decode()
    assert browser.post(address(item), {"reason": ""}).status_code == 422
    answer = browser.post(address(item), {"reason": "Testar o ambiente"})
    assert "canario-9f31" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    event = item.rollout.events.latest("sequence")
    assert (event.kind, event.data["reason"]) == ("prerequisites.revealed", "Testar o ambiente")
    assert "canario" not in str(event.data)
    timeline = client_for(item.rollout.people["client"]).get(reverse("rollouts:timeline", args=[item.rollout_id]))
    assert "revelou a credencial" in timeline.content.decode()


@pytest.mark.parametrize("who", ["analyst", "client", "integrator", "platform"])
def test_nobody_else_may(who, item):
    with pytest.raises(NotAllowed):
        actions.reveal(item, by=item.rollout.people[who], reason="x")


def test_without_a_reason_or_a_credential_there_is_nothing_to_read(item):
    with pytest.raises(Invalid):
        actions.reveal(item, by=item.rollout.people["pm"], reason=" ")
    empty = PrerequisiteFactory(rollout=item.rollout, credential=True)
    with pytest.raises(Refusal):
        actions.reveal(empty, by=item.rollout.people["pm"], reason="x")
    assert item.rollout.events.filter(kind="prerequisites.revealed").count() == 0

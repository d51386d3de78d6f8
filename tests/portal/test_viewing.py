"""A Presence manager looks at a rollout as a party sees it: visibly, and without changing anything."""

import pytest
from django.urls import reverse

from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    return PrerequisiteFactory()


@pytest.fixture
def browser(item, client_for):
    """The manager, looking as the client."""
    found = client_for(item.rollout.people["manager"])
    answer = found.post(reverse("portal:view_as", args=[item.rollout_id]), {"role": "client"})
    assert answer.url == "/"
    return found


def test_the_manager_sees_what_the_client_sees_under_a_banner(item, browser):
    page = browser.get("/").content.decode()
    assert "só para leitura" in page
    assert str(item.title) in page
    assert "Com quem está a bola" not in page
    assert browser.get(reverse("blueprints:list")).status_code == 403


def test_it_stands_on_the_timeline(item, browser):
    event = item.rollout.events.get()
    assert (event.kind, event.actor, event.data) == (
        "portal.viewed_as", item.rollout.people["manager"], {"role": "client"}
    )  # fmt: skip
    assert event.describe() == "viu o projeto como Cliente"


def test_nothing_can_be_changed(item, browser):
    url = reverse("portal:matter", args=[item.rollout_id, f"prerequisite:{item.key}"])
    answer = browser.post(url, {"text": "em nome do cliente"})
    assert answer.status_code == 403
    assert "Nada pode ser alterado assim" in answer.content.decode()
    assert item.submissions.count() == 0


def test_no_other_project_is_in_sight(item, browser):
    other = RolloutFactory(client=item.rollout.company("client"))
    assert browser.get(other.get_absolute_url()).status_code == 404
    assert browser.get(item.rollout.get_absolute_url()).status_code == 200


def test_one_click_leads_back(item, browser):
    assert browser.post(reverse("portal:stop_viewing")).url == item.rollout.get_absolute_url()
    assert "só para leitura" not in browser.get("/").content.decode()
    assert browser.get(reverse("blueprints:list")).status_code == 200


def test_who_stops_being_a_manager_stops_looking(item, browser):
    item.rollout.people["manager"].memberships.update(role="analyst")
    assert "só para leitura" not in browser.get("/").content.decode()


@pytest.mark.parametrize("who", ["pm", "analyst", "client", "integrator", "platform"])
def test_only_a_manager_may(who, item, client_for):
    url = reverse("portal:view_as", args=[item.rollout_id])
    assert client_for(item.rollout.people[who]).post(url, {"role": "client"}).status_code == 403


@pytest.mark.parametrize("role", ["presence", "x", ""])
def test_there_must_be_a_party_to_look_as(role, item, client_for):
    url = reverse("portal:view_as", args=[item.rollout_id])
    assert client_for(item.rollout.people["manager"]).post(url, {"role": role}).status_code == 422

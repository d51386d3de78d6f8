"""The contacts on call are people of the parties, never typed again into a note."""

import pytest
from django.urls import reverse

from apps.companies.models import Person, Purpose
from apps.core.process import Stage
from apps.stages.golive.models import ON_CALL, ChecklistItem
from tests.companies.factories import PersonFactory
from tests.golive.factories import ChecklistItemFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    rollout = at_stage(RolloutFactory(), Stage.GO_LIVE)
    return ChecklistItemFactory(rollout=rollout, key=ON_CALL, owner="presence")


def test_they_are_chosen_and_added_and_shown_with_their_telephones(item, client_for):
    rollout = item.rollout
    rosa = PersonFactory(company=rollout.company("client"), name="Rosa Nunes", phone="(47) 98765-0001")
    platform = rollout.company("platform")
    browser = client_for(rollout.people["pm"])
    sent = {
        "people": [f"#{rosa.pk}"], "people_1_name": "Davi", "people_1_company": platform.pk,
        "people_1_phone": "0800 123 4567", "note": "Das 8h às 22h",
    }  # fmt: skip
    assert browser.post(reverse("golive:check", args=[rollout.pk, item.pk]), sent).status_code == 302
    davi = Person.objects.get(company=platform, user=None)
    assert set(item.people.all()) == {rosa, davi}
    assert Person.objects.filter(purposes=[Purpose.ON_CALL]).count() == 2
    page = browser.get(reverse("golive:room", args=[rollout.pk])).content.decode()
    assert 'href="tel:+5547987650001"' in page
    assert "Rosa" not in str(rollout.events.latest("sequence").data)


def test_what_was_typed_is_still_there_when_the_form_is_refused(item, client_for):
    browser = client_for(item.rollout.people["pm"])
    sent = {"people_1_name": "Davi", "people_1_phone": "0800 123 4567"}
    answer = browser.post(reverse("golive:check", args=[item.rollout.pk, item.pk]), sent)
    assert answer.status_code == 422
    assert "Escolha a empresa de quem você inclui." in answer.content.decode()
    assert 'value="0800 123 4567"' in answer.content.decode()


def test_an_ordinary_point_asks_for_nobody(item, client_for):
    ChecklistItem.objects.update(key="rollback")
    page = client_for(item.rollout.people["pm"]).get(reverse("golive:room", args=[item.rollout.pk])).content.decode()
    assert "Quem está de plantão" not in page

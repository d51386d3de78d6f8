"""A person chooses what they are told, and what is kept of it is theirs."""

from datetime import timedelta

import pytest

from apps.accounts import personal_data
from apps.core import clock
from apps.core.models import UnfinishedWork
from apps.notices import queries
from apps.notices.models import Consumption, Digest, Notice, Preference, Reminder
from tests.companies.factories import UserFactory
from tests.notices.factories import DigestFactory, NoticeFactory, PreferenceFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db

URL = "/conta/avisos/"


def test_everything_is_on_until_somebody_switches_it_off(client_for):
    person = UserFactory()
    browser = client_for(person)
    page = browser.get(URL).content.decode()
    assert page.count("checked") == 2
    assert "não podem ser desligados" in page
    assert browser.post(URL, {"reminders": "on"}).url == URL
    found = Preference.objects.get(user=person)
    assert (found.events, found.reminders) == (False, True)
    browser.post(URL, {})
    browser.post(URL, {"events": "on"})
    found.refresh_from_db()
    assert (found.events, found.reminders) == (True, False)


def test_it_is_ones_own(client_for):
    other = UserFactory()
    client_for(UserFactory()).post(URL, {})
    assert queries.preference_of(other).events


def test_a_copy_has_what_was_told(client_for):
    person = UserFactory()
    notice = NoticeFactory(user=person)
    Reminder.objects.create(digest=DigestFactory(user=person), rollout=RolloutFactory(), requirement="a")
    copy = personal_data.export(person)["notices"]
    assert copy["wants"] == {"events": True, "reminders": True}
    assert [row["kind"] for row in copy["notices"]] == [notice.event.kind]
    assert [row["requirement"] for row in copy["reminders"]] == ["a"]
    other = personal_data.export(UserFactory())["notices"]
    assert (other["notices"], other["reminders"]) == ([], [])


def test_erasing_a_person_leaves_none_of_it():
    person, other = UserFactory(), NoticeFactory()
    NoticeFactory(user=person)
    DigestFactory(user=person)
    PreferenceFactory(user=person)
    personal_data.erase(person)
    assert list(Notice.objects.all()) == [other]
    assert not Digest.objects.exists()
    assert not Preference.objects.exists()


def test_time_drops_what_was_told_but_not_that_it_was():
    with clock.at(clock.now() - timedelta(days=181)):
        old = NoticeFactory(sent_at=clock.now())
        DigestFactory(dropped_at=clock.now())
        unsent = NoticeFactory()
    Consumption.objects.create(event=old.event)
    new = NoticeFactory(sent_at=clock.now())
    DigestFactory(sent_at=clock.now())
    assert personal_data.expire()["notices"] == 2
    assert set(Notice.objects.all()) == {new, unsent}
    assert Digest.objects.get().day == clock.today()
    assert Consumption.objects.filter(event=old.event).exists()
    assert personal_data.expire()["notices"] == 0
    UnfinishedWork.objects.create(kind="notices.notice", key=str(unsent.pk), next_try_at=None, given_up_at=clock.now())
    assert personal_data.expire()["notices"] == 1  # Nobody will send it any more.

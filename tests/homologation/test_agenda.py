"""A planned session of the homologation in people's calendars."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.exports import calendar
from apps.meetings import actions, agenda
from apps.meetings.models import Meeting
from tests.core.test_calendar import read
from tests.homologation.factories import SessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(rollout, script):
    when = (clock.now() + timedelta(days=2)).replace(microsecond=0)
    return actions.plan(rollout, "homologation", by=rollout.people["analyst"], planned_start=when, planned_minutes=120)


def entry(session):
    return read(calendar.ics(agenda.entry(Meeting.objects.get(pk=session.pk))))


def test_it_has_its_time_and_its_title(rollout, planned):
    event = entry(planned)
    assert (event.start, event.end - event.start) == (planned.planned_start, timedelta(hours=2))
    assert event["SUMMARY"] == f"Homologação, Sessão 1: {rollout.title}"
    assert event["STATUS"] == "CONFIRMED"


def test_called_off_it_is_cancelled(rollout, planned):
    before = entry(planned)
    actions.cancel(planned, by=rollout.people["analyst"], reason="Feriado")
    after = entry(planned)
    assert after["STATUS"] == "CANCELLED"
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1


def test_who_sees_the_project_downloads_it(rollout, planned, client_for):
    url = reverse("meetings:agenda", args=[rollout.pk, planned.pk])
    client = client_for(rollout.people["client_member"])
    assert url in client.get(reverse("homologation:meeting", args=[rollout.pk])).text
    assert read(client.get(url).content)["STATUS"] == "CONFIRMED"
    assert client_for(rollout.people["stranger"]).get(url).status_code == 404


def test_one_that_was_never_planned_has_none(rollout, script, client_for):
    started = SessionFactory(rollout=rollout, led_by=rollout.people["analyst"])
    url = reverse("meetings:agenda", args=[rollout.pk, started.pk])
    assert client_for(rollout.people["client"]).get(url).status_code == 404

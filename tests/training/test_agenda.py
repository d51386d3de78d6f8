"""A session of the training in people's calendars."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.exports import calendar
from apps.core.process import Stage
from apps.meetings import actions, agenda
from apps.meetings.models import Meeting
from tests.core.test_calendar import read
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    rollout = at_stage(RolloutFactory(), Stage.TRAINING)
    when = clock.now() + timedelta(days=2)
    session = actions.plan(
        rollout, "training", by=rollout.people["analyst"], planned_start=when.replace(microsecond=0),
        planned_minutes=90, link="https://meet.example.com/aula",
    )  # fmt: skip
    session.rollout = rollout
    return session


def entry(session):
    return read(calendar.ics(agenda.entry(Meeting.objects.get(pk=session.pk))))


def test_it_has_its_time_its_title_and_the_meetings_address(session):
    event = entry(session)
    assert event.start == session.planned_start
    assert event.end - event.start == timedelta(minutes=90)
    assert event["SUMMARY"] == f"Treinamento, Sessão 1: {session.rollout.title}"
    assert "Reunião: https://meet.example.com/aula" in event["DESCRIPTION"]
    assert event["URL"].endswith(reverse("training:room", args=[session.rollout_id]) + "#sessoes")


def test_it_is_tentative_until_the_client_confirms_the_date(session):
    before = entry(session)
    actions.answer_date(session, by=session.rollout.people["client"], suits=True)
    after = entry(session)
    assert (before["STATUS"], after["STATUS"]) == ("TENTATIVE", "CONFIRMED")
    assert before["UID"] == after["UID"]
    assert before["SEQUENCE"] < after["SEQUENCE"]


def test_a_session_that_is_called_off_is_cancelled(session):
    actions.cancel(session, by=session.rollout.people["analyst"], reason="Sem equipe")
    assert entry(session)["STATUS"] == "CANCELLED"


def test_two_sessions_are_two_entries(session):
    rollout = session.rollout
    other = actions.plan(
        rollout, "training", by=rollout.people["pm"], planned_start=session.planned_start, planned_minutes=30
    )
    assert entry(session)["UID"] != entry(other)["UID"]


def test_who_sees_the_project_downloads_it(session, client_for):
    url = reverse("meetings:agenda", args=[session.rollout_id, session.pk])
    people = session.rollout.people
    assert url in client_for(people["client_member"]).get(reverse("training:room", args=[session.rollout_id])).text
    answer = client_for(people["client_member"]).get(url)
    assert answer["Content-Disposition"].startswith("attachment")
    assert read(answer.content)["STATUS"] == "TENTATIVE"
    assert client_for(people["stranger"]).get(url).status_code == 404

"""On the last business day before a meeting whoever is invited is reminded of it, in the one message of the day."""

from datetime import date, time, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.models import UnfinishedWork
from apps.core.process import Stage
from apps.meetings import actions, audiences
from apps.meetings.models import Meeting
from apps.notices import actions as actions_of_notices
from apps.notices import queries
from apps.notices.models import Reminder, ReminderRun
from apps.notices.tasks import remind, send_notices
from apps.rollouts.models import Hold
from tests.meetings.factories import AttendeeFactory, MeetingFactory
from tests.notices.factories import PreferenceFactory
from tests.rollouts.factories import OpenRequirementFactory, RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _a_tuesday_morning():
    with clock.at(clock.instant_of(TUESDAY, time(9))):
        yield


@pytest.fixture
def rollout():
    return at_stage(RolloutFactory(), Stage.TRAINING)


def a_meeting(rollout, *, days=1, at=time(14), invited=("client",), **fields):
    """Planned for the day ``days`` from today, with one person of each party in ``invited``."""
    start = clock.instant_of(clock.today() + timedelta(days=days), at)
    meeting = MeetingFactory(rollout=rollout, planned_start=start, **fields)
    for party in invited:
        AttendeeFactory(meeting=meeting, party=party, user=rollout.people[party], invited=True, attended=False)
    return meeting


def reminded(mailoutbox):
    remind()
    send_notices()
    return sorted(message.to[0] for message in mailoutbox)


def test_who_is_invited_is_reminded_the_day_before_and_nobody_else(rollout, mailoutbox):
    meeting = a_meeting(rollout, invited=("client", "integrator"), link="https://meet.example.com/x", place="Sala 2")
    AttendeeFactory(meeting=meeting, name="Caixa da loja", invited=True, attended=False)
    assert reminded(mailoutbox) == sorted([rollout.people["client"].email, rollout.people["integrator"].email])
    message = mailoutbox[0]
    assert message.subject == "1 reunião"
    for words in (
        "Treinamento, Sessão 1", str(rollout), "14:00", "amanhã", meeting.link, meeting.place,
        f"{settings.SITE_URL}/projetos/{rollout.pk}/",
    ):  # fmt: skip
        assert words in message.body
    assert "esperam por você" not in message.body


@pytest.mark.parametrize(("days", "at"), [(0, time(23, 30)), (2, time(0)), (3, time(9)), (-1, time(14))])
def test_on_no_other_day(days, at, rollout, mailoutbox):
    a_meeting(rollout, days=days, at=at)
    assert reminded(mailoutbox) == []


@pytest.mark.parametrize(
    ("on", "of", "when"),
    [(date(2026, 3, 13), date(2026, 3, 16), "em 3 dias"), (date(2026, 3, 13), date(2026, 3, 14), "amanhã"),
     (date(2026, 3, 13), date(2026, 3, 15), "em 2 dias"), (date(2026, 4, 2), date(2026, 4, 6), "em 4 dias"),
     (date(2026, 9, 4), date(2026, 9, 8), "em 4 dias")],
    ids=["Monday", "Saturday", "Sunday", "after Good Friday", "after the 7th of September"],
)  # fmt: skip
def test_days_off_before_a_meeting_bring_its_reminder_to_the_last_business_day(on, of, when, rollout, mailoutbox):
    start = clock.instant_of(of, time(10))
    a_meeting(rollout, days=(of - TUESDAY).days, at=time(10))
    day = on - timedelta(days=1)
    while clock.instant_of(day, time(9)) < start:
        with clock.at(clock.instant_of(day, time(9))):
            remind()
            send_notices()
        reminders = [message for message in mailoutbox if message.subject.startswith("1 reunião")]
        assert len(reminders) == (day >= on)
        day += timedelta(days=1)
    assert f"10:00, horário de Brasília, {when}\n" in reminders[0].body


def test_what_is_sent_late_on_a_day_off_still_reminds_of_monday(rollout, mailoutbox):
    with clock.at(clock.instant_of(date(2026, 3, 13), time(9))):
        a_meeting(rollout, days=3)
        remind()
    with clock.at(clock.instant_of(date(2026, 3, 14), time(9))):
        send_notices()
    assert "em 2 dias" in mailoutbox[0].body


@pytest.mark.parametrize("at", [time(0), time(21, 30), time(23, 59)])
def test_tomorrow_is_presences_day(at, rollout, mailoutbox):
    a_meeting(rollout, at=at)
    assert len(reminded(mailoutbox)) == 1


def test_where_nobody_is_invited_who_speaks_for_each_party_is_reminded(rollout, mailoutbox):
    a_meeting(rollout, invited=())
    speakers = ("client", "integrator", "platform", "pm")
    assert reminded(mailoutbox) == sorted(rollout.people[name].email for name in speakers)


def test_it_stands_with_what_is_due_in_one_message(rollout, mailoutbox):
    a_meeting(rollout)
    a_meeting(rollout, at=time(9))
    OpenRequirementFactory(rollout=rollout, due=clock.today(), owed_by="client", gate="", blocking=False)
    reminded(mailoutbox)
    message = next(message for message in mailoutbox if message.to == [rollout.people["client"].email])
    assert message.subject.startswith("2 reuniões")
    assert message.body.index("09:00") < message.body.index("14:00")


def test_running_again_reminds_once(rollout, mailoutbox):
    a_meeting(rollout)
    assert len(reminded(mailoutbox)) == len(reminded(mailoutbox)) == 1
    assert Reminder.objects.count() == 1


@pytest.mark.parametrize("what", ["cancelled", "moved", "began", "left"])
def test_what_changed_before_it_is_sent_falls_out(what, rollout, mailoutbox):
    meeting = a_meeting(rollout)
    remind()
    if what == "cancelled":
        actions.cancel(meeting, by=rollout.people["pm"], reason="Férias")
    elif what == "moved":
        Meeting.objects.filter(pk=meeting.pk).update(planned_start=meeting.planned_start + timedelta(days=7))
    elif what == "left":
        rollout.people["client"].memberships.all().delete()
    with clock.at(meeting.planned_start if what == "began" else clock.now()):
        send_notices()
    assert not [message for message in mailoutbox if "amanhã" in message.body]
    assert not [message for message in mailoutbox if message.subject == "1 reunião"]


@pytest.mark.parametrize("stage", [Stage.COMPLETED, Stage.CANCELLED])
def test_a_completed_project_still_meets_and_a_cancelled_one_does_not(stage, rollout, mailoutbox):
    at_stage(rollout, stage)
    a_meeting(rollout)
    assert len(reminded(mailoutbox)) == (stage == Stage.COMPLETED)


def test_a_meeting_that_stands_while_the_project_is_on_hold_is_reminded_of(rollout, mailoutbox):
    Hold.objects.create(rollout=rollout, caused_by="client", reason="Férias")
    a_meeting(rollout)
    assert len(reminded(mailoutbox)) == 1


def test_who_switched_reminders_off_gets_none(rollout, mailoutbox):
    PreferenceFactory(user=rollout.people["client"], reminders=False)
    a_meeting(rollout)
    assert reminded(mailoutbox) == []


def test_a_meeting_that_cannot_be_read_keeps_no_other_project_from_being_reminded(rollout, mailoutbox, monkeypatch):
    other = at_stage(RolloutFactory(), Stage.TRAINING)
    unreadable = a_meeting(rollout)
    a_meeting(other)

    def invited_to(meeting):
        if meeting == unreadable:
            raise ValueError("unreadable")
        return audiences.invited_to(meeting)

    monkeypatch.setattr(queries, "invited_to", invited_to)
    assert reminded(mailoutbox) == [other.people["client"].email]
    assert UnfinishedWork.objects.get().key == str(rollout.pk)


@pytest.mark.parametrize("invited", [(), ("client",)])
def test_many_meetings_are_read_in_as_many_queries_as_one(invited, rollout):
    def counted():
        with CaptureQueriesContext(connection) as queries_asked:
            assert actions_of_notices._remind_of_many(keys, run, clock.today()) == []
        return len(queries_asked)

    run = ReminderRun.objects.create(day=clock.today())
    keys = [rollout.pk]
    a_meeting(rollout, invited=invited)
    of_one = counted()
    for _number in range(3):
        another = at_stage(RolloutFactory(), Stage.TRAINING)
        a_meeting(another, invited=invited)
        a_meeting(another, invited=invited)
        keys.append(another.pk)
    assert counted() <= of_one


def test_it_is_read_in_ones_own_language(rollout, mailoutbox):
    rollout.people["client"].language = "en"
    rollout.people["client"].save()
    a_meeting(rollout)
    reminded(mailoutbox)
    assert mailoutbox[0].subject == "1 meeting"
    assert "tomorrow" in mailoutbox[0].body

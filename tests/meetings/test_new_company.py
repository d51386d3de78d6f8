"""What becomes of meetings when another company takes a party's place, or somebody leaves theirs."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.companies import actions as companies
from apps.core import clock, plugins, workdays
from apps.meetings import actions, attendance, audiences
from apps.meetings.models import Meeting
from apps.meetings.people import Guest
from apps.notices import queries as reminders
from apps.rollouts import parties
from apps.rollouts.models import Rollout
from tests.companies.factories import CompanyFactory, a_person
from tests.meetings.factories import marks
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    return RolloutFactory()


@pytest.fixture
def meeting(rollout):
    """Planned, with the client's lead, two guests and the project manager, its date confirmed."""
    people = rollout.people
    invited = [
        ("client", people["client"]), ("client", Guest("Caixa da loja")), ("client", Guest("Zé", "Contábil Sul")),
        ("presence", people["pm"]),
    ]  # fmt: skip
    start = clock.now() + timedelta(days=1)
    meeting = actions.plan(
        rollout, "other", by=people["pm"], title="Prazos", planned_start=start, planned_minutes=60, present=invited
    )
    actions.answer_date(meeting, by=people["client"], suits=True)
    return Meeting.objects.get(pk=meeting.pk)


def replaced(rollout, role="client"):
    company = CompanyFactory(kind=role)
    lead = a_person(company, "lead")
    parties.replace(rollout, role, by=rollout.people["pm"], company=company, reason="Vendida")
    return lead


def names(meeting):
    return [str(row) for row in meeting.attendees.select_related("person__user")]


def test_who_was_invited_for_the_old_client_is_off_the_list_and_the_new_one_is_asked(rollout, meeting):
    sequence = meeting.sequence
    lead = replaced(rollout)
    meeting.refresh_from_db()
    assert names(meeting) == ["Zé", str(rollout.people["pm"]), str(lead)]
    assert (meeting.confirmed_by, meeting.sequence) == (None, sequence + 1)
    assert "meetings:date:other:1" in set(rollout.open_requirements.values_list("key", flat=True))


def test_who_speaks_for_the_new_company_is_invited_told_and_reminded(rollout, meeting):
    lead = replaced(rollout)
    event = rollout.events.get(kind="meetings.new_company_invited")
    assert list(plugins.notices()[event.kind].to(event)) == [lead]
    assert audiences.entry(event).key == meeting.calendar_key
    eve = workdays.shift(clock.day_of(meeting.planned_start), -1)
    [with_people] = reminders.with_whom_to_remind(Rollout.objects.filter(pk=rollout.pk), eve)
    assert set(reminders.to_remind(with_people, eve)) == {rollout.people["pm"], lead}


def test_nobody_of_the_new_company_is_invited_to_a_meeting_whose_time_is_over(rollout, meeting):
    with clock.at(clock.now() + timedelta(days=3)):
        lead = replaced(rollout)
    assert str(lead) not in names(meeting)


def test_another_role_leaves_the_list_and_the_answer(rollout, meeting):
    replaced(rollout, "integrator")
    meeting.refresh_from_db()
    assert len(names(meeting)) == 4
    assert meeting.confirmed_by == rollout.people["client"]


def test_what_was_held_keeps_who_was_there_also_where_it_is_corrected(rollout, client_for):
    people = rollout.people
    hour_ago = clock.now() - timedelta(hours=1)
    present = [("client", people["client"]), ("presence", people["pm"])]
    meeting = attendance.record(rollout, "kickoff", by=people["pm"], started_at=hour_ago, minutes=60, present=present)
    replaced(rollout)
    url = reverse("meetings:record", args=[rollout.pk, meeting.pk])
    browser = client_for(people["pm"])
    assert str(people["client"]) in browser.get(url).content.decode()
    typed = {
        "started_at": f"{clock.local(hour_ago):%Y-%m-%dT%H:%M}",
        "minutes": "45",
        "present": marks(people["client"], people["pm"]),
    }
    assert browser.post(url, typed).status_code == 302
    meeting.refresh_from_db()
    assert meeting.minutes == 45
    assert names(meeting) == [str(people["client"]), str(people["pm"])]


def test_who_left_their_company_is_told_of_no_meeting(rollout, meeting):
    people = rollout.people
    companies.remove_person(people["client"].memberships.get(), by=people["manager"])
    actions.change(meeting, by=people["pm"], planned_start=clock.now() + timedelta(days=2), planned_minutes=60)
    event = Rollout.objects.get(pk=rollout.pk).events.last()
    assert (event.kind, audiences.who_is_invited(event)) == ("meetings.moved", [people["pm"]])

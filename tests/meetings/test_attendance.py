"""Who was at a meeting: people of the directory and guests, when they came and left, and what the minutes of it say."""

from datetime import timedelta

import pytest

from apps.companies.models import Person
from apps.companies.people import actions as directory
from apps.core import clock
from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.meetings import actions, attendance
from apps.meetings.models import Attendee
from apps.meetings.people import Guest
from tests.companies.factories import PersonFactory
from tests.meetings.factories import AttendeeFactory, MeetingFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    return at_stage(RolloutFactory(), Stage.TRAINING)


@pytest.fixture
def running(rollout):
    return MeetingFactory(rollout=rollout, in_progress=True, led_by=rollout.people["analyst"])


def record(rollout, kind="training", **fields):
    fields = {"started_at": clock.now() - timedelta(hours=1), "minutes": 60, **fields}
    return attendance.record(rollout, kind, by=rollout.people["analyst"], **fields)


class TestRecording:
    def test_one_that_nobody_planned_is_recorded_with_who_was_there(self, rollout):
        client = rollout.people["client"]
        meeting = record(rollout, present=[("client", client), ("client", Guest("Zé", "Contábil Sul", "Fiscal"))])
        assert (meeting.state, meeting.minutes, meeting.planned_start) == ("held", 60, None)
        rows = meeting.attendees.all()
        assert [(str(row), row.attended) for row in rows] == [(str(client), True), ("Zé", True)]
        companies = rollout.companies()
        assert [row.company_name(companies) for row in rows] == [companies["client"].trade_name, "Contábil Sul"]

    def test_who_was_invited_and_did_not_come_stays_on_the_list(self, rollout):
        meeting = MeetingFactory(rollout=rollout, planned_start=clock.now() - timedelta(hours=2))
        invited = [("client", rollout.people["client"]), ("client", rollout.people["client_member"])]
        actions.invite(meeting, by=rollout.people["analyst"], present=invited)
        record(rollout, meeting=meeting, present=invited[:1])
        assert [(row.invited, row.attended) for row in meeting.attendees.all()] == [(True, True), (True, False)]

    def test_somebody_of_another_company_is_not_of_the_party(self, rollout):
        stranger = PersonFactory()
        for who in (stranger, rollout.people["integrator"]):
            with pytest.raises(Invalid) as refusal:
                record(rollout, present=[("client", who)])
            assert refusal.value.field == "present"

    def test_the_company_of_the_party_is_not_kept_as_a_guests_own(self, rollout):
        trade_name = rollout.company("client").trade_name
        meeting = record(rollout, present=[("client", Guest("Rita", trade_name.upper()))])
        assert meeting.attendees.get().company == ""

    def test_a_held_training_is_not_recorded_again_and_a_kickoff_is(self):
        rollout = RolloutFactory()
        people = [("client", rollout.people["client"]), ("presence", rollout.people["pm"])]
        training, kickoff = (record(rollout, kind, present=people) for kind in ("training", "kickoff"))
        with pytest.raises(Refusal):
            record(rollout, meeting=training, present=people)
        assert record(rollout, "kickoff", meeting=kickoff, minutes=90, present=people).minutes == 90

    def test_a_live_kind_is_not_recorded_afterwards(self, rollout):
        with pytest.raises(Refusal, match="página da etapa"):
            record(rollout, "homologation", present=[])


class TestComingAndGoing:
    def test_who_leaves_early_has_the_time_of_it(self, rollout, running):
        client = rollout.people["client"]
        row = AttendeeFactory(meeting=running, user=client)
        assert attendance.leave(row, by=client).left_at
        with pytest.raises(Refusal):
            attendance.leave(row, by=client)

    def test_nobody_but_presence_sends_another_away(self, rollout, running):
        row = AttendeeFactory(meeting=running, user=rollout.people["client"])
        with pytest.raises(NotAllowed):
            attendance.leave(row, by=rollout.people["client_member"])
        assert attendance.leave(row, by=rollout.people["pm"]).left_at

    def test_who_was_invited_and_comes_late_stands_once(self, rollout, running):
        client = rollout.people["client"]
        AttendeeFactory(meeting=running, user=client, invited=True, attended=False)
        attendance.join(running, by=client, present=[("client", client)])
        row = running.attendees.get()
        assert (row.invited, row.attended) == (True, True)
        assert row.arrived_at


class TestAGuestBecomesAPerson:
    @pytest.fixture
    def guest(self, rollout):
        meeting = MeetingFactory(rollout=rollout, held=True)
        return AttendeeFactory(meeting=meeting, name="Rita Alves", position="Fiscal")

    def test_of_their_partys_company(self, rollout, guest):
        person = attendance.name_guest(guest, by=rollout.people["client"])
        guest.refresh_from_db()
        assert (person.company, person.name, person.position) == (rollout.company("client"), "Rita Alves", "Fiscal")
        assert (guest.person, guest.name, str(guest)) == (person, "", "Rita Alves")
        assert rollout.events.last().kind == "meetings.guest_named"

    def test_or_the_one_who_bears_their_name_already(self, rollout, guest):
        person = PersonFactory(company=rollout.company("client"), name="rita alves")
        assert attendance.name_guest(guest, by=rollout.people["pm"]) == person

    def test_but_none_of_two_who_do(self, rollout, guest):
        for _number in range(2):
            PersonFactory(company=rollout.company("client"), name="Rita Alves")
        attendance.name_guest(guest, by=rollout.people["pm"])
        assert Person.objects.filter(name="Rita Alves").count() == 3

    def test_a_guest_of_a_company_that_is_no_party_stays_one(self, rollout, guest):
        guest.company = "Contábil Sul"
        guest.save()
        with pytest.raises(Refusal, match="Contábil Sul"):
            attendance.name_guest(guest, by=rollout.people["pm"])

    def test_whoever_was_taken_off_the_list_meanwhile_is_said(self, rollout, guest):
        meeting = MeetingFactory(rollout=rollout)
        invited = AttendeeFactory(meeting=meeting, invited=True, attended=False)
        shown = [Attendee.objects.select_related("meeting").get(pk=invited.pk) for _page in range(2)]
        actions.uninvite(invited, by=rollout.people["pm"])
        with pytest.raises(Refusal, match="já saiu da lista"):
            actions.uninvite(shown[0], by=rollout.people["pm"])
        with pytest.raises(Refusal, match="já saiu da lista"):
            attendance.name_guest(shown[1], by=rollout.people["pm"])
        assert rollout.events.filter(kind="meetings.uninvited").count() == 1

    def test_who_works_at_presence_is_invited_never_typed(self, rollout, guest):
        colleague = AttendeeFactory(meeting=guest.meeting, party="presence", name="Zé Novo")
        with pytest.raises(Refusal, match="entra por convite"):
            attendance.name_guest(colleague, by=rollout.people["manager"])
        assert not Person.objects.filter(name="Zé Novo").exists()

    def test_a_name_that_carries_an_address_is_none(self, rollout, guest):
        guest = AttendeeFactory(meeting=guest.meeting, party="client", name="Veja https://mal.example/x")
        with pytest.raises(Invalid):
            attendance.name_guest(guest, by=rollout.people["pm"])

    @pytest.mark.parametrize("who", ["client_member", "integrator", "analyst"])
    def test_only_who_manages_the_companys_people_does_it(self, rollout, guest, who):
        with pytest.raises(NotAllowed):
            attendance.name_guest(guest, by=rollout.people[who])


def test_of_two_records_of_one_person_on_a_list_one_row_is_left(rollout):
    company = rollout.company("client")
    kept, other = PersonFactory(company=company, name="Rita Alves"), PersonFactory(company=company, name="Rita A.")
    meeting = MeetingFactory(rollout=rollout, held=True)
    AttendeeFactory(meeting=meeting, person=kept, invited=True, attended=False)
    AttendeeFactory(meeting=meeting, person=other)
    elsewhere = AttendeeFactory(meeting=MeetingFactory(rollout=rollout, held=True), person=other)
    directory.merge(kept, other, by=rollout.people["pm"])
    row = meeting.attendees.get()
    assert (row.person, row.invited, row.attended) == (kept, True, True)
    elsewhere.refresh_from_db()
    assert elsewhere.person == kept

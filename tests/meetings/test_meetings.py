"""A meeting is planned, moved, cancelled or not held; whoever may do so, and when."""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.core import clock
from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.hours.ledger import actions as hours
from apps.hours.ledger import closing
from apps.meetings import actions, attendance
from apps.meetings.models import Attendee, Meeting
from apps.meetings.people import Guest
from apps.notices.models import Beginning
from apps.notices.tasks import send_notices
from apps.rollouts import timeline
from apps.rollouts.models import OpenRequirement, Rollout
from apps.stages.acceptance.wording import record as term_record
from tests.acceptance.factories import a_draft
from tests.companies.factories import PersonFactory
from tests.core.test_calendar import read
from tests.hours.factories import PolicyFactory
from tests.meetings.factories import AttendeeFactory, MeetingFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    return at_stage(RolloutFactory(), Stage.TRAINING)


def plan(rollout, kind="training", *, days=2, by="analyst", **fields):
    start = clock.now() + timedelta(days=days)
    fields = {"planned_start": start, "planned_minutes": 60, **fields}
    return actions.plan(rollout, kind, by=rollout.people[by], **fields)


def open_keys(rollout):
    return set(OpenRequirement.objects.filter(rollout=rollout).values_list("key", flat=True))


class TestPlanning:
    def test_meetings_are_numbered_by_their_kind(self, rollout):
        kinds = ["training", "training", "homologation", "go_live"]
        assert [plan(rollout, kind).number for kind in kinds] == [1, 2, 1, 1]

    def test_another_meeting_has_a_title_and_the_others_have_none(self, rollout):
        with pytest.raises(Invalid) as refusal:
            plan(rollout, "other", title=" ")
        assert refusal.value.field == "title"
        assert str(plan(rollout, "other", title="Alinhamento")) == "Alinhamento"
        assert plan(rollout, "training", title="Alinhamento").title == ""

    @pytest.mark.parametrize("minutes", [0, 481])
    def test_it_is_planned_for_a_minute_to_eight_hours(self, rollout, minutes):
        with pytest.raises(Invalid):
            plan(rollout, planned_minutes=minutes)

    def test_a_kickoff_is_planned_once_unless_it_is_given_up(self):
        rollout = RolloutFactory()
        first = plan(rollout, "kickoff")
        with pytest.raises(Refusal, match="Já existe"):
            plan(rollout, "kickoff")
        actions.cancel(first, by=rollout.people["pm"], reason="Sem quórum")
        assert plan(rollout, "kickoff").number == 2

    @pytest.mark.parametrize("who", ["client", "integrator", "platform", "stranger"])
    def test_only_presence_plans_and_changes(self, rollout, who):
        meeting = plan(rollout)
        for act in (
            lambda by: actions.cancel(meeting, by=by, reason="x"),
            lambda by: actions.change(meeting, by=by, planned_start=clock.now(), planned_minutes=60),
            lambda by: actions.invite(meeting, by=by, present=[]),
            lambda by: actions.not_held(meeting, by=by, cause="client", reason="x"),
        ):
            with pytest.raises(NotAllowed):
                act(rollout.people[who])


class TestMoving:
    def test_another_date_asks_the_client_again_and_changes_the_calendar_entry(self, rollout):
        meeting = plan(rollout)
        actions.answer_date(meeting, by=rollout.people["client"], suits=True)
        assert "training:date:1" not in open_keys(rollout)
        before = Meeting.objects.get(pk=meeting.pk)
        later = before.planned_start + timedelta(days=1)
        moved = actions.change(before, by=rollout.people["pm"], planned_start=later, planned_minutes=60)
        assert (moved.confirmed_at, moved.scheduled_by) == (None, rollout.people["pm"])
        assert moved.sequence == before.sequence + 1
        assert moved.calendar_key == before.calendar_key
        assert "training:date:1" in open_keys(rollout)
        assert rollout.events.last().kind == "meetings.moved"

    def test_another_length_or_place_leaves_the_answer(self, rollout):
        meeting = plan(rollout)
        actions.answer_date(meeting, by=rollout.people["client"], suits=True)
        start = meeting.planned_start
        by = rollout.people["pm"]
        changed = actions.change(meeting, by=by, planned_start=start, planned_minutes=90, place="Sala 2")
        assert changed.confirmed_by == rollout.people["client"]
        events = rollout.events.count()
        actions.change(meeting, by=by, planned_start=start, planned_minutes=90, place="Sala 2")
        assert rollout.events.count() == events

    def test_what_is_over_is_not_moved(self, rollout):
        meeting = MeetingFactory(rollout=rollout, held=True)
        with pytest.raises(Refusal, match="já foi realizada"):
            actions.change(meeting, by=rollout.people["pm"], planned_start=clock.now(), planned_minutes=60)


class TestNotHeld:
    def test_it_stands_on_the_timeline_with_whose_cause_it_was(self, rollout):
        meeting = plan(rollout, days=-1)
        actions.not_held(meeting, by=rollout.people["pm"], cause="client", reason="Ninguém entrou")
        event = rollout.events.last()
        assert (event.kind, event.data["caused_by"]) == ("meetings.not_held", "client")
        assert event.describe() == (
            "registrou que a sessão 1 do treinamento não aconteceu, por causa de Cliente: Ninguém entrou"
        )
        assert timeline.verify(Rollout.objects.get(pk=rollout.pk)) is None

    def test_before_its_time_it_is_cancelled_instead(self, rollout):
        with pytest.raises(Refusal, match="cancele"):
            actions.not_held(plan(rollout), by=rollout.people["pm"], cause="client", reason="x")

    def test_it_needs_a_reason(self, rollout):
        with pytest.raises(Invalid):
            actions.not_held(plan(rollout, days=-1), by=rollout.people["pm"], cause="client", reason=" ")


class TestAfterCompletion:
    """Followed up, and billed, until the month of the meeting's day is closed."""

    @pytest.fixture
    def rollout(self):
        rollout = RolloutFactory()
        PolicyFactory(rollout=rollout)
        hours.log(
            rollout,
            by=rollout.people["analyst"],
            activity="internal",
            started_at=self.last_month(),
            minutes=30,
            note="x",
        )
        return at_stage(rollout, Stage.COMPLETED)

    def last_month(self):
        """An instant of the last day of the month before."""
        return clock.instant_of(clock.today().replace(day=1) - timedelta(days=1), time(9))

    def close(self, rollout, month):
        warnings = closing.warnings_of(rollout, month)
        closing.close_month(rollout, by=rollout.people["pm"], month=month, acknowledged=closing.receipt(warnings))

    @pytest.mark.parametrize("kind", ["training", "go_live", "other"])
    def test_a_follow_up_is_planned_and_recorded(self, rollout, kind):
        meeting = plan(rollout, kind, days=-1, title="Acompanhamento" if kind == "other" else "")
        held = attendance.record(
            rollout, kind, by=rollout.people["analyst"], meeting=meeting, started_at=meeting.starts_at, minutes=45,
            present=[("client", rollout.people["client"])],
        )  # fmt: skip
        assert held.state == "held"

    @pytest.mark.parametrize("kind", ["kickoff", "homologation"])
    def test_what_belongs_to_a_stage_that_is_over_is_not(self, rollout, kind):
        with pytest.raises(Refusal):
            plan(rollout, kind)

    def test_once_the_month_of_its_day_is_closed_nothing_is_recorded_of_it(self, rollout):
        self.close(rollout, clock.day_of(self.last_month()).replace(day=1))
        with pytest.raises(Refusal, match="fechado"):
            plan(rollout, planned_start=self.last_month())
        assert plan(rollout, days=0)

    def test_a_cancelled_project_has_none(self, rollout):
        with pytest.raises(Refusal, match="encerrado"):
            plan(at_stage(rollout, Stage.CANCELLED), "other", title="x")


def test_a_training_that_is_recorded_late_leaves_the_term_as_it_was_drafted():
    term = a_draft()
    rollout, drafted = term.rollout, term.record
    meeting = plan(rollout, days=-1)
    attendance.record(
        rollout, "training", by=rollout.people["analyst"], meeting=meeting, started_at=meeting.starts_at, minutes=45,
        present=[("client", rollout.people["client"])],
    )  # fmt: skip
    term.refresh_from_db()
    assert term.record == drafted
    assert len(term_record.build(rollout)["training"]) == len(drafted["training"]) + 1


class TestNotices:
    @pytest.fixture
    def told(self, mailoutbox):
        """``told()``: to whom something was sent since it was asked before."""
        Beginning.objects.update_or_create(pk=1, defaults={"at": clock.now() - timedelta(days=1)})

        def more():
            mailoutbox.clear()
            send_notices()
            return {address for message in mailoutbox for address in message.to}

        return more

    def entry(self, message):
        return read(message.attachments[0].content.encode())

    def test_who_is_invited_is_told_of_a_planned_and_a_moved_meeting_with_its_calendar_entry(
        self, rollout, told, mailoutbox
    ):
        client, analyst = rollout.people["client"], rollout.people["analyst"]
        meeting = plan(rollout, present=[("client", client), ("presence", analyst), ("client", Guest("Zé"))])
        assert told() == {client.email}  # Who planned it knows.
        first = self.entry(mailoutbox[0])
        assert first["STATUS"] == "TENTATIVE"
        actions.change(
            meeting, by=rollout.people["pm"], planned_start=meeting.starts_at + timedelta(hours=1), planned_minutes=60
        )
        assert told() == {client.email, analyst.email}
        second = self.entry(mailoutbox[0])
        assert (second["UID"], second["SEQUENCE"]) == (first["UID"], first["SEQUENCE"] + 1)

    def test_without_a_list_those_who_speak_for_the_parties_are(self, rollout, told):
        plan(rollout)
        people = ("client", "integrator", "platform", "pm")
        assert told() == {rollout.people[name].email for name in people}


class TestTheDatabase:
    def test_a_guest_has_a_name_and_a_person_has_no_other(self, rollout):
        meeting = MeetingFactory(rollout=rollout)
        person = PersonFactory(company=rollout.company("client"))
        for fields in ({"name": ""}, {"person": person, "name": "Outro"}):
            with pytest.raises(IntegrityError, match="attendee_is_a_person_or_a_guest"), transaction.atomic():
                Attendee.objects.create(meeting=meeting, party="client", **fields)

    def test_who_was_not_there_neither_came_nor_left(self, rollout):
        meeting = MeetingFactory(rollout=rollout)
        with pytest.raises(IntegrityError, match="attendee_came_and_left_if_there"), transaction.atomic():
            AttendeeFactory(meeting=meeting, attended=False, left_at=clock.now())

    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [
            ({"state": "held"}, "meeting_instants_fit_its_state"),
            ({"kind": "other"}, "meeting_other_has_a_title"),
            ({"state": "not_held"}, "meeting_not_held_has_a_cause"),
            ({"planned_minutes": 0}, "meeting_planned_length_is_positive"),
        ],
    )
    def test_a_meeting_is_what_its_state_says(self, rollout, fields, constraint):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            MeetingFactory(rollout=rollout, **fields)

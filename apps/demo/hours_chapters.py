"""What happens with hours in the demonstration: entries are logged, contested and proposed, a month is closed."""

from datetime import datetime, timedelta

from apps.core import clock, workdays
from apps.core.process import PartyRole
from apps.demo.story_base import StoryBase, at_work
from apps.hours import queries as hour_queries
from apps.hours.agreement import actions as agreement
from apps.hours.ledger import actions as hours
from apps.hours.ledger import closing, proposals
from apps.hours.models import Line
from apps.meetings import actions as meetings
from apps.meetings import attendance
from apps.meetings.models import Meeting, MeetingKind
from apps.meetings.people import Guest


class HoursChapters(StoryBase):
    def log(self, activity: str, minutes: int, note: str, nonconformity=None) -> None:
        started = at_work(self.now)
        with self.later(minutes / 60 + 0.5):
            hours.log(
                self.rollout, by=self.analyst, activity=activity, started_at=started,
                minutes=minutes, note=note, nonconformity=nonconformity,
            )  # fmt: skip

    def close_month(self) -> None:
        """The client's first month with hours, closed; the worker makes the documents."""
        first = self.reload().time_entries.earliest("started_at")
        client, month = self.participants.companies[self.client_key], hour_queries.month_of(first.started_at)
        with clock.at(self.today):
            warnings = closing.client_warnings([self.rollout], month)
            closing.close_client_month(client, by=self.manager, month=month, acknowledged=closing.receipt(warnings))

    def contest_last_hours(self, text: str) -> None:
        """The client contests the newest entry."""
        with self.later(20):
            line = Line.objects.filter(entry__rollout=self.rollout).latest("entry__number", "position")
            agreement.contest(line, by=self.client, text=text)

    def meet_clients(self, today: datetime) -> None:
        """A session held on the last working day, not logged yet, and another one ahead."""
        day = workdays.shift(clock.day_of(today), -1)
        held_at = clock.local(today).replace(year=day.year, month=day.month, day=day.day, hour=10, minute=0)
        with clock.at(held_at - timedelta(hours=1)):
            people = [(PartyRole.CLIENT, self.client), (PartyRole.PRESENCE, self.analyst)]
            session = meetings.plan(
                self.rollout, MeetingKind.TRAINING, by=self.analyst, planned_start=held_at, planned_minutes=120,
                present=people,
            )  # fmt: skip
        with clock.at(held_at + timedelta(hours=2)):
            attendance.record(
                self.rollout, MeetingKind.TRAINING, by=self.analyst, meeting=session, started_at=held_at, minutes=125,
                present=[*people, (PartyRole.CLIENT, Guest("Rita do estoque", position="Loja"))],
                more={"topics": list(self.rollout.training_topics.all()[:4])},
            )  # fmt: skip
            meetings.plan(
                self.rollout, MeetingKind.TRAINING, by=self.analyst, planned_minutes=90, present=people,
                planned_start=at_work(today + timedelta(days=2)).replace(hour=14, minute=0),
            )  # fmt: skip

    def log_session(self, session: Meeting) -> None:
        """Accept the time that the session proposes; where there is no proposal any more, log it by hand."""
        duration = session.minutes or session.planned_minutes or 0
        with self.later(duration / 60):
            session_proposals = [
                proposal
                for proposal in proposals.pending(self.analyst, self.reload())
                if proposal.note.endswith(str(session))
            ]
            for proposal in session_proposals:
                proposals.accept(
                    proposal, by=self.analyst, activity=proposal.activity, started_at=proposal.started_at,
                    minutes=duration, note=proposal.note,
                )  # fmt: skip
        if not session_proposals:
            self.log("training", duration, f"Treinamento, {session}")

    def log_forgotten(self, activity: str, minutes: int, note: str) -> None:
        """Log time right before the first entry of ``activity``, so that all later entries are classified again."""
        first = self.rollout.time_entries.filter(activity=activity).order_by("started_at")[0]
        with self.later(1):
            hours.log(
                self.rollout, by=self.analyst, activity=activity, minutes=minutes, note=note,
                started_at=first.started_at - timedelta(minutes=minutes),
            )  # fmt: skip

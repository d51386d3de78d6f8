"""What the clocks read of a timeline: each event in a form that rows and the file of a dossier give alike."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from apps.core import clock
from apps.core.process import CLOSED, PartyRole, Stage
from apps.meetings import events as meetings
from apps.rollouts import events as rollouts
from apps.rollouts.models import Event
from apps.stages.acceptance import events as acceptance

MOVES = {
    event.kind
    for event in (rollouts.Imported, rollouts.Advanced, rollouts.SentBack, rollouts.Reopened, acceptance.Refused)
}
"""The kinds whose ``stage`` is where the rollout stands after them."""


@dataclass(frozen=True)
class Entry:
    """One event. ``holder`` is the party that has the ball after it, empty where the record does not say."""

    sequence: int
    at: datetime
    kind: str
    data: Mapping[str, Any]
    holder: str

    @property
    def day(self) -> date:
        """Presence's day of it."""
        return clock.day_of(self.at)


def of_rows(events: Iterable[Event]) -> Iterator[Entry]:
    """The entries of ``events``, which come in their order."""
    for event in events:
        yield Entry(event.sequence, event.at, event.kind, event.data, event.holder)


def of_file(events: Iterable[Mapping[str, Any]]) -> Iterator[Entry]:
    """The entries of the timeline in a dossier. An event that is withheld there tells its instant and the holder; where it
    comes of an older dossier and tells neither, it is left out."""
    for event in events:
        if "at" in event:
            at = datetime.fromisoformat(event["at"])
            yield Entry(event["sequence"], at, event.get("kind", ""), event.get("data", {}), event["holder"])


@dataclass(frozen=True)
class Wait:
    """A meeting did not take place because of ``party``; the one with this ``number`` among those of its kind is to take its
    place, and from the day after ``agreed`` through ``until`` the rollout waits for it. ``proofs`` are the events of that."""

    number: int
    party: str
    agreed: date
    until: date
    proofs: tuple[int, ...]


@dataclass(frozen=True)
class Missed:
    """A meeting of ``day`` that did not take place because of ``party``, as the event ``proof`` says."""

    party: str
    day: date
    proof: int


class Standing:
    """How a rollout stands after some of its events: its stage, who has the ball, what holds it, what meeting it waits for.
    ``ball`` and ``hold`` name the event since which it is so."""

    def __init__(self) -> None:
        self.stage = Stage.KICKOFF.value
        self.holder = PartyRole.PRESENCE.value
        self.ball = 1
        self.hold: int | None = None
        self._waits: dict[str, Wait] = {}
        self._missed: dict[str, Missed] = {}
        self._dates: dict[str, dict[int, tuple[date, int]]] = {}

    @property
    def is_open(self) -> bool:
        return self.stage not in CLOSED

    def wait_on(self, day: date) -> Wait | None:
        """The meeting that the rollout waits for on ``day``; of several the one that was missed first."""
        waits = [wait for wait in self._waits.values() if wait.agreed < day <= wait.until]
        return min(waits, key=lambda wait: wait.proofs) if waits else None

    def take(self, entry: Entry) -> None:
        """Have ``entry`` happen."""
        if entry.kind in MOVES:
            self.stage = entry.data["stage"]
        elif entry.kind == rollouts.Cancelled.kind:
            self.stage = Stage.CANCELLED.value
        elif entry.kind == rollouts.Held.kind:
            self.hold = entry.sequence
        elif entry.kind == rollouts.Resumed.kind:
            self.hold = None
        if entry.holder and entry.holder != self.holder:
            self.holder, self.ball = entry.holder, entry.sequence
        if "meeting" in entry.data:
            self._take_meeting(entry, entry.data["meeting"]["kind"], entry.data["meeting"]["number"])
        if not self.is_open:
            self.hold = None
            for by_kind in (self._waits, self._missed, self._dates):
                by_kind.clear()

    def _take_meeting(self, entry: Entry, kind: str, number: int) -> None:
        dates = self._dates.setdefault(kind, {})
        if entry.kind == meetings.NotHeld.kind:
            dates.pop(number, None)
            self._waits.pop(kind, None)
            day = clock.day_of(datetime.fromisoformat(entry.data["when"]))
            self._missed[kind] = Missed(entry.data["caused_by"], day, entry.sequence)
            # The next one of its kind may have its date already; one of before was not written down yet.
            if ahead := {other: date for other, date in dates.items() if date[0] > entry.day}:
                self._await(entry, kind, min(ahead, key=lambda other: ahead[other]))
        elif entry.kind in (meetings.Planned.kind, meetings.Moved.kind):
            dates[number] = clock.day_of(datetime.fromisoformat(entry.data["when"])), entry.sequence
            wait = self._waits.get(kind)
            if wait and wait.number == number:
                self._shorten(kind, wait, dates[number][0])
            elif wait is None and kind in self._missed:
                self._await(entry, kind, number)
        elif entry.kind in (meetings.Started.kind, meetings.Recorded.kind, meetings.Cancelled.kind):
            dates.pop(number, None)
            self._end(entry, kind, number)

    def _await(self, entry: Entry, kind: str, number: int) -> None:
        missed, (until, dated) = self._missed[kind], self._dates[kind][number]
        proofs = tuple(sorted({missed.proof, dated}))
        self._waits[kind] = Wait(number, missed.party, entry.day, until, proofs)

    def _shorten(self, kind: str, wait: Wait, until: date) -> None:
        """The first date that is made counts, or an earlier one: what is put off later has other causes."""
        self._waits[kind] = replace(wait, until=min(wait.until, until))

    def _end(self, entry: Entry, kind: str, number: int) -> None:
        """The meeting ``number`` began, was recorded or is given up."""
        wait = self._waits.get(kind)
        if wait and wait.number == number:
            self._shorten(kind, wait, entry.day)
            self._missed.pop(kind, None)
        elif wait is None and kind in self._missed and entry.kind != meetings.Cancelled.kind:
            started_at = entry.data.get("started_at")
            began = clock.day_of(datetime.fromisoformat(started_at)) if started_at else entry.day
            if began >= self._missed[kind].day:  # Not one of before that is only written down now.
                del self._missed[kind]

"""What the clocks read of a timeline: each event in a form that rows and the file of a dossier give alike."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from apps.core import clock
from apps.core.process import CLOSED, PartyRole, Stage
from apps.meetings import events as meetings
from apps.rollouts import events as rollouts
from apps.rollouts.models import Event
from apps.stages.acceptance import events as acceptance

MOVES = {event.kind for event in (rollouts.Advanced, rollouts.SentBack, rollouts.Reopened, acceptance.Refused)}
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
    """A meeting of ``kind`` did not take place because of ``party``, and a new date was made: from the day after ``agreed``
    through ``until`` the rollout waits for that date. ``proofs`` are the events that say so."""

    kind: str
    party: str
    agreed: date
    until: date
    proofs: tuple[int, ...]


class Standing:
    """How a rollout stands after some of its events: its stage, who has the ball, what holds it, what meeting it waits for.
    ``ball`` and ``hold`` name the event since which it is so."""

    def __init__(self) -> None:
        self.stage = Stage.KICKOFF.value
        self.holder = PartyRole.PRESENCE.value
        self.ball = 1
        self.hold: int | None = None
        self.waits: dict[str, Wait] = {}
        self._missed: dict[str, tuple[str, int]] = {}
        self._dates: dict[str, dict[int, tuple[date, int]]] = {}

    @property
    def is_open(self) -> bool:
        return self.stage not in CLOSED

    def wait_on(self, day: date) -> Wait | None:
        """The meeting that the rollout waits for on ``day``; of several the one that was missed first."""
        waits = [wait for wait in self.waits.values() if wait.agreed < day <= wait.until]
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
        if not self.is_open:
            self.hold = None
            self.waits.clear()
        if entry.holder and entry.holder != self.holder:
            self.holder, self.ball = entry.holder, entry.sequence
        if "meeting" in entry.data:
            self._take_meeting(entry, entry.data["meeting"]["kind"], entry.data["meeting"]["number"])

    def _take_meeting(self, entry: Entry, kind: str, number: int) -> None:
        dates = self._dates.setdefault(kind, {})
        if entry.kind == meetings.NotHeld.kind:
            dates.pop(number, None)
            self.waits.pop(kind, None)
            self._missed[kind] = entry.data["caused_by"], entry.sequence
            if dates:  # The next one of its kind had its date already.
                self._wait(entry, kind, *min(dates.values()))
        elif entry.kind in (meetings.Planned.kind, meetings.Moved.kind):
            dates[number] = clock.day_of(datetime.fromisoformat(entry.data["when"])), entry.sequence
            if kind in self._missed:
                self._wait(entry, kind, *dates[number])
        elif entry.kind in (meetings.Started.kind, meetings.Recorded.kind, meetings.Cancelled.kind):
            dates.pop(number, None)
            self._missed.pop(kind, None)
            if wait := self.waits.get(kind):
                self.waits[kind] = Wait(kind, wait.party, wait.agreed, min(wait.until, entry.day), wait.proofs)

    def _wait(self, entry: Entry, kind: str, until: date, dated: int) -> None:
        """The first date that is made counts; where it is moved, the earlier one: what is put off later has other causes."""
        party, missed = self._missed[kind]
        if wait := self.waits.get(kind):
            self.waits[kind] = Wait(kind, wait.party, wait.agreed, min(wait.until, until), wait.proofs)
        else:
            self.waits[kind] = Wait(kind, party, entry.day, until, tuple(sorted({missed, dated})))

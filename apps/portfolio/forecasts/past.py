"""What is known of the projects of the past on a day: how long each of their stages took, in business days.

Neither Django's models nor its database are read here, so that a replay, a test and the nightly forecast count alike.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from apps.core import workdays
from apps.core.process import CLOSED, PATH, Stage


class BusinessDays:
    """The business days between two days, numbered, so that a distance is a subtraction."""

    def __init__(self, first: date, last: date) -> None:
        self._days: list[date] = []
        day = workdays.on_or_after(first)
        while day <= last:
            self._days.append(day)
            day = workdays.shift(day, 1)

    def between(self, first: date, last: date) -> int:
        """How many business days lie after ``first`` up to and with ``last``, as ``workdays.between`` counts them."""
        return bisect_right(self._days, last) - bisect_right(self._days, first)


@dataclass(frozen=True)
class Project:
    """A rollout as far as forecasts know it. ``moves`` are the days on which a stage began, in order, the first with the
    opening; the last one may be a closed stage. ``holds`` are pauses, whose end is None while one lasts. ``plan`` is the
    first day of each stage as it was planned when development first began (on ``planned_on``), empty before. Of the first
    ``unknown`` stays nobody knows how long they took: those before and at the stage at which it was taken over from
    elsewhere."""

    key: int
    platform: int
    integrator: int
    model: str
    moves: Sequence[tuple[date, Stage]]
    holds: Sequence[tuple[date, date | None]] = ()
    plan: Mapping[str, date] = field(default_factory=dict)
    planned_on: date | None = None
    unknown: int = 0

    @property
    def opened(self) -> date:
        return self.moves[0][0]

    @property
    def stage(self) -> Stage:
        return self.moves[-1][1]

    @property
    def is_open(self) -> bool:
        return self.stage not in CLOSED

    def before(self, day: date) -> "Project":
        """What was known of it before ``day``, which is after its opening."""
        is_planned = self.planned_on is not None and self.planned_on < day
        return replace(
            self,
            moves=[move for move in self.moves if move[0] < day],
            holds=[(first, last if last and last < day else None) for first, last in self.holds if first < day],
            plan=self.plan if is_planned else {},
            planned_on=self.planned_on if is_planned else None,
        )

    def reached(self, stage: Stage, since: date) -> date | None:
        """The first day from ``since`` on that ``stage`` began, or one behind it; None when it has not."""
        behind = {*PATH[PATH.index(stage) :], Stage.COMPLETED} if stage in PATH else {stage}
        return next((day for day, begun in self.moves if day >= since and begun in behind), None)


@dataclass(frozen=True)
class Visit:
    """A stay of a project at a stage. ``days`` are its business days without those on hold (``held_days``); while it lasts
    (``next_stage`` is None) it takes at least so many, since today is not over. ``is_return``: the project had been at the
    stage before. ``planned_days`` is how long the stage was planned to take, None without a plan. Of one that is not
    ``is_known`` the days are only those since the project was taken over from elsewhere."""

    project: Project
    stage: Stage
    days: int
    held_days: int
    next_stage: Stage | None
    is_return: bool
    planned_days: int | None
    is_known: bool = True

    @property
    def is_over(self) -> bool:
        return self.next_stage is not None

    @property
    def is_forward(self) -> bool:
        """It ended, and the project went on rather than back."""
        return self.next_stage in FOLLOWING_STAGES[self.stage]


FOLLOWING_STAGES: dict[Stage, tuple[Stage, ...]] = {
    stage: (*PATH[place + 1 :], Stage.COMPLETED) for place, stage in enumerate(PATH)
}
"""What lies behind each stage of the path."""


def visits(project: Project, today: date, calendar: BusinessDays) -> Iterator[Visit]:
    """The stays of ``project`` in order, the last one through ``today`` while it is open; none of closed stages. One that
    ended with a cancellation counts as not over: it might have lasted longer."""
    taken_over_at = project.moves[: project.unknown][-1][1] if project.unknown else Stage.KICKOFF
    visited: set[Stage] = set(PATH[: PATH.index(taken_over_at)])
    ends: list[tuple[date, Stage | None]] = [*project.moves[1:], (today, None)]
    for number, ((began, stage), (ended, following)) in enumerate(zip(project.moves, ends, strict=True)):
        if stage in CLOSED:
            continue
        is_known = number >= project.unknown
        held = held_days(project, began, ended, calendar)
        yield Visit(
            project,
            stage,
            max(calendar.between(began, ended) - held, 0),
            held,
            None if following == Stage.CANCELLED else following,
            is_known and stage in visited,
            planned_days(project, stage, calendar),
            is_known,
        )
        visited.add(stage)


def held_days(project: Project, began: date, ended: date, calendar: BusinessDays) -> int:
    """The business days on hold from ``began`` to ``ended``."""
    holds = ((max(first, began), min(last or ended, ended)) for first, last in project.holds)
    return sum(calendar.between(first, last) for first, last in holds if first < last)


def planned_days(project: Project, stage: Stage, calendar: BusinessDays) -> int | None:
    """How many business days the plan gives to ``stage``; None where it says nothing."""
    following = FOLLOWING_STAGES[stage][0]
    if stage == Stage.KICKOFF or stage not in project.plan or following not in project.plan:
        return None
    return max(calendar.between(project.plan[stage], project.plan[following]), 0)

"""To whom each business day of a rollout counts.

As Brazilian law counts days (Código de Processo Civil, art. 224), the day on which something begins is left out and the day
on which it ends is counted: **a business day counts for the party that had the ball when the day began**. So whoever answers
on the day they are asked loses none, and every business day after the opening, up to the closing or to today, counts exactly
once. While a rollout is on hold its days are the hold's, and of the party that caused it. Where a meeting did not take place,
the days from the agreement on a new date up to that date count for the party because of which it did not.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import workdays
from apps.core.process import CLOSED, PATH, Stage
from apps.portfolio.clocks.record import Entry, Standing
from apps.rollouts import events as rollouts
from apps.rollouts.planning import STEPS

SPANS_ON_PAPER = 18


class Why(models.TextChoices):
    """Why a day counts for a party."""

    BALL = "ball", _("Bola com a parte")
    HOLD = "hold", _("Projeto em pausa")
    MEETING = "meeting", _("Nova data de reunião não realizada")


@dataclass(frozen=True)
class Day:
    """A business day: the stage at its beginning, the party to which it counts, why, and the events that prove it."""

    day: date
    stage: str
    party: str
    why: str
    proofs: tuple[int, ...]

    @property
    def reason(self) -> tuple[str, str, str, tuple[int, ...]]:
        """All but the day."""
        return self.stage, self.party, self.why, self.proofs


@dataclass(frozen=True)
class Span:
    """Business days in a row that count alike, ``days`` of them, from ``first`` through ``last``."""

    first: date
    last: date
    days: int
    stage: str
    party: str
    why: str
    proofs: tuple[int, ...]


@dataclass(frozen=True)
class Delay:
    """How late a rollout is against the plan that stood when development began: of its business days the ``late`` ones are
    those of each stage beyond the planned length of that stage (``lengths``), and ``recovered`` is how many days a finished
    stage took less, by the stage. ``days`` is what both come to: 0 on the day, negative when it was early."""

    planned_end: date
    lengths: Mapping[str, int]
    late: Sequence[Day]
    recovered: Mapping[str, int]

    @property
    def recovered_days(self) -> int:
        return sum(self.recovered.values())

    @property
    def days(self) -> int:
        return len(self.late) - self.recovered_days

    @property
    def days_early(self) -> int:
        return -self.days

    @property
    def spans(self) -> list[Span]:
        return spans(self.late)

    @property
    def longest_spans(self) -> list[Span]:
        """As many of them as a page of paper takes, in their order."""
        longest = sorted(self.spans, key=lambda span: -span.days)[:SPANS_ON_PAPER]
        return sorted(longest, key=lambda span: span.first)


@dataclass(frozen=True)
class Clocks:
    """The business days of a rollout, in order, after the day on which it was ``opened`` through ``until``: the day that was
    asked for, or the one on which it was closed for good. ``stage`` is where it stands."""

    opened: date
    until: date
    days: Sequence[Day]
    stage: str

    @property
    def is_open(self) -> bool:
        return self.stage not in CLOSED

    @property
    def finished_stages(self) -> Sequence[Stage]:
        """Those that lie behind it; none of a cancelled one."""
        if self.is_open:
            return PATH[: PATH.index(Stage(self.stage))]
        return PATH if self.stage == Stage.COMPLETED else ()

    @property
    def spans(self) -> list[Span]:
        return spans(self.days)

    def by(self, *fields: str) -> Counter[tuple[str, ...]]:
        """How many days there are for each combination of the values of ``fields`` ("stage", "party", "why")."""
        return Counter(tuple(str(getattr(day, field)) for field in fields) for day in self.days)

    def delay(self, plan: Mapping[str, date], is_workday: Callable[[date], bool] = workdays.is_workday) -> Delay | None:
        """The delay against ``plan``, the first day of each stage; None where it does not have all of them."""
        if any(stage not in plan for stage in STEPS[1:]):
            return None
        starts = {**plan, Stage.KICKOFF.value: self.opened}
        lengths = {
            stage.value: len(list(business_days(starts[stage], starts[following], is_workday)))
            for stage, following in zip(PATH, STEPS[1:], strict=True)
        }
        late: list[Day] = []
        recovered: dict[str, int] = {}
        for stage in PATH:
            days = [day for day in self.days if day.stage == stage]
            late += days[lengths[stage] :]
            if stage in self.finished_stages and len(days) < lengths[stage]:
                recovered[stage.value] = lengths[stage] - len(days)
        return Delay(starts[Stage.COMPLETED], lengths, sorted(late, key=lambda day: day.day), recovered)


def count(
    entries: Iterable[Entry], opened: date, until: date, *, is_workday: Callable[[date], bool] = workdays.is_workday
) -> Clocks:
    """The clocks of the timeline ``entries`` (from its first event, in order) of a rollout ``opened`` on that day, through
    the day ``until`` or the one on which it was closed for good. A day at whose beginning it was closed counts for nobody.
    """
    standing = Standing()
    days: list[Day] = []
    remaining = iter(entries)
    following = next(remaining, None)
    closed = day = opened
    while day <= until:
        while following and following.day <= day:
            was_open = standing.is_open
            standing.take(following)
            closed = day if was_open else closed
            following = next(remaining, None)
        day += workdays.ONE_DAY
        if following is None and not standing.is_open:
            break
        if standing.is_open and day <= until and is_workday(day):
            days.append(_counted(standing, day))
    return Clocks(opened, until if standing.is_open else closed, days, standing.stage)


def _counted(standing: Standing, day: date) -> Day:
    if standing.hold:
        return Day(day, standing.stage, standing.holder, Why.HOLD.value, (standing.hold,))
    if wait := standing.wait_on(day):
        return Day(day, standing.stage, wait.party, Why.MEETING.value, wait.proofs)
    return Day(day, standing.stage, standing.holder, Why.BALL.value, (standing.ball,))


def business_days(after: date, through: date, is_workday: Callable[[date], bool]) -> Iterator[date]:
    """The business days after one day through another; none where that comes before."""
    days = (after + timedelta(days=number) for number in range(1, (through - after).days + 1))
    return (day for day in days if is_workday(day))


def spans(days: Iterable[Day]) -> list[Span]:
    """``days``, which come in their order, brought together where they follow each other and count alike."""
    together: list[Span] = []
    for day in days:
        before = together[-1] if together else None
        if before and (before.stage, before.party, before.why, before.proofs) == day.reason:
            together[-1] = Span(before.first, day.day, before.days + 1, *day.reason)
        else:
            together.append(Span(day.day, day.day, 1, *day.reason))
    return together


def baseline(entries: Iterable[Entry]) -> tuple[dict[str, date], int] | None:
    """The plan that stood when development first began, with the number of the event that keeps it; None where none does."""
    for entry in entries:
        if entry.kind == rollouts.Advanced.kind and entry.data["stage"] == Stage.DEVELOPMENT:
            plan = entry.data.get("plan")
            return ({stage: date.fromisoformat(day) for stage, day in plan.items()}, entry.sequence) if plan else None
    return None

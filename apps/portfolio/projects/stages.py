"""Projects along time: the stages as planned and as they were, on one scale for all rows of a page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import OuterRef, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core import clock, workdays
from apps.core.database.rows import embedded, rows_of
from apps.core.process import CLOSED, PATH, Stage
from apps.portfolio.clocks import record
from apps.rollouts import events as rollouts
from apps.rollouts.models import Event, Hold, Rollout
from apps.rollouts.planning import STEPS, has_begun

MARGIN = timedelta(days=7)
"""Before the first day and after the last one of a page."""
FARTHEST = timedelta(days=730)
"""A forecast that lies farther ahead does not stretch the scale."""
NAMED_MONTHS = 12
"""Of more months than these every second, third… one is named."""


@dataclass(frozen=True)
class Bar:
    """From the day ``first`` to ``last``: ``length`` days, ``start`` days after the beginning of the scale. ``place`` is that
    of the stage in the process, 0 for the first. ``may_move``: it is planned of a stage that has not begun."""

    stage: str
    place: int
    first: date
    last: date
    start: int
    length: int
    may_move: bool = False


@dataclass
class Row:
    """A project with its planned and actual stages, its holds, and the days that are foretold: up to the one at 50 %, and
    from there to the one at 80 %."""

    rollout: Rollout
    planned: list[Bar] = field(default_factory=list)
    actual: list[Bar] = field(default_factory=list)
    holds: list[Bar] = field(default_factory=list)
    forecast: list[Bar] = field(default_factory=list)

    @property
    def in_words(self) -> str:
        """The stages that it was at, each with its days, for who sees no bars."""
        shown = (
            (Stage(bar.stage).label, *(date_format(day, "SHORT_DATE_FORMAT") for day in (bar.first, bar.last)))
            for bar in self.actual
        )
        stages = ", ".join(f"{stage} {first} – {last}" for stage, first, last in shown)
        if not self.forecast:
            return stages
        likely, safe = (date_format(bar.last, "SHORT_DATE_FORMAT") for bar in self.forecast)
        return _("%(stages)s; previsão: %(likely)s (50%%), %(safe)s (80%%)") % {
            "stages": stages,
            "likely": likely,
            "safe": safe,
        }


@dataclass(frozen=True)
class Month:
    """A month of the scale, or the part of it that is shown. ``place`` is where it begins, in percent of the scale;
    ``is_named``: there is room for its name."""

    first: date
    start: int
    length: int
    place: float
    is_named: bool


@dataclass(frozen=True)
class Holiday:
    """A national holiday, ``start`` days after the beginning of the scale."""

    day: date
    name: str
    start: int


@dataclass(frozen=True)
class Chart:
    """``length`` days from ``first``; ``today`` is how many days after it today is."""

    first: date
    length: int
    today: int
    months: list[Month]
    holidays: list[Holiday]
    rows: list[Row]


Span = tuple[str, date, date]


def with_holds(rollouts: QuerySet[Rollout]) -> QuerySet[Rollout]:
    """``rollouts`` with what the chart shows of their holds."""
    return rollouts.annotate(listed_holds=embedded(Hold.objects.filter(rollout=OuterRef("pk")).order_by("pk")))


def chart(listed: Sequence[Rollout]) -> Chart:
    """The chart of the projects of one page (of ``with_holds``), in one query beside them."""
    planned = {rollout.pk: list(_planned(rollout)) for rollout in listed}
    actual = _actual(listed)
    holds = _holds(listed)
    forecasts = {rollout.pk: _forecast(rollout) for rollout in listed}
    spans = [span for by_key in (planned, actual, holds) for row in by_key.values() for span in row]
    days = [day for _stage, begins, ends in spans for day in (begins, ends)]
    today = clock.today()
    foretold = [ends for row in forecasts.values() for _stage, _begins, ends in row]
    days += [min(day, today + FARTHEST) for day in foretold]
    first = min([*days, today]) - MARGIN
    last = max([*days, today]) + MARGIN
    rows = []
    for rollout in listed:
        row = Row(rollout)
        for bars, spans in (
            (row.planned, planned[rollout.pk]),
            (row.actual, actual[rollout.pk]),
            (row.holds, holds[rollout.pk]),
            (row.forecast, forecasts[rollout.pk]),
        ):
            bars.extend(_bar(span, first) for span in spans)
        if rollout.is_open:
            row.planned = [replace(bar, may_move=not has_begun(rollout, Stage(bar.stage))) for bar in row.planned]
        rows.append(row)
    return Chart(
        first, (last - first).days, (today - first).days, list(_months(first, last)), list(_holidays(first, last)), rows
    )


def _planned(rollout: Rollout) -> Iterable[Span]:
    starts = {row.stage: row.starts for row in rollout.plan}
    for stage, following in zip(PATH, STEPS[1:], strict=True):
        if stage in starts and following in starts:
            yield stage.value, starts[stage], starts[following]


def _actual(listed: Sequence[Rollout]) -> dict[int, list[Span]]:
    """The stages that each was at, from its opening to its end or today."""
    moves: dict[int, list[tuple[str, date]]] = {
        rollout.pk: [(Stage.KICKOFF.value, clock.day_of(rollout.started_at))] for rollout in listed
    }
    kinds = [*record.MOVES, rollouts.Cancelled.kind]
    events = Event.objects.filter(rollout__in=listed, kind__in=kinds).order_by("rollout", "sequence")
    for key, at, data in events.values_list("rollout", "at", "data"):
        moves[key].append((data.get("stage", Stage.CANCELLED.value), clock.day_of(at)))
    spans: dict[int, list[Span]] = {}
    for rollout in listed:
        points = [*moves[rollout.pk], ("", clock.today())]
        spans[rollout.pk] = [
            (stage, day, following) for (stage, day), (_next, following) in pairwise(points) if stage not in CLOSED
        ]
    return spans


def _holds(listed: Sequence[Rollout]) -> dict[int, list[Span]]:
    spans: dict[int, list[Span]] = {}
    for rollout in listed:
        holds = rows_of(Hold, rollout.listed_holds)  # type: ignore[attr-defined]
        spans[rollout.pk] = [
            ("", clock.day_of(hold.started_at), clock.day_of(hold.ended_at) if hold.ended_at else clock.today())
            for hold in holds
        ]
    return spans


def _forecast(rollout: Any) -> list[Span]:
    """From today to the day at 50 %, and on to the one at 80 %; none of a closed project."""
    today = clock.today()
    if not rollout.likely or rollout.safe < today:
        return []
    likely = max(rollout.likely, today)
    return [("", today, likely), ("", likely, max(rollout.safe, likely))]


def _bar(span: Span, first: date) -> Bar:
    stage, begins, ends = span
    place = PATH.index(Stage(stage)) if stage else 0
    return Bar(stage, place, begins, ends, (begins - first).days, max((ends - begins).days, 1))


def _months(first: date, last: date) -> Iterable[Month]:
    length = (last - first).days
    step = length // 30 // NAMED_MONTHS + 1
    begins = first
    while begins < last:
        following = (begins.replace(day=1) + timedelta(days=32)).replace(day=1)
        ends = min(following, last)
        start, days = (begins - first).days, (ends - begins).days
        is_named = days > length / NAMED_MONTHS / 2 and begins.month % step == 0
        yield Month(begins, start, days, round(100 * start / length, 1), is_named)
        begins = following


def _holidays(first: date, last: date) -> Iterable[Holiday]:
    for start in range((last - first).days):
        day = first + timedelta(days=start)
        if name := workdays.holiday(day):
            yield Holiday(day, name, start)

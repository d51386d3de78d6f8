"""A person's week over every rollout, and last week's entries copied into it. Weeks begin on Monday."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo

from apps.accounts.models import User
from apps.core import clock
from apps.core.refusals import Refusal
from apps.core.requirements import asking_of_all
from apps.hours import classification, queries
from apps.hours.ledger import actions, days
from apps.hours.models import TimeEntry
from apps.rollouts import timeline

WEEK = timedelta(days=7)


@dataclass
class Day:
    """One day: the entries that begin in it, with their lines. ``minutes``: their sum."""

    date: date
    entries: list[TimeEntry] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return sum(entry.minutes for entry in self.entries)


@dataclass(frozen=True)
class Copy:
    """An entry of last week as it would be on the same weekday. ``refusal`` says why it cannot be copied, if so."""

    entry: TimeEntry
    started_at: datetime
    lines: list[classification.Line]
    refusal: str = ""


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def this_week(person: User) -> date:
    """The Monday of the present week where the person is."""
    return monday(clock.today(days.zone_of(person)))


def week_of(person: User, first: date) -> list[Day]:
    """The seven days from the Monday ``first``, in the person's time zone."""
    zone = days.zone_of(person)
    days_by_date = {first + timedelta(days=number): Day(first + timedelta(days=number)) for number in range(7)}
    for entry in _entries(person, first, zone):
        days_by_date[clock.day_of(entry.started_at, zone)].entries.append(entry)
    return list(days_by_date.values())


def copies(person: User, first: date) -> list[Copy]:
    """What copying the week before ``first`` would log, each with its class as if those before it were logged too."""
    zone = days.zone_of(person)
    copied_sources = set(days.worked_by(person).filter(source__startswith="copy:").values_list("source", flat=True))
    works_by_rollout: dict[int, list[classification.Work]] = defaultdict(list)
    entries = [row for row in _entries(person, first - WEEK, zone) if source_of(row) not in copied_sources]
    near = days.around_all(person, [_same_time(entry, zone) for entry in entries])
    result = []
    with asking_of_all(entries):
        for entry in entries:
            start = _same_time(entry, zone)
            lines: list[classification.Line] = []
            refusal = _refusal(entry, person, start, near)
            if not refusal:
                works = works_by_rollout[entry.rollout_id]
                works.append(_work(entry, start))
                number = queries.last_number(entry.rollout) + len(works)
                lines = [line for line in queries.preview(entry.rollout, *works) if line.entry == number]
            result.append(Copy(entry, start, lines, refusal))
    return result


def copy(entries: Iterable[TimeEntry], *, by: User) -> tuple[list[TimeEntry], list[str]]:
    """Log ``entries`` of one's own anew, a week later; those that were made, and why others were not.

    One that was copied already is passed over, so pressing twice logs nothing twice. Where something must be confirmed first
    (``NeedsConfirmation``), none is logged before it is.
    """
    entries = list(entries)
    with timeline.changing_several({entry.rollout_id for entry in entries}):
        return _copy(entries, by)


def _copy(entries: list[TimeEntry], by: User) -> tuple[list[TimeEntry], list[str]]:
    zone = days.zone_of(by)
    copied, refused = [], []
    for entry in entries:
        if days.worked_by(by).filter(source=source_of(entry)).exists():
            continue
        try:
            copied.append(
                actions.log(
                    entry.rollout,
                    by=by,
                    activity=entry.activity,
                    started_at=_same_time(entry, zone),
                    minutes=entry.minutes,
                    note=entry.note,
                    nonconformity=entry.nonconformity,
                    source=source_of(entry),
                )
            )
        except Refusal as refusal:
            refused.append(f"{entry.rollout.code}, {entry}: {refusal.message}")
    return copied, refused


def source_of(entry: TimeEntry) -> str:
    return f"copy:{entry.pk}"


def _entries(person: User, first: date, zone: tzinfo) -> list[TimeEntry]:
    entries = (
        days.worked_by(person)
        .filter(
            started_at__gte=clock.instant_of(first, zone=zone),
            started_at__lt=clock.instant_of(first + WEEK, zone=zone),
        )
        .select_related("rollout__platform", "nonconformity", "adjusts")
        .prefetch_related("rollout__parties__company", "lines")
        .order_by("started_at", "pk")
    )
    return list(entries)


def _same_time(entry: TimeEntry, zone: tzinfo) -> datetime:
    """The same time of the same weekday, a week later, whatever the clocks did in between."""
    return (clock.local(entry.started_at, zone) + WEEK).astimezone(UTC)


def _work(entry: TimeEntry, start: datetime) -> classification.Work:
    return classification.Work(
        number=0,
        started_at=start,
        minutes=entry.minutes,
        activity=entry.activity,
        nonconformity=entry.nonconformity.label if entry.nonconformity else "",
    )


def _refusal(entry: TimeEntry, person: User, start: datetime, near: list[TimeEntry]) -> str:
    try:
        actions.lines_if_logged(
            entry.rollout, by=person, activity=entry.activity, started_at=start, minutes=entry.minutes,
            nonconformity=entry.nonconformity, near=near,
        )  # fmt: skip
    except Refusal as refusal:
        return refusal.message
    return ""

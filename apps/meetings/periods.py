"""The spans of days that the calendar shows: a week from Monday, or a month in whole weeks."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from apps.core import clock, workdays
from apps.meetings.models import Meeting


@dataclass(frozen=True)
class Period:
    """The days that are shown, ``first`` to ``last``; ``previous`` and ``following`` are days of the neighbouring periods.
    ``month`` is the month that is looked at; None for a week."""

    first: date
    last: date
    previous: date
    following: date
    month: date | None = None

    @property
    def begins_at(self) -> datetime:
        """The first instant, in the reader's time zone."""
        return clock.instant_of(self.first, zone=clock.reader_zone())

    @property
    def ends_before(self) -> datetime:
        """The first instant after it."""
        return clock.instant_of(self.last + timedelta(days=1), zone=clock.reader_zone())


@dataclass
class Day:
    """One day of a period with the meetings that begin in it; ``holiday`` is its name, empty if it is none; ``is_outside``
    the month that is looked at."""

    date: date
    holiday: str
    is_outside: bool
    meetings: list[Meeting] = field(default_factory=list)

    @property
    def css(self) -> str:
        """The classes of the day in the calendar."""
        states = {
            "outside": self.is_outside,
            "today": self.date == clock.today(clock.reader_zone()),
            "empty": not self.meetings,
        }
        return " ".join(f"meeting-day-{name}" for name, holds in states.items() if holds)


def week_of(day: date) -> Period:
    monday = day - timedelta(days=day.weekday())
    week = timedelta(days=7)
    return Period(monday, monday + timedelta(days=6), monday - week, monday + week)


def month_of(day: date) -> Period:
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    last = following - timedelta(days=1)
    return Period(
        first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday()),
        (first - timedelta(days=1)).replace(day=1), following, first,
    )  # fmt: skip


def days_of(period: Period, meetings: Iterable[Meeting], state: str = "") -> list[Day]:
    """The days of ``period`` in order, each with those of ``meetings`` that begin in it where the reader is. ``state`` is the
    one (UF) whose holidays count besides the national ones."""
    count = (period.last - period.first).days + 1
    dates = [period.first + timedelta(days=number) for number in range(count)]
    month = period.month and period.month.month
    days = {day: Day(day, workdays.holiday(day, state), month is not None and day.month != month) for day in dates}
    for meeting in meetings:
        days[clock.day_of(meeting.starts_at, clock.reader_zone())].meetings.append(meeting)
    return list(days.values())

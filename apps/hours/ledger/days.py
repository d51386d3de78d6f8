"""The days of a person, in their own time zone: how full they are, what overlaps, where the next entry would stand."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.db.models import QuerySet
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.background import locks
from apps.core.sentences import with_stop
from apps.hours.models import TimeEntry

FULL_DAY = timedelta(days=1)
MORNING = time(9)


def zone_of(person: User) -> tzinfo:
    """The time zone in which the days of ``person`` are counted."""
    return clock.zone_named(person.time_zone)


def ends(entry: TimeEntry) -> datetime:
    return entry.started_at + timedelta(minutes=entry.minutes)


def lock(person: User) -> None:
    """Nobody else enters time for ``person``, or stops their timer, until the end of this transaction: their day is counted
    over every rollout. Their account stays free: what names it, or changes it, waits for no hours."""
    locks.hold(f"hours of {person.pk}")


def worked_by(person: User) -> QuerySet[TimeEntry]:
    """The entries that took time of ``person``: neither deleted nor adjustments."""
    return TimeEntry.objects.filter(person=person, deleted_at=None, adjusts=None).select_related("rollout")


def between(person: User, start: datetime, end: datetime, *, without: int | None = None) -> list[TimeEntry]:
    """The entries of ``person`` that share a minute with ``start`` to ``end``, over every rollout, in order."""
    near = worked_by(person).filter(started_at__lt=end, started_at__gt=start - FULL_DAY).exclude(pk=without)
    return sharing(near.order_by("started_at", "pk"), start, end)


def around_all(person: User, starts: Iterable[datetime]) -> list[TimeEntry]:
    """The entries of ``person`` from two days before the first of ``starts`` to two after the last: whatever is ``around``
    time of at most a day that begins then."""
    if not (instants := sorted(starts)):
        return []
    return between(person, instants[0] - 2 * FULL_DAY, instants[-1] + 3 * FULL_DAY)


def sharing(entries: Iterable[TimeEntry], start: datetime, end: datetime) -> list[TimeEntry]:
    """Those of ``entries`` that share a minute with ``start`` to ``end``."""
    return [entry for entry in entries if entry.started_at < end and ends(entry) > start]


def around(
    person: User,
    start: datetime,
    minutes: int,
    *,
    without: int | None = None,
    entries: Iterable[TimeEntry] | None = None,
) -> list[TimeEntry]:
    """The entries of the days of ``person`` that this time touches, over every rollout, in order; among ``entries``, where
    they were read already (``around_all``)."""
    zone = zone_of(person)
    first, last = (clock.day_of(instant, zone) for instant in (start, start + timedelta(minutes=minutes)))
    begin, end = clock.instant_of(first, zone=zone), clock.instant_of(last + FULL_DAY, zone=zone)
    if entries is None:
        return between(person, begin, end, without=without)
    return sharing((entry for entry in entries if entry.pk != without), begin, end)


def overlapping(person: User, start: datetime, minutes: int, *, without: int | None = None) -> list[TimeEntry]:
    """The entries of ``person`` that this time would overlap."""
    start = start.astimezone(UTC)
    return between(person, start, start + timedelta(minutes=minutes), without=without)


def overlap_text(entry: TimeEntry) -> str:
    """That ``entry`` takes some of the same time."""
    return _("Este horário coincide com %(entry)s, %(rollout)s, %(start)s a %(end)s: %(note)s") % {
        "entry": entry,
        "rollout": entry.rollout.code,
        "start": time_format(clock.local(entry.started_at), "H:i"),
        "end": time_format(clock.local(ends(entry)), "H:i"),
        "note": with_stop(entry.note),
    }


def minutes_by_day(
    person: User, start: datetime, minutes: int, *, entries: Iterable[TimeEntry] | None = None
) -> Iterator[tuple[date, int, int]]:
    """``(day, minutes already there, minutes of this)`` for each day of the person that this time touches; ``entries`` are
    those ``around`` it, where they were read already."""
    entries = around(person, start, minutes) if entries is None else entries
    zone, start = zone_of(person), start.astimezone(UTC)  # In local time, adding minutes would miss a change of clocks.
    end = start + timedelta(minutes=minutes)
    day = clock.day_of(start, zone)
    while clock.instant_of(day, zone=zone) < end:
        first, last = clock.instant_of(day, zone=zone), clock.instant_of(day + FULL_DAY, zone=zone)
        minutes_there = sum(_within(entry.started_at, ends(entry), first, last) for entry in entries)
        yield day, minutes_there, _within(start, end, first, last)
        day += FULL_DAY


def suggested_start(person: User, day: date, minutes: int) -> datetime:
    """When an entry began of which only day and duration are known, so that it overlaps nothing where that is possible.

    Today it ends now, or where the last entry begins; on another day it begins at nine, or where an entry ends.
    """
    zone = zone_of(person)
    first, last = clock.instant_of(day, zone=zone), clock.instant_of(day + FULL_DAY, zone=zone)
    length = timedelta(minutes=minutes)
    now = clock.now().replace(second=0, microsecond=0)
    entries = between(person, first, last)
    if first <= now < last:
        end = now
        for entry in reversed(entries):
            if entry.started_at < end and ends(entry) > end - length:
                end = entry.started_at
        return end - length if end - length >= first else max(first, now - length)
    start = morning = clock.instant_of(day, MORNING, zone)
    for entry in entries:
        if entry.started_at < start + length and ends(entry) > start:
            start = ends(entry)
    return start if start + length <= last else morning


def _within(start: datetime, end: datetime, first: datetime, last: datetime) -> int:
    """Minutes of ``start`` to ``end`` that lie between ``first`` and ``last``, all in UTC."""
    return max(int((min(end, last) - max(start, first)) / timedelta(minutes=1)), 0)

"""The one place that knows what time it is, and that turns instants into days and back.

Actions take the time from here, so that the demonstration data and the tests can tell a story that
happened over weeks without waiting for it.

An instant is an aware ``datetime`` and is stored in UTC. A day is a ``date`` of a time zone, and of the installation's
(Presence's) unless another is named: by its days parties and rules count, whoever reads and wherever. A page that is a
reader's own calendar names ``reader_zone()``. No other module takes a day out of an instant
(``presence_rollout/ops/plain_days.py``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone

FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Between them lie the days that anybody means; with others, calculations leave the calendar."""

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _frozen.get() or timezone.now()


def machine_time() -> datetime:
    """What this machine's clock says, aware, in UTC, wherever in time a test or the demonstration stands."""
    return timezone.now()


def installation_zone() -> tzinfo:
    """The time zone of Presence, by which months of hours and days that bind the parties are counted."""
    return timezone.get_default_timezone()


def reader_zone() -> tzinfo:
    """The time zone of who reads the page or mail that is being made; the installation's where nobody in particular does."""
    return timezone.get_current_timezone()


def zone_named(name: str) -> tzinfo:
    """The time zone called ``name`` (as a person chose it), or the installation's when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return installation_zone()


def local(instant: datetime, zone: tzinfo | None = None) -> datetime:
    """``instant`` as the clocks of ``zone`` show it; of the reader's zone when none is given."""
    return timezone.localtime(instant, zone)


def day_of(instant: datetime, zone: tzinfo | None = None) -> date:
    """The day of ``instant`` in ``zone``; Presence's day when none is given."""
    return local(instant, zone or installation_zone()).date()


def is_meant(day: date) -> bool:
    """Whether somebody may mean ``day`` (a date, or an instant in any zone) in a project, rather than a slip of the keys."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def instant_of(day: date, at: time = time.min, zone: tzinfo | None = None) -> datetime:
    """The instant, in UTC, at which the clocks of ``zone`` show ``day`` and ``at``: its first one when no time is given.

    A day may have 23 or 25 hours, so the end of one is the beginning of the next. Presence's day when no zone is given.
    """
    return datetime.combine(day, at, zone or installation_zone()).astimezone(UTC)


def today(zone: tzinfo | None = None) -> date:
    """The present date in ``zone``; Presence's when none is given."""
    return day_of(now(), zone)


def installation_time(instant: datetime) -> str:
    """``instant`` as ``31/12/2026 18:00`` in the installation's time zone, for texts that every reader gets alike."""
    return f"{local(instant, installation_zone()):%d/%m/%Y %H:%M}"


def official_time(instant: datetime, *, seconds: bool = False) -> str:
    """``instant`` as it stands on paper: by the installation's clocks with their offset, ``31/12/2026 18:00 (UTC−3)``."""
    shown = local(instant, installation_zone())
    hours, minutes = divmod(int((shown.utcoffset() or timedelta()).total_seconds()) // 60, 60)
    if hours < 0 and minutes:
        hours, minutes = hours + 1, 60 - minutes
    offset = f"{'−' if hours < 0 else '+'}{abs(hours)}" + (f":{minutes:02d}" if minutes else "")
    return f"{shown:%d/%m/%Y %H:%M:%S} (UTC{offset})" if seconds else f"{shown:%d/%m/%Y %H:%M} (UTC{offset})"


@contextmanager
def read_in(zone: tzinfo | None) -> Iterator[None]:
    """Within the block, pages and mails are read in ``zone``; in the installation's when it is None."""
    with timezone.override(zone):
        yield


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Within the block, ``now()`` answers ``instant`` (aware)."""
    token = _frozen.set(instant)
    try:
        yield
    finally:
        _frozen.reset(token)

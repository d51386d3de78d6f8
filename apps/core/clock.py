"""The one place that knows what time it is.

Actions take the time from here, so that the demonstration data and the tests can tell a story that
happened over weeks without waiting for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _frozen.get() or timezone.now()


def today() -> date:
    """The present date in the time zone of the reader (or of the installation, outside a request)."""
    return timezone.localtime(now()).date()


def told(instant: datetime) -> str:
    """``instant`` as people of the installation's time zone say it, for what everybody reads alike."""
    return f"{timezone.localtime(instant, timezone.get_default_timezone()):%d/%m/%Y %H:%M}"


def shown(iso: str) -> str:
    """A day (``2026-11-23``) or an instant (with its offset) from a record, as people of the installation's time zone say it;
    empty for none. Days and instants have one format in both languages (``presence_rollout/formats``)."""
    if not iso:
        return ""
    return told(datetime.fromisoformat(iso)) if "T" in iso else f"{date.fromisoformat(iso):%d/%m/%Y}"


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Within the block, ``now()`` answers ``instant`` (aware)."""
    token = _frozen.set(instant)
    try:
        yield
    finally:
        _frozen.reset(token)

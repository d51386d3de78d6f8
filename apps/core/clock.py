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


def installation_time(instant: datetime) -> str:
    """``instant`` as ``31/12/2026 18:00`` in the installation's time zone, for texts that every reader gets alike."""
    return f"{timezone.localtime(instant, timezone.get_default_timezone()):%d/%m/%Y %H:%M}"


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Within the block, ``now()`` answers ``instant`` (aware)."""
    token = _frozen.set(instant)
    try:
        yield
    finally:
        _frozen.reset(token)

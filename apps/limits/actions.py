"""Count what may be done only so often, and refuse what is beyond it.

Counts are rows of a table of their own (``Count``): nothing else evicts them, every process sees them, and adding one is a
single statement of the database, so that of many requests at once no more pass than the limit says. A limit has one or more
windows of fixed length; short and long ones together slow somebody down the more often they try. A refused request adds
nothing to the longer windows, so hammering a closed door does not keep it closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core import clock
from apps.core.refusals import TooMany
from apps.core.web import retries
from apps.limits.models import Count

MINUTE, HOUR, DAY = 60, 3600, 86_400
"""Lengths of windows, in seconds."""


@dataclass(frozen=True)
class Limit:
    """``name`` says what is counted; each window is how often at most, and in how many seconds, the shortest first."""

    name: str
    windows: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Counted:
    """What ``take`` counted, for ``give_back``."""

    keys: tuple[str, ...]


def take(limit: Limit, *whose: object, details: Sequence[str] = ()) -> Counted:
    """Count one more for ``whose`` (a person, an address, a company…).

    Raises ``TooMany`` (429), with the seconds to wait and ``details`` as further lines, when a window is full. Call it
    outside a transaction to count what is refused later too; inside one, to count only what is done in the end.
    """
    now = clock.now()
    keys: list[str] = []
    for most, seconds in limit.windows:
        number, passed = divmod(int(now.timestamp()), seconds)
        key = _key(limit.name, seconds, number, *whose)
        ends_at = datetime.fromtimestamp((number + 1) * seconds, UTC)
        if _increment(key, ends_at) > most:
            raise TooMany(waiting(seconds - passed), wait=seconds - passed, details=details)
        keys.append(key)
    return Counted(tuple(keys))


def give_back(counted: Counted) -> None:
    """Uncount what ``take`` counted: it turned out not to be a failure."""
    Count.objects.filter(key__in=counted.keys, times__gt=0).update(times=F("times") - 1)


def forget() -> int:
    """Drop the counts of windows that are over; how many."""
    return Count.objects.filter(ends_at__lt=clock.now() - timedelta(minutes=1)).delete()[0]


def waiting(seconds: int) -> str:
    """The sentence that says when to try again."""
    if seconds <= MINUTE:
        when = ngettext("em %(number)d segundo", "em %(number)d segundos", seconds) % {"number": seconds}
    elif seconds <= 2 * HOUR:
        minutes = -(-seconds // MINUTE)
        when = ngettext("em %(number)d minuto", "em %(number)d minutos", minutes) % {"number": minutes}
    else:
        hours = -(-seconds // HOUR)
        when = ngettext("em %(number)d hora", "em %(number)d horas", hours) % {"number": hours}
    return _("Muitas tentativas seguidas. Tente de novo %(when)s.") % {"when": when}


def _key(*parts: object) -> str:
    """Without the installation's secret nobody finds an address or a person again from a row."""
    return salted_hmac("limits", "\0".join(map(str, parts)), algorithm="sha256").hexdigest()


def _increment(key: str, ends_at: datetime) -> int:
    """Count one more under ``key`` and give the new count, in one statement."""
    table = connection.ops.quote_name(Count._meta.db_table)
    with retries.only_counting(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (key, times, ends_at) VALUES (%s, 1, %s) "  # noqa: S608 - no value is in the text
            f"ON CONFLICT (key) DO UPDATE SET times = {table}.times + 1 RETURNING times",
            [key, connection.ops.adapt_datetimefield_value(ends_at)],
        )
        return int(cursor.fetchone()[0])

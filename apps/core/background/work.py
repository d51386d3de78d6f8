"""Work that a worker does for one item at a time: counted before it begins, tried again after pauses, given up in the end.

A task does its work through ``do``, a sweep through ``do_all``. An attempt is counted in a transaction of its own before the
work begins, so that an item which kills the process (a time limit, no memory) comes to its end too. What failed keeps no
other item waiting: it is noted, waits, and after the last attempt is left alone until a person asks for it again
(``apps.rollouts.unfinished``).
"""

import logging
import subprocess
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from apps.core import clock, plugins
from apps.core.database import conflicts
from apps.core.jobs import PAUSES, Job
from apps.core.models import UnfinishedWork
from apps.core.refusals import Refusal

logger = logging.getLogger(__name__)
Key = TypeVar("Key", bound=int | str)
Reason = UnfinishedWork.Reason

SWEEP_SECONDS = 60.0
"""How long a sweep begins with further items. Its time limit leaves the last of them as much time as a task of its own."""
SWEEP_ITEMS = 200
"""The most items that a sweep begins with."""


_items: ContextVar[Counter[str] | None] = ContextVar("items", default=None)


@contextmanager
def count_items() -> Iterator[Counter[str]]:
    """How many items were ``done`` within the block, and how many ``failed``."""
    items: Counter[str] = Counter()
    token = _items.set(items)
    try:
        yield items
    finally:
        _items.reset(token)


def _count(outcome: str) -> None:
    if (items := _items.get()) is not None:
        items[outcome] += 1


def jobs() -> dict[str, Job]:
    """Every kind of work that the apps announce, by its name."""
    return {job.name: job for plugin in plugins.plugins() for job in plugin.jobs}


def do(job: Job, key: Key, action: Callable[[Key], object]) -> bool:
    """Do ``action(key)``, now if it is its turn; whether it was done.

    It is not when another worker is at it, when the pause after a failure is not over, and when it was given up. A failure
    is noted and logged, never raised; an end of the process (the hard time limit arrives as one) stays counted. Must not be
    called within a transaction. Twice does no more harm than ``action`` does.
    """
    row = _begin(job, str(key))
    if row is None:
        return False
    try:
        if job.reaches_people:
            action(key)
        else:
            conflicts.do_again(lambda: action(key))
    except Exception as error:
        _note(job, row, error)
        _count("failed")
        return False
    UnfinishedWork.objects.filter(pk=row.pk).delete()
    _count("done")
    return True


def do_all(
    job: Job,
    keys: Iterable[Key],
    action: Callable[[Key], object],
    *,
    most: int = SWEEP_ITEMS,
    seconds: float = SWEEP_SECONDS,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """``do`` for each of ``keys`` whose turn it is, up to ``most``, beginning no other after ``seconds`` or once ``stop()``
    says so; how many were done.

    What was never tried comes first, so that items which fail, however many, hold up no other.
    """
    rows = {row.key: row for row in UnfinishedWork.objects.filter(kind=job.name)}
    now = clock.now()
    unique_keys: list[Key] = list(dict.fromkeys(keys))
    untried: list[Key] = [key for key in unique_keys if str(key) not in rows]
    due: list[Key] = [
        key for key in unique_keys if (row := rows.get(str(key))) and row.next_try_at and row.next_try_at <= now
    ]
    due.sort(key=lambda key: rows[str(key)].next_try_at or now)
    until = time.monotonic() + seconds
    done = 0
    for key in [*untried, *due][:most]:
        if stop() or time.monotonic() > until:
            break
        done += do(job, key, action)
    return done


def renew(name: str, key: int | str) -> None:
    """Forget how often the work ``name`` of ``key`` was tried: there is something new to do, or a person asks for it."""
    UnfinishedWork.objects.filter(kind=name, key=str(key)).delete()


def renew_given_up(name: str, *, before: datetime) -> None:
    """``renew`` what the work ``name`` was given up for before an instant: for what must not stay undone unnoticed."""
    UnfinishedWork.objects.filter(kind=name, given_up_at__lt=before).delete()


def given_up(name: str) -> list[str]:
    """The keys of the items that the work ``name`` was given up for."""
    rows = UnfinishedWork.objects.filter(kind=name).exclude(given_up_at=None)
    return list(rows.values_list("key", flat=True))


def forget_old() -> int:
    """Drop what waited for its turn for a month: its sweep looks for it no more, since it was done otherwise or is gone."""
    return UnfinishedWork.objects.filter(next_try_at__lt=clock.now() - timedelta(days=30)).delete()[0]


def reason_of(job: Job, error: Exception) -> Reason:
    """Why an attempt failed, as a code."""
    if isinstance(error, SoftTimeLimitExceeded | subprocess.TimeoutExpired):
        return Reason.TIME
    if isinstance(error, MemoryError):
        return Reason.MEMORY
    if isinstance(error, Refusal):
        return Reason.REFUSED
    if isinstance(error, (OSError, OperationalError, InterfaceError, *job.away)):
        return Reason.AWAY
    return Reason.ERROR


def lease() -> timedelta:
    """How long a worker that began may be at it: longer than any task may run."""
    return timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 60)


def _begin(job: Job, key: str) -> UnfinishedWork | None:
    """Count an attempt, for every process to see; None when it is not its turn."""
    try:
        return _count_attempt(job, key)
    except IntegrityError:
        # Another worker began with the same item at the same instant, and is through with it already.
        return None


def _count_attempt(job: Job, key: str) -> UnfinishedWork | None:
    now = clock.now()
    with transaction.atomic(durable=True):
        row, is_new = UnfinishedWork.objects.select_for_update(no_key=True).get_or_create(kind=job.name, key=key)
        if not is_new and (row.next_try_at is None or row.next_try_at > now):
            return None
        if row.reason == Reason.INTERRUPTED and row.attempts > len(PAUSES):
            # The last attempt ended its process before anything could be noted.
            _give_up(job, row)
            row.save()
            return None
        row.attempts += 1
        row.failed_at = None if is_new else row.failed_at or now
        row.reason, row.error, row.next_try_at = Reason.INTERRUPTED, "", now + lease()
        row.save()
    return row


def _note(job: Job, row: UnfinishedWork, error: Exception) -> None:
    """Keep why it failed, and when to try again. The attempt is counted already: if this fails, the next one goes on."""
    row.reason, row.error, row.failed_at = reason_of(job, error), type(error).__name__[:80], clock.now()
    # What an error says may hold an address, a stranger's text or a secret: the log has the lines of code that led to it.
    details = str(error) if isinstance(error, job.away) else "".join(traceback.format_tb(error.__traceback__)[-6:])
    logger.warning("%s of %s failed: %s (%s)\n%s", job.name, row.key, row.error, row.reason, details)
    pauses = job.pauses_while_away if row.reason == Reason.AWAY else PAUSES
    if row.attempts > len(pauses):
        _give_up(job, row)
    else:
        row.next_try_at = clock.now() + pauses[row.attempts - 1]
    try:
        _update(row)
    except (OperationalError, InterfaceError):
        # A time limit that strikes within a query may leave the connection of no use.
        connection.close()
        _update(row)


def _give_up(job: Job, row: UnfinishedWork) -> None:
    row.next_try_at, row.given_up_at = None, clock.now()
    row.failed_at = row.failed_at or row.given_up_at
    logger.error("%s of %s is given up after %s attempts (%s)", job.name, row.key, row.attempts, row.reason)


def _update(row: UnfinishedWork) -> None:
    """Unless the row went meanwhile: somebody asked for a new start."""
    fields = ("attempts", "reason", "error", "failed_at", "next_try_at", "given_up_at")
    UnfinishedWork.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in fields})

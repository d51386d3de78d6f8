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
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.apps import apps
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.module_loading import autodiscover_modules

from apps.core import clock
from apps.core.models import UnfinishedWork
from apps.core.refusals import Refusal

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

logger = logging.getLogger(__name__)
Key = TypeVar("Key", bound=int | str)
Reason = UnfinishedWork.Reason

PAUSES = (timedelta(minutes=1), timedelta(minutes=10))
"""How long an item waits after each failure; after one more it is given up."""
PAUSES_WHILE_AWAY = tuple(timedelta(minutes=number) for number in (1, 5, 15, 30, *[60] * 95))
"""The same where the failure may not be the item's: a store of files or a timestamp authority may be away for days."""
SWEEP_SECONDS = 60.0
"""How long a sweep begins with further items. Its time limit leaves the last of them as much time as a task of its own."""
SWEEP_ITEMS = 200
"""The most items that a sweep begins with."""


@dataclass(frozen=True)
class Kind:
    """A kind of work. ``name`` is ``app.what_is_done``, for ever; ``task`` is the full name of the task that does it for one
    key. ``failure`` says to the people of a project what they do not get; ``model`` is the label of the model whose primary
    keys the keys are, empty where they are names of our own. ``away`` are exceptions that may not be the item's fault, like
    those of networks, files and the database; ``pauses_while_away`` is how long to wait after each.
    """

    name: str
    title: "StrOrPromise"
    failure: "StrOrPromise"
    task: str
    model: str = ""
    away: tuple[type[Exception], ...] = ()
    pauses_while_away: Sequence[timedelta] = PAUSES_WHILE_AWAY

    def item(self, key: str) -> Any:
        """The object behind ``key``; None when it is gone, or is none."""
        return apps.get_model(self.model)._default_manager.filter(pk=key).first() if self.model else None

    def argument(self, key: str) -> int | str:
        """``key`` as its task takes it."""
        value = apps.get_model(self.model)._meta.pk.to_python(key) if self.model else key
        return value if isinstance(value, int) else key


_kinds: dict[str, Kind] = {}


def kind(name: str, title: "StrOrPromise", failure: "StrOrPromise", **rest: Any) -> Kind:
    """Declare a kind of work (see ``Kind``), where it is done; the ``tasks.py`` of the app imports it."""
    _kinds[name] = Kind(name, title, failure, **rest)
    return _kinds[name]


def kinds() -> dict[str, Kind]:
    """Every kind of work, by its name."""
    _load_tasks()
    return _kinds


@cache
def _load_tasks() -> None:
    """Once, and not before somebody asks: they import much that is above this app."""
    autodiscover_modules("tasks")


def do(kind: Kind, key: Key, action: Callable[[Key], object]) -> bool:
    """Do ``action(key)``, now if it is its turn; whether it was done.

    It is not when another worker is at it, when the pause after a failure is not over, and when it was given up. A failure
    is noted and logged, never raised; an end of the process (the hard time limit arrives as one) stays counted. Must not be
    called within a transaction. Twice does no more harm than ``action`` does.
    """
    row = _begin(kind, str(key))
    if row is None:
        return False
    try:
        action(key)
    except Exception as error:
        _note(kind, row, error)
        return False
    UnfinishedWork.objects.filter(pk=row.pk).delete()
    return True


def do_all(
    kind: Kind,
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
    rows = {row.key: row for row in UnfinishedWork.objects.filter(kind=kind.name)}
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
        done += do(kind, key, action)
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


def reason_of(kind: Kind, error: Exception) -> Reason:
    """Why an attempt failed, as a code."""
    if isinstance(error, SoftTimeLimitExceeded | subprocess.TimeoutExpired):
        return Reason.TIME
    if isinstance(error, MemoryError):
        return Reason.MEMORY
    if isinstance(error, Refusal):
        return Reason.REFUSED
    if isinstance(error, (OSError, OperationalError, InterfaceError, *kind.away)):
        return Reason.AWAY
    return Reason.ERROR


def lease() -> timedelta:
    """How long a worker that began may be at it: longer than any task may run."""
    return timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 60)


def _begin(kind: Kind, key: str) -> UnfinishedWork | None:
    """Count an attempt, for every process to see; None when it is not its turn."""
    now = clock.now()
    with transaction.atomic(durable=True):
        row, is_new = UnfinishedWork.objects.select_for_update().get_or_create(kind=kind.name, key=key)
        if not is_new and (row.next_try_at is None or row.next_try_at > now):
            return None
        if row.reason == Reason.INTERRUPTED and row.attempts > len(PAUSES):
            # The last attempt ended its process before anything could be noted.
            _give_up(kind, row)
            row.save()
            return None
        row.attempts += 1
        row.failed_at = None if is_new else row.failed_at or now
        row.reason, row.error, row.next_try_at = Reason.INTERRUPTED, "", now + lease()
        row.save()
    return row


def _note(kind: Kind, row: UnfinishedWork, error: Exception) -> None:
    """Keep why it failed, and when to try again. The attempt is counted already: if this fails, the next one goes on."""
    row.reason, row.error, row.failed_at = reason_of(kind, error), type(error).__name__[:80], clock.now()
    # What an error says may hold an address, a stranger's text or a secret: the log has the lines of code that led to it.
    details = str(error) if isinstance(error, kind.away) else "".join(traceback.format_tb(error.__traceback__)[-6:])
    logger.warning("%s of %s failed: %s (%s)\n%s", kind.name, row.key, row.error, row.reason, details)
    pauses = kind.pauses_while_away if row.reason == Reason.AWAY else PAUSES
    if row.attempts > len(pauses):
        _give_up(kind, row)
    else:
        row.next_try_at = clock.now() + pauses[row.attempts - 1]
    try:
        _update(row)
    except (OperationalError, InterfaceError):
        # A time limit that strikes within a query may leave the connection of no use.
        connection.close()
        _update(row)


def _give_up(kind: Kind, row: UnfinishedWork) -> None:
    row.next_try_at, row.given_up_at = None, clock.now()
    row.failed_at = row.failed_at or row.given_up_at
    logger.error("%s of %s is given up after %s attempts (%s)", kind.name, row.key, row.attempts, row.reason)


def _update(row: UnfinishedWork) -> None:
    """Unless the row went meanwhile: somebody asked for a new start."""
    fields = ("attempts", "reason", "error", "failed_at", "next_try_at", "given_up_at")
    UnfinishedWork.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in fields})

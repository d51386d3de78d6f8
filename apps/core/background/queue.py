"""Hand work to the worker once the transaction is through.

The message may be lost, so each such task has a periodic task beside it (``presence_rollout.work.SCHEDULE``) that looks for
work not yet done: a broker that is away delays work and loses none."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
REST = 30.0
"""Seconds for which a process hands nothing to a broker that did not answer: a page waits for it once, not each time."""
_paused = False
_resting_until = 0.0


@contextmanager
def paused() -> Iterator[None]:
    """Within the block nothing is sent: for filling a database while there is no broker. The periodic tasks find the work."""
    global _paused
    _paused = True
    try:
        yield
    finally:
        _paused = False


@dataclass
class _Message:
    """What is to be sent after the commit; it equals another one of the transaction that would say the same."""

    task: str
    args: tuple[int | str, ...]
    when: Callable[[], bool] = field(compare=False)
    is_over: bool = False

    def send_if_still_due(self) -> None:
        self.is_over = True
        if not _paused and self.when():
            send(self.task, *self.args)


def after_commit(task: str, *args: int | str, when: Callable[[], bool] = lambda: True, once: bool = False) -> None:
    """Send ``task`` (its full name) with ``args``, keys and never secrets, if ``when()`` still holds after the commit.
    ``once``: one message, however often the transaction asks for it."""
    message = _Message(task, args, when)
    if once and any(message == getattr(hook[1], "__self__", None) for hook in connection.run_on_commit):
        return
    transaction.on_commit(message.send_if_still_due, robust=True)


def send(task: str, *args: int | str) -> None:
    """Send ``task`` now, for a sweep that hands out its items; a broker that is away is a line in the log."""
    global _resting_until
    if _resting_until:
        if time.monotonic() < _resting_until:
            return
        # One asks whether it is back; nobody else waits with it.
        _resting_until = time.monotonic() + REST
    try:
        current_app.send_task(task, args=args)
    except (OperationalError, RedisError, OSError) as error:
        _resting_until = time.monotonic() + REST
        logger.warning("%s waits for its periodic task: %s", task, error)
    else:
        _resting_until = 0.0


def ask_again() -> None:
    """Forget that the broker did not answer."""
    global _resting_until
    _resting_until = 0.0

"""Hand work to the worker once the transaction is through. The message may be lost: each such task has a
sibling on the clock (``presence_rollout.work``) that finds what was left: a broker that is away delays and undoes nothing."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
_held = False


@contextmanager
def held() -> Iterator[None]:
    """Nothing is sent within it, for who fills a database while there is no broker; the siblings find what was left."""
    global _held
    _held = True
    try:
        yield
    finally:
        _held = False


def after_commit(task: str, *args: int | str, when: Callable[[], bool] = lambda: True) -> None:
    """Send ``task`` (its full name) with ``args``, keys and never secrets, if ``when()`` still holds after the commit."""

    def send_if_it_holds() -> None:
        if not _held and when():
            send(task, *args)

    transaction.on_commit(send_if_it_holds, robust=True)


def send(task: str, *args: int | str) -> None:
    """Send ``task`` now, for a sweep that hands out its items; a broker that is away is a line in the log."""
    try:
        current_app.send_task(task, args=args)
    except (OperationalError, OSError) as error:
        logger.warning("%s waits for its sibling on the clock: %s", task, error)

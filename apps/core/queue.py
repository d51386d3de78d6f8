"""Hand work to the worker once the transaction is through. The message may be lost: each such task has a minutely
sibling (``presence_rollout.settings``) that finds what was left, so a broker that is away delays and undoes nothing."""

import logging
from collections.abc import Callable

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def after_commit(task: str, *args: int | str, when: Callable[[], bool] = lambda: True) -> None:
    """Send ``task`` (its full name) with ``args``, keys and never secrets, if ``when()`` still holds after the commit."""

    def send() -> None:
        if not when():
            return
        try:
            current_app.send_task(task, args=args)
        except (OperationalError, OSError) as error:
            logger.warning("%s waits for its minutely sibling: %s", task, error)

    transaction.on_commit(send, robust=True)

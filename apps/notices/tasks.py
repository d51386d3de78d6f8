import logging

from celery import shared_task

from apps.notices import actions, queries

logger = logging.getLogger(__name__)


@shared_task
def tell() -> None:
    """Make and send the notices of what happened. The timeline is the outbox: what a dead worker left is found here."""
    for event in list(queries.untold().select_related("rollout__project_manager")):
        try:
            actions.consume(event)
        except Exception:  # One event that cannot be told of keeps no other back; it is tried again.
            logger.exception("Event %s could not be told of", event.pk)
    actions.send_waiting()


@shared_task
def remind() -> None:
    """Make today's reminders; ``tell`` sends them. Running it again makes none."""
    actions.remind()

from celery import shared_task

from apps.core.background import work
from apps.notices import actions, queries


@shared_task
def send_notices() -> None:
    """Make and send the notices of what happened. The timeline is the outbox: what a dead worker left is found here."""
    events_without_notices = queries.events_without_notices().values_list("pk", flat=True)
    work.do_all(actions.CONSUME, events_without_notices, actions.consume_event)
    actions.send_waiting()


@shared_task
def remind() -> None:
    """Make today's reminders; ``send_notices`` sends them. Running it again makes none."""
    actions.remind()


@shared_task(soft_time_limit=60, time_limit=90)
def consume_event(event_pk: int) -> None:
    """Make the notices of one event; the second time makes none."""
    work.do(actions.CONSUME, event_pk, actions.consume_event)


@shared_task(soft_time_limit=60, time_limit=90)
def send_notice(notice_pk: int) -> None:
    """Send one notice; once sent, it is not sent again."""
    work.do(actions.SEND_NOTICE, notice_pk, actions.send_notice)


@shared_task(soft_time_limit=60, time_limit=90)
def send_digest(digest_pk: int) -> None:
    """Send one day's reminder; once sent, it is not sent again."""
    work.do(actions.SEND_DIGEST, digest_pk, actions.send_digest)


@shared_task(soft_time_limit=60, time_limit=90)
def send_asked(reminder_pk: int) -> None:
    """Send one reminder that somebody asked for; once sent, it is not sent again."""
    work.do(actions.SEND_ASKED, reminder_pk, actions.send_asked)


@shared_task(soft_time_limit=60, time_limit=90)
def remind_of(rollout_pk: int) -> None:
    """Add what one rollout waits for to today's reminders that were not sent yet."""
    work.do(actions.REMIND, rollout_pk, actions.remind_of)

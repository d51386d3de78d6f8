from celery import shared_task

from apps.core.background import work
from apps.outbox import actions


@shared_task(soft_time_limit=60, time_limit=90)
def send_mail(key: str) -> None:
    """Send one message of the outbox; once sent, it is not sent again."""
    work.do(actions.SEND, key, actions.send)


@shared_task
def send_waiting_mails() -> None:
    """Send what a lost message, or a mail server that was away, left in the outbox."""
    actions.send_waiting()

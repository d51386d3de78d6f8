from celery import shared_task

from apps.accounts import personal_data
from apps.core.background import machine_clock, work


@shared_task
def forget_what_expired() -> None:
    """Daily: drop what is older than its retention setting. Running it twice drops nothing more."""
    machine_clock.require_agreement()
    personal_data.expire()
    work.forget_old()


@shared_task
def forget(key: str) -> None:
    """The same for one holding, or for one item of it (``holding:key``)."""
    work.do(personal_data.FORGET, key, personal_data.expire_one)

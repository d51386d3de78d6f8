from celery import shared_task

from apps.accounts import personal_data


@shared_task
def forget_what_expired() -> None:
    """Daily: drop what is older than its retention setting. Running it twice drops nothing more."""
    personal_data.expire()

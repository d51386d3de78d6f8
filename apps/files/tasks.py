from celery import shared_task

from apps.files import actions, orphans, previews, queries


@shared_task
def scan_file(file_pk: str) -> None:
    """Look into one file that came in; twice does no harm."""
    actions.scan(file_pk)


@shared_task
def scan_waiting_files() -> None:
    """What a lost message or an absent clamd left in quarantine."""
    for file_pk in queries.in_quarantine():
        actions.scan(file_pk)


@shared_task
def draw_file(file_pk: str) -> None:
    """Draw the pictures of one file; twice does no harm."""
    previews.draw(file_pk)


@shared_task
def draw_waiting_files() -> None:
    """What a lost message left without its pictures."""
    for file_pk in queries.to_be_drawn():
        previews.draw(file_pk)


@shared_task
def sweep_orphans() -> None:
    """Daily: delete the bytes that no row names."""
    orphans.sweep()

from celery import shared_task

from apps.stages.acceptance import actions, queries


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=5)
def render_term(term_pk: int) -> None:
    """Render the PDF of a drafted term; running it again changes nothing."""
    actions.render(term_pk)


@shared_task
def render_waiting_terms() -> None:
    """Render the terms that still wait for their PDF: a lost message or a dead worker leaves nothing behind."""
    for term_pk in queries.waiting_for_pdf():
        actions.render(term_pk)

from celery import shared_task

from apps.stages.acceptance import actions


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=5)
def render_term(term_pk: int) -> None:
    """Render the PDF of a drafted term; running it again changes nothing."""
    actions.render(term_pk)

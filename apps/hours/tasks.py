from celery import shared_task

from apps.hours import documents
from apps.hours.models import ClientStatement, Statement


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=5)
def render_statement(statement_pk: int) -> None:
    """Render the PDF of a rollout's closed month; running it again changes nothing."""
    documents.keep_pdf(Statement.objects.select_related("rollout").get(pk=statement_pk))


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=5)
def render_client_statement(statement_pk: int) -> None:
    """Render the PDF of a client's closed month; running it again changes nothing."""
    documents.keep_pdf(ClientStatement.objects.get(pk=statement_pk))


@shared_task
def render_waiting_statements() -> None:
    """Render what still waits for its PDF, some at a time: a lost message leaves nothing behind."""
    for model in (Statement, ClientStatement):
        for statement in model.objects.filter(pdf=None).order_by("pk")[:20]:
            documents.keep_pdf(statement)

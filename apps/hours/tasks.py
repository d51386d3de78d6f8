from celery import shared_task
from django.utils.translation import gettext_lazy as _

from apps.core.background import work
from apps.core.jobs import Job
from apps.hours.models import ClientStatement, Statement
from apps.hours.statements import documents

STATEMENT = Job(
    "hours.statement",
    _("PDF do fechamento de horas do projeto"),
    _("Não foi possível gerar o PDF deste fechamento"),
    task="apps.hours.tasks.render_statement",
    model="hours.Statement",
)
CLIENT_STATEMENT = Job(
    "hours.client_statement",
    _("PDF do fechamento de horas do cliente"),
    _("Não foi possível gerar o PDF deste fechamento"),
    task="apps.hours.tasks.render_client_statement",
    model="hours.ClientStatement",
)


@shared_task
def render_statement(statement_pk: int) -> None:
    """Render the PDF of a rollout's closed month; running it again changes nothing."""
    work.do(STATEMENT, statement_pk, documents.render_statement)


@shared_task
def render_client_statement(statement_pk: int) -> None:
    """Render the PDF of a client's closed month; running it again changes nothing."""
    work.do(CLIENT_STATEMENT, statement_pk, documents.render_client_statement)


@shared_task
def render_waiting_statements() -> None:
    """Render what still waits for its PDF: a lost message leaves nothing behind."""
    waiting = Statement.objects.filter(pdf=None).order_by("pk").values_list("pk", flat=True)
    work.do_all(STATEMENT, waiting, documents.render_statement, most=20)
    of_clients = ClientStatement.objects.filter(pdf=None).order_by("pk").values_list("pk", flat=True)
    work.do_all(CLIENT_STATEMENT, of_clients, documents.render_client_statement, most=20)

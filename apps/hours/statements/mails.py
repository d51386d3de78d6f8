"""The mail that brings the client the statement of a month once it was closed: one for each closing, of a project or of all
the client's projects together."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.events import Notice
from apps.hours import queries
from apps.hours.models import ClientStatement, Statement, StatementPdf
from apps.hours.statements import documents
from apps.rollouts import audiences
from apps.rollouts.models import Event


def leads_of_who_pays(event: Event) -> Iterable[User]:
    """Who answers for the company that was the client in the month that the event closed; nobody where the month was closed
    over all of its projects, whose one statement ``CLIENT_CLOSED`` brings."""
    if event.data.get("client_statement"):
        return []
    return audiences.leads_at(queries.client_of(event.rollout, date.fromisoformat(f"{event.data['month']}-01")))


def statement_of(event: Event) -> tuple[str, bytes] | None:
    """Name and bytes of the PDF that the event's closing made, which is drawn now where the worker did not yet."""
    statement = Statement.objects.filter(rollout=event.rollout_id, number=event.data["statement"]).first()
    return _pdf_of(statement) if statement else None


def leads_of_the_client(event: Event) -> Iterable[User]:
    """Who answers for the client of the statement that the event recorded."""
    statement = _client_statement(event)
    return audiences.leads_at(statement.client) if statement else []


def client_statement_of(event: Event) -> tuple[str, bytes] | None:
    """Name and bytes of the PDF of the client's statement, drawn now where the worker did not yet."""
    statement = _client_statement(event)
    return _pdf_of(statement) if statement else None


def _client_statement(event: Event) -> ClientStatement | None:
    return ClientStatement.objects.filter(number=event.data["client_statement"]).select_related("client").first()


def _pdf_of(statement: Statement | ClientStatement) -> tuple[str, bytes]:
    documents.store_pdf(statement)
    field = "statement" if isinstance(statement, Statement) else "client_statement"
    rendered = StatementPdf.objects.select_related("file").get(**{field: statement})
    return rendered.file.name, rendered.file.read()


CLOSED = Notice(
    to=leads_of_who_pays,
    subject=_("%(code)s: fechamento de horas de %(month)s"),
    sentence=_("A Presence %(what)s. O fechamento, com as horas e o valor a pagar, está anexo em PDF."),
    url=audiences.page("hours:room"),
    document=statement_of,
    to_outsiders=True,  # The company that left the project pays its last month like the others.
)
CLIENT_CLOSED = Notice(
    to=leads_of_the_client,
    subject=_("%(client_statement)s: fechamento de horas de %(month)s"),
    sentence=_(
        "A Presence fechou as horas de %(month)s dos projetos da sua empresa. O fechamento %(client_statement)s, com as "
        "horas de cada projeto e o valor a pagar, está anexo em PDF."
    ),
    url=lambda event: reverse("hours:client_statement", args=[event.data["client_statement"]]),
    document=client_statement_of,
    names_project=False,
    to_outsiders=True,
)

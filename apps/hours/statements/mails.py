"""The mail that brings the client the statement of a month once it was closed."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.events import Notice
from apps.hours import queries
from apps.hours.models import Statement, StatementPdf
from apps.hours.statements import documents
from apps.rollouts import audiences
from apps.rollouts.models import Event


def leads_of_who_pays(event: Event) -> Iterable[User]:
    """Who answers for the company that was the client in the month that the event closed."""
    return audiences.leads_at(queries.client_of(event.rollout, date.fromisoformat(f"{event.data['month']}-01")))


def statement_of(event: Event) -> tuple[str, bytes] | None:
    """Name and bytes of the PDF that the event's closing made, which is drawn now where the worker did not yet."""
    statement = Statement.objects.filter(rollout=event.rollout_id, number=event.data["statement"]).first()
    if statement is None:
        return None
    documents.store_pdf(statement)
    rendered = StatementPdf.objects.select_related("file").get(statement=statement)
    return rendered.file.name, rendered.file.read()


CLOSED = Notice(
    to=leads_of_who_pays,
    subject=_("%(code)s: fechamento de horas de %(month)s"),
    sentence=_("A Presence %(what)s. O fechamento, com as horas e o valor a pagar, está anexo em PDF."),
    url=audiences.page("hours:room"),
    document=statement_of,
    to_outsiders=True,  # The company that left the project pays its last month like the others.
)

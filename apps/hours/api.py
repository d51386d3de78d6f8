"""Closed hours for the ERP's billing; ``apps/api`` mounts it. For Presence's people. The CSV has the same rows."""

import re
from datetime import date, datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Field, Router, Schema

from apps.core.refusals import Invalid, require
from apps.core.web import rest
from apps.hours.models import ClientStatement
from apps.hours.statements import exports

router = Router(tags=["hours"])

STATEMENTS = 100
"""The most closed months of one answer."""


class LineOut(Schema):
    """A billed, included or free part of an entry. Minutes and centavos are whole numbers; ``started_at`` is UTC.
    ``timeline_event`` and ``timeline_hash`` are the last event of the rollout before the closing."""

    client_statement: int
    month: str
    client_cnpj: str
    client_name: str
    rollout: str
    rollout_title: str
    statement: int
    entry: int
    position: int
    adjusts: int | None
    adjusts_statement: int | None
    started_at: str
    person: str
    activity: str
    nonconformity: str
    note: str
    class_: str = Field(serialization_alias="class", validation_alias="class")
    minutes: int
    charged_minutes: int
    hourly_rate: int
    amount: int
    why: str
    timeline_event: int | None
    timeline_hash: str


class StatementOut(Schema):
    """A client's closed month. ``amount`` in centavos of BRL; ``code`` is unique and has no gaps in its number."""

    code: str
    number: int
    month: str
    client_cnpj: str
    client_name: str
    closed_at: datetime
    currency: str = "BRL"
    included_minutes: int
    billable_minutes: int
    free_minutes: int
    charged_minutes: int
    amount: int
    lines: list[LineOut]


class StatementsOut(Schema):
    version: int
    statements: list[StatementOut]
    next: int | None


@router.get("/statements/", response=StatementsOut, by_alias=True, summary="Closed months of clients, with their lines")
@rest.words(
    gettext_lazy("Meses fechados dos clientes"),
    gettext_lazy("Para o faturamento da Presence. Até 100 por vez, do mais antigo ao mais novo."),
    after=gettext_lazy("Só os fechamentos depois deste número (o next da resposta anterior)."),
)
def list_statements(request: HttpRequest, month: str = "", client: str = "", after: int = 0):
    """``month`` as ``2026-03``, ``client`` as a CNPJ; all that are closed when left out. At most 100 at once, the oldest
    first; ``next`` is what ``after`` takes for those that follow, null at the end."""
    statements = _statements(request, month, client).order_by("number")
    if after:
        statements = statements.filter(number__gt=after)
    rows = list(statements[: STATEMENTS + 1])
    return {
        "version": exports.VERSION,
        "statements": [
            {
                "code": statement.code,
                "number": statement.number,
                "month": f"{statement.month:%Y-%m}",
                "client_cnpj": statement.content["client"]["cnpj"],
                "client_name": statement.content["client"]["legal_name"],
                "closed_at": statement.closed_at,
                **{f"{name}_minutes": statement.content["totals"][name] for name in ("included", "billable", "free")},
                "charged_minutes": statement.content["charged_minutes"],
                "amount": statement.content["totals"]["amount"],
                "lines": list(exports.rows(statement.content)),
            }
            for statement in rows[:STATEMENTS]
        ],
        "next": rows[STATEMENTS - 1].number if len(rows) > STATEMENTS else None,
    }


@router.get("/statements.csv", summary="The same lines as CSV")
@rest.words(
    gettext_lazy("As mesmas linhas em CSV"),
    gettext_lazy("Para o faturamento da Presence."),
)
def list_statements_csv(request: HttpRequest, month: str = "", client: str = ""):
    rows = [row for statement in _statements(request, month, client) for row in exports.rows(statement.content)]
    return exports.export("fechamentos", rows).download("csv")


def _statements(request: HttpRequest, month: str, client: str) -> QuerySet[ClientStatement]:
    require(request.user, "hours.export")
    statements = ClientStatement.objects.visible_to(request.user)
    if month:
        try:
            statements = statements.filter(month=date.fromisoformat(f"{month}-01"))
        except ValueError:
            raise Invalid(_("Escreva o mês como 2026-03."), field="month") from None
    if client:
        statements = statements.filter(client__cnpj=re.sub(r"[^0-9A-Za-z]", "", client).upper())
    return statements

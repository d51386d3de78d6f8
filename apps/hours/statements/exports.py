"""Closed statements as rows, one a line: every column for the ERP's billing (JSON, CSV), what a person needs for people
(XLSX, CSV); a workbook leaves out what no line has and says once what all lines share.

``VERSION`` changes when a column changes its meaning or goes; new ones are added at the end. docs/hours.md explains each.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from apps.core import papers
from apps.core.exports.tables import Column, Export, Kind
from apps.hours.classification import Activity, HourClass
from apps.hours.ledger import statements

VERSION = 1
COLUMNS = (
    Column("client_statement", "Fechamento do cliente", Kind.NUMBER, width=11, optional=True, shared=True),
    Column("month", "Mês", Kind.MONTH, width=8, shared=True),
    Column("client_cnpj", "CNPJ", Kind.CNPJ, width=19, shared=True),
    Column("client_name", "Cliente", width=22, wraps=True, shared=True),
    Column("rollout", "Projeto", width=9, shared=True),
    Column("rollout_title", "Título", width=16, wraps=True, shared=True),
    Column("statement", "Fechamento", Kind.NUMBER, width=11, shared=True),
    Column("entry", "Apontamento", Kind.NUMBER, width=12),
    Column("position", kind=Kind.NUMBER, for_importers=True),
    Column("adjusts", "Ajusta o apontamento", Kind.NUMBER, width=12, optional=True),
    Column("adjusts_statement", "Do fechamento", Kind.NUMBER, width=11, optional=True),
    Column("started_at", "Início", Kind.INSTANT),
    Column("person", "Pessoa", width=15, wraps=True),
    Column("activity", "Atividade", labels=dict(Activity.choices), width=15),
    Column("nonconformity", "Não conformidade", width=13, optional=True),
    Column("note", "O que foi feito", width=30, wraps=True),
    Column("class", "Classe", labels=dict(HourClass.choices), width=12, wraps=True),
    Column("minutes", "Tempo", Kind.MINUTES, width=8, total=True),
    Column("charged_minutes", "Tempo cobrado", Kind.MINUTES, width=8, total=True),
    Column("hourly_rate", "Valor da hora", Kind.CENTAVOS, width=12),
    Column("amount", "Valor", Kind.CENTAVOS, width=13, total=True),
    Column("why", "Por quê", width=30, wraps=True),
    Column("timeline_event", kind=Kind.NUMBER, for_importers=True),
    Column("timeline_hash", for_importers=True),
)


def export(name: str, lines: Iterable[dict[str, Any]], created_at: datetime | None = None) -> Export:
    """``lines`` (as ``rows`` gives them) as a table called ``name``: in Portuguese, since it is what is billed."""
    return Export(
        name, COLUMNS, list(lines), sheet="Linhas", title="Fechamento de horas", created_at=created_at, language="pt-br"
    )


def _why(line: dict[str, Any]) -> str:
    """In Portuguese, whoever asks, since it is what is billed."""
    with papers.on_paper():
        return statements.why(line)


def rows(content: dict[str, Any], client_statement: int | None = None) -> Iterator[dict[str, Any]]:
    """The lines of a rollout's or a client's content. Minutes and centavos are whole numbers, instants UTC."""
    if "rollouts" in content:
        for part in content["rollouts"]:
            yield from rows(part, content["number"])
        return
    client, rollout, head = content.get("client", {}), content.get("rollout", {}), content.get("timeline", {})
    for position, line in enumerate(content["lines"], start=1):
        billable = line["hour_class"] == HourClass.BILLABLE
        yield {
            "client_statement": client_statement,
            "month": content.get("month", "")[:7],
            "client_cnpj": client.get("cnpj", ""),
            "client_name": client.get("legal_name", ""),
            "rollout": rollout.get("code", ""),
            "rollout_title": rollout.get("title", ""),
            "statement": content.get("number"),
            "entry": line["entry"],
            "position": line.get("position", position),
            "adjusts": line.get("adjusts"),
            "adjusts_statement": line.get("adjusts_statement"),
            "started_at": line["started_at"],
            "person": line["person"],
            "activity": line["activity"],
            "nonconformity": line.get("nonconformity", ""),
            "note": line["note"],
            "class": line["hour_class"],
            "minutes": line["minutes"],
            "charged_minutes": line.get("charged_minutes", line["minutes"] if billable else 0),
            "hourly_rate": line.get("rate", 0),
            "amount": line["amount"],
            "why": _why(line),
            "timeline_event": head.get("sequence"),
            "timeline_hash": head.get("hash", ""),
        }

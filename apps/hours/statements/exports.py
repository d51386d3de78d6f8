"""Closed statements as rows, for the ERP's billing: one row a line, the same columns in JSON, CSV and XLSX.

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
    Column("client_statement", "Fechamento do cliente"),
    Column("month", "Mês"),
    Column("client_cnpj", "CNPJ"),
    Column("client_name", "Cliente"),
    Column("rollout", "Projeto"),
    Column("rollout_title", "Título"),
    Column("statement", "Fechamento"),
    Column("entry", "Apontamento"),
    Column("position", "Linha"),
    Column("adjusts", "Ajusta o apontamento"),
    Column("adjusts_statement", "Do fechamento"),
    Column("started_at", "Início", Kind.INSTANT),
    Column("person", "Pessoa"),
    Column("activity", "Atividade", labels=dict(Activity.choices)),
    Column("nonconformity", "Não conformidade"),
    Column("note", "O que foi feito", width=40),
    Column("class", "Classe", labels=dict(HourClass.choices)),
    Column("minutes", "Minutos", Kind.MINUTES),
    Column("charged_minutes", "Minutos cobrados", Kind.MINUTES),
    Column("hourly_rate", "Valor da hora", Kind.CENTAVOS),
    Column("amount", "Valor", Kind.CENTAVOS),
    Column("why", "Por quê", width=40),
    Column("timeline_event", "Registro até o evento"),
    Column("timeline_hash", "Hash do evento"),
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

"""Closed statements as rows, for the ERP's billing: one row a line, the same columns in JSON, CSV and XLSX.

``VERSION`` changes when a column changes its meaning or goes; new ones are added at the end. docs/hours.md explains each.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import xlsxwriter
from django.utils import translation

from apps.core import clock
from apps.core.exports.cells import harmless
from apps.hours.classification import Activity, Klass

VERSION = 1
COLUMNS = (
    "client_statement", "month", "client_cnpj", "client_name", "rollout", "rollout_title", "statement", "entry",
    "position", "adjusts", "adjusts_statement", "started_at", "person", "activity", "nonconformity", "note", "class",
    "minutes", "charged_minutes", "hourly_rate", "amount", "why", "timeline_event", "timeline_hash",
)  # fmt: skip
MONEY = ("hourly_rate", "amount")
DURATIONS = ("minutes", "charged_minutes")

HEADINGS = {
    "client_statement": "Fechamento do cliente", "month": "Mês", "client_cnpj": "CNPJ", "client_name": "Cliente",
    "rollout": "Projeto", "rollout_title": "Título", "statement": "Fechamento", "entry": "Apontamento",
    "position": "Linha", "adjusts": "Ajusta o apontamento", "adjusts_statement": "Do fechamento",
    "started_at": "Início", "person": "Pessoa", "activity": "Atividade", "nonconformity": "Não conformidade",
    "note": "O que foi feito", "class": "Classe", "minutes": "Minutos", "charged_minutes": "Minutos cobrados",
    "hourly_rate": "Valor da hora", "amount": "Valor", "why": "Por quê",
    "timeline_event": "Registro até o evento", "timeline_hash": "Hash do evento",
}  # fmt: skip


def rows(content: dict[str, Any], client_statement: int | None = None) -> Iterator[dict[str, Any]]:
    """The lines of a rollout's or a client's content. Minutes and centavos are whole numbers, instants UTC."""
    if "rollouts" in content:
        for part in content["rollouts"]:
            yield from rows(part, content["number"])
        return
    client, rollout, head = content.get("client", {}), content.get("rollout", {}), content.get("timeline", {})
    for position, line in enumerate(content["lines"], start=1):
        billable = line["klass"] == Klass.BILLABLE
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
            "class": line["klass"],
            "minutes": line["minutes"],
            "charged_minutes": line.get("charged_minutes", line["minutes"] if billable else 0),
            "hourly_rate": line.get("rate", 0),
            "amount": line["amount"],
            "why": line["why"],
            "timeline_event": head.get("sequence"),
            "timeline_hash": head.get("hash", ""),
        }


def to_csv(found: Iterable[dict[str, Any]]) -> bytes:
    """UTF-8 with BOM, semicolons, CRLF: what Excel in Brazil opens and importers take. Centavos stay whole numbers."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in found:
        writer.writerow(
            [value if isinstance(value := row[name], int) else harmless(value) for name in COLUMNS]
        )  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def to_xlsx(found: Iterable[dict[str, Any]], created: datetime) -> bytes:
    """One sheet; durations in minutes, money in reais, dates as dates; text is text. The same rows give the same bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": created.replace(tzinfo=None), "title": "Fechamento de horas"})
    sheet = book.add_worksheet("Linhas")
    head = book.add_format({"bold": True, "bottom": 1})
    formats = {
        **dict.fromkeys(DURATIONS, book.add_format({"num_format": '0 "min"'})),
        **dict.fromkeys(MONEY, book.add_format({"num_format": '"R$" #,##0.00'})),
    }
    moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    with translation.override("pt-br"):
        labels = {
            "activity": {value: str(label) for value, label in Activity.choices},
            "class": {value: str(label) for value, label in Klass.choices},
        }
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, HEADINGS[name], head)
        sheet.set_column(column, column, 40 if name in ("note", "why") else 16)
    sheet.freeze_panes(1, 0)
    number = 0
    for number, row in enumerate(found, start=1):
        for column, name in enumerate(COLUMNS):
            value = row[name]
            if name in DURATIONS:
                sheet.write_number(number, column, value, formats[name])
            elif name in MONEY:
                sheet.write_number(number, column, value / 100, formats[name])
            elif name == "started_at":
                sheet.write_datetime(number, column, _local(value), moment)
            elif isinstance(value, int):
                sheet.write_number(number, column, value)
            elif value not in (None, ""):
                sheet.write_string(number, column, labels.get(name, {}).get(value, value))
    sheet.autofilter(0, 0, max(number, 1), len(COLUMNS) - 1)
    book.close()
    return out.getvalue()


def _local(text: str) -> datetime:
    return clock.local(datetime.fromisoformat(text), clock.installation_zone()).replace(tzinfo=None)

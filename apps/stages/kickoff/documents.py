"""The worksheet outside the application: minutes in PDF, a spreadsheet, JSON. All are made from ``queries.worksheet``."""

import io
import json
from typing import Any

import xlsxwriter
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from weasyprint import Attachment

from apps.core.process import PartyRole
from apps.stages.kickoff.models import Minutes
from apps.stages.kickoff.sheets import SHEETS, Direction, Master


def minutes_html(minutes: Minutes) -> str:
    """The minutes as HTML: Portuguese, whatever the reader's language, since it is what the parties agreed on."""
    with translation.override("pt-br"):
        return render_to_string("kickoff/minutes_pdf.html", {"minutes": minutes, "sheet": worded(minutes.snapshot)})


def minutes_body(minutes: Minutes) -> str:
    """What the minutes say, for a page of the application: the very part that the PDF prints."""
    with translation.override("pt-br"):
        return render_to_string("kickoff/minutes_body.html", {"minutes": minutes, "sheet": worded(minutes.snapshot)})


def attached(minutes: Minutes) -> Attachment:
    return Attachment(
        string=as_json(minutes.snapshot),
        name=f"{minutes}.json",
        description="Ficha de integração",
        created=minutes.published_at,
        modified=minutes.published_at,
        relationship="Source",
    )


def as_json(snapshot: dict[str, Any]) -> bytes:
    return json.dumps(snapshot, ensure_ascii=False, indent=1).encode()


def worded(snapshot: dict[str, Any]) -> dict[str, Any]:
    """``snapshot`` with labels in the reader's language in place of keys, for people to read."""
    words: dict[str, dict[str, str]] = {
        "direction": {key: str(label) for key, label in Direction.choices},
        "master": {key: str(label) for key, label in Master.choices},
    }
    parties = {key: str(label) for key, label in PartyRole.choices}
    words |= {"party": parties, "role": parties, "owner": parties, "question_owner": parties}

    def in_words(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: in_words(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [in_words(inner) for inner in value]
        if isinstance(value, bool):
            return _("sim") if value else ""
        return words.get(name, {}).get(value, value)

    return in_words(snapshot)


def as_xlsx(snapshot: dict[str, Any]) -> bytes:
    """A workbook with a sheet for each part. What people typed is written as text, never as a formula or a link."""
    sheets = worded(snapshot)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    text = book.add_format({"text_wrap": True, "valign": "top"})

    def page(title: str, columns: list[tuple[str, str]], rows: list[dict[str, Any]]) -> None:
        sheet = book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        for place, (_name, label) in enumerate(columns):
            sheet.write_string(0, place, label, head)
            sheet.set_column(place, place, 28)
        for line, row in enumerate(rows, start=1):
            for place, (name, _label) in enumerate(columns):
                sheet.write_string(line, place, str(row.get(name) or ""), text)

    facts = [
        (_("Projeto"), f"{sheets['rollout']['code']} · {sheets['rollout']['title']}"),
        (_("Plataforma"), sheets["rollout"]["platform"]),
        (_("Reunião inaugural"), sheets["meeting"]["held_at"] or ""),
        (_("Modelo de integração"), sheets["model"]["title"]),
        (_("Frequência, volume e observações"), sheets["model"]["note"]),
        *((party["role"], f"{party['legal_name']} ({party['cnpj']})") for party in sheets["parties"]),
    ]
    page(
        _("Resumo"),
        [("name", _("Item")), ("value", _("Valor"))],
        [{"name": name, "value": value} for name, value in facts],
    )
    fields = [
        {"method": method["code"], "label": field["label"], **field}
        for method in sheets["methods"]
        for field in method["fields"]
    ]
    columns = [("method", _("Método")), ("label", _("Descrição")), *_columns("fields")]
    page(str(SHEETS["fields"].title), columns, fields)
    for key in ("statuses", "payments", "carriers", "decisions", "actions"):
        page(str(SHEETS[key].title), _columns(key), sheets[key])
    page(
        _("Dúvidas em aberto"),
        [
            ("method", _("Método")),
            ("presence_field", _("Campo")),
            ("question", _("Dúvida")),
            ("owner", _("Quem responde")),
        ],
        sheets["open_questions"],
    )
    book.close()
    return out.getvalue()


def _columns(key: str) -> list[tuple[str, str]]:
    return [(column.name, str(column.label)) for column in SHEETS[key].columns]

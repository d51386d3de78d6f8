"""The worksheet outside the application: minutes in PDF, a spreadsheet, JSON. All are made from ``queries.worksheet``."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from apps.core import clock, papers
from apps.core.exports.downloads import as_json
from apps.core.exports.tables import Column, Export, Kind, workbook
from apps.core.papers.legible import legible
from apps.core.papers.pdf import Attachment
from apps.core.process import PartyRole
from apps.stages.kickoff.models import Amendment, CellChange, Minutes
from apps.stages.kickoff.sheets import DATA, FIELDS, SHEETS, in_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

KINDS = {"date": Kind.DAY}
"""How a column of the worksheet stands in a table, by its kind; text where it is not here."""


def minutes_html(minutes: Minutes) -> str:
    """The minutes as HTML: Portuguese, whatever the reader's language, since it is what the parties agreed on."""
    with papers.on_paper():
        context = {"minutes": minutes, "sheet": worded(minutes.snapshot), "created": minutes.published_at}
        return render_to_string("kickoff/minutes_pdf.html", context)


def minutes_body(minutes: Minutes) -> str:
    """What the minutes say, for a page of the application: the very part that the PDF prints."""
    with papers.on_paper():
        context = {"minutes": minutes, "sheet": worded(minutes.snapshot)}
        return mark_safe(legible(render_to_string("kickoff/minutes_body.html", context)))  # noqa: S308 - escaped by the template


def worksheet_html(snapshot: dict[str, Any], created: datetime) -> str:
    """What a ``queries.worksheet`` says as HTML, for a paper made at ``created``: in Portuguese. The notes of the kickoff's
    agenda belong to the minutes and are left out."""
    with papers.on_paper():
        context = {"sheet": worded(snapshot) | {"agenda": []}, "created": created}
        return render_to_string("kickoff/worksheet_pdf.html", context)


def attached(minutes: Minutes) -> Attachment:
    return Attachment(
        name=f"{minutes}.json",
        content=as_json(minutes.snapshot),
        dated=minutes.published_at,
        description="Ficha de integração",
    )


def worded(snapshot: dict[str, Any]) -> dict[str, Any]:
    """``snapshot`` with labels in the reader's language in place of keys, for people to read."""
    content = in_words(snapshot)
    for sheet in SHEETS.values():
        for column in sheet.columns:
            if column.kind == "date":
                for row in content.get(sheet.key, []):
                    row[column.name] = sheet.worded(column.name, row[column.name])
    return content | {"amendments": _worded_amendments(snapshot)}


def _worded_amendments(snapshot: dict[str, Any]) -> list[dict[str, Any]]:
    # A snapshot that was taken before the worksheet had amendments has none.
    return [_worded_amendment(amendment) for amendment in snapshot.get("amendments", [])]


def _worded_amendment(amendment: dict[str, Any]) -> dict[str, Any]:
    """``amendment`` with its sheet, column and values as a reader sees them."""
    sheet, column = SHEETS[amendment["sheet"]], amendment["column"] or CellChange.REMOVED
    return amendment | {
        "sheet": str(sheet.title),
        "column": str(sheet.label_of(column)) or _("linha retirada"),
        "agreed": str(sheet.worded(column, amendment["agreed"])),
        "proposed": str(sheet.worded(column, amendment["proposed"])),
        "state": str(Amendment.State(amendment["state"]).label),
        "proposed_by": str(PartyRole(amendment["proposed_by"]).label),
        "concerns": str(PartyRole(amendment["concerns"]).label),
    }


def as_xlsx(snapshot: dict[str, Any]) -> bytes:
    """A workbook with a sheet for each part. What people typed is written as text, never as a formula or a link."""
    content = in_words(snapshot)
    held_at = content["meeting"]["held_at"]
    facts = [
        (_("Projeto"), _project(content)),
        (_("Plataforma"), content["rollout"]["platform"]),
        (_("Reunião inaugural"), clock.installation_time(datetime.fromisoformat(held_at)) if held_at else ""),
        (_("Modelo de integração"), content["model"]["title"]),
        (_("Frequência, volume e observações"), content["model"]["note"]),
        *((party["role"], f"{party['legal_name']} ({party['cnpj']})") for party in content["parties"]),
    ]
    fields = [
        {"method": method["code"], "label": field["label"], **field}
        for method in content["methods"]
        for field in method["fields"]
    ]
    data = [{"title": topic["title"], **field} for topic in content["data"] for field in topic["fields"]]
    questions = [
        Column("method", _("Método"), width=28, wraps=True),
        Column("presence_field", _("Campo"), width=28, wraps=True),
        Column("question", _("Dúvida"), width=48, wraps=True),
        Column("owner", _("Quem responde"), width=20),
    ]
    facts_columns = [Column("name", _("Item"), width=36), Column("value", _("Valor"), width=80, wraps=True)]
    return workbook(
        [
            _sheet(_("Resumo"), facts_columns, [{"name": name, "value": value} for name, value in facts]),
            _sheet(
                SHEETS["fields"].title,
                [
                    Column("method", _("Método"), width=24),
                    Column("label", _("Descrição"), width=28, wraps=True),
                    *_columns("fields"),
                ],
                fields,
            ),
            _sheet(DATA.title, [Column("title", _("Assunto"), width=24, wraps=True), *_columns("data")], data),
            *(
                _sheet(SHEETS[key].title, _columns(key), content[key])
                for key in ("statuses", "payments", "carriers", "decisions", "actions")
            ),
            _sheet(_("Aditivos"), _amendment_columns(), _worded_amendments(snapshot)),
            _sheet(_("Dúvidas em aberto"), questions, content["open_questions"]),
        ],
        title=_project(content),
    )


def export(name: str, snapshot: dict[str, Any]) -> Export:
    """One line for each cell that says something, and for each amendment: what is agreed beside what was proposed."""
    content = worded(snapshot)
    lines: list[dict[str, Any]] = []
    groups = [(SHEETS["fields"], method["code"], method["fields"]) for method in content["methods"]]
    groups += [(DATA, topic["title"], topic["fields"]) for topic in content["data"]]
    groups += [(sheet, "", content[key]) for key, sheet in SHEETS.items() if sheet not in (FIELDS, DATA)]
    for sheet, group, rows in groups:
        for row in rows:
            named, *others = sheet.columns
            lines += [
                {
                    "sheet": str(sheet.title),
                    "method": group,
                    "row": row[named.name],
                    "column": str(column.label),
                    "agreed": row[column.name],
                }
                for column in others
                if row[column.name]
            ]
    columns = _amendment_columns()
    return Export(
        name,
        columns,
        [{column.name: line.get(column.name, "") for column in columns} for line in [*lines, *content["amendments"]]],
    )


def _project(content: dict[str, Any]) -> str:
    return f"{content['rollout']['code']} · {content['rollout']['title']}"


def _amendment_columns() -> list[Column]:
    return [
        Column("sheet", _("Parte"), width=14, wraps=True),
        Column("method", _("Método"), width=14, wraps=True),
        Column("row", _("Linha"), width=18, wraps=True),
        Column("column", _("Coluna"), width=14, wraps=True),
        Column("agreed", _("Combinado"), width=20, wraps=True),
        Column("proposed", _("Proposto"), width=20, wraps=True),
        Column("number", _("Aditivo"), Kind.NUMBER, width=8),
        Column("state", _("Situação"), width=12),
        Column("proposed_by", _("Quem propôs"), width=12),
        Column("proposed_at", _("Proposto em"), Kind.INSTANT),
        Column("reason", _("Motivo"), width=20, wraps=True),
        Column("concerns", _("Quem responde"), width=12),
        Column("decided_at", _("Respondido em"), Kind.INSTANT),
        Column("decision_note", _("Resposta"), width=20, wraps=True),
    ]


def _sheet(title: "StrOrPromise", columns: list[Column], rows: list[dict[str, Any]]) -> Export:
    return Export(
        str(title), columns, [{column.name: row.get(column.name) or "" for column in columns} for row in rows]
    )


def _columns(key: str) -> list[Column]:
    return [
        Column(column.name, column.label, KINDS.get(column.kind, Kind.TEXT), width=28, wraps=True)
        for column in SHEETS[key].columns
    ]

"""The worksheet outside the application: minutes in PDF, a spreadsheet, JSON. All are made from ``queries.worksheet``."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from apps.core import papers
from apps.core.exports.downloads import as_json
from apps.core.exports.tables import Column, Export, workbook
from apps.core.pdf import Attachment
from apps.core.process import PartyRole
from apps.stages.kickoff.models import Amendment, CellChange, Minutes
from apps.stages.kickoff.sheets import DATA, FIELDS, SHEETS, in_words


def minutes_html(minutes: Minutes) -> str:
    """The minutes as HTML: Portuguese, whatever the reader's language, since it is what the parties agreed on."""
    with papers.on_paper():
        return render_to_string("kickoff/minutes_pdf.html", {"minutes": minutes, "sheet": worded(minutes.snapshot)})


def minutes_body(minutes: Minutes) -> str:
    """What the minutes say, for a page of the application: the very part that the PDF prints."""
    with papers.on_paper():
        return render_to_string("kickoff/minutes_body.html", {"minutes": minutes, "sheet": worded(minutes.snapshot)})


def attached(minutes: Minutes) -> Attachment:
    return Attachment(
        name=f"{minutes}.json",
        content=as_json(minutes.snapshot),
        dated=minutes.published_at,
        description="Ficha de integração",
    )


def worded(snapshot: dict[str, Any]) -> dict[str, Any]:
    """``snapshot`` with labels in the reader's language in place of keys, for people to read."""
    # A snapshot that was taken before the worksheet had amendments has none.
    amendments = [_worded_amendment(row) for row in snapshot.get("amendments", [])]
    return {**in_words(snapshot), "amendments": amendments}


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
    content = worded(snapshot)
    facts = [
        (_("Projeto"), f"{content['rollout']['code']} · {content['rollout']['title']}"),
        (_("Plataforma"), content["rollout"]["platform"]),
        (_("Reunião inaugural"), content["meeting"]["held_at"] or ""),
        (_("Modelo de integração"), content["model"]["title"]),
        (_("Frequência, volume e observações"), content["model"]["note"]),
        *((party["role"], f"{party['legal_name']} ({party['cnpj']})") for party in content["parties"]),
    ]
    fields = [
        {"method": method["code"], "label": field["label"], **field}
        for method in content["methods"]
        for field in method["fields"]
    ]
    questions = [
        ("method", _("Método")),
        ("presence_field", _("Campo")),
        ("question", _("Dúvida")),
        ("owner", _("Quem responde")),
    ]
    return workbook(
        [
            _sheet(
                _("Resumo"),
                [("name", _("Item")), ("value", _("Valor"))],
                [{"name": name, "value": value} for name, value in facts],
            ),
            _sheet(
                str(SHEETS["fields"].title),
                [("method", _("Método")), ("label", _("Descrição")), *_columns("fields")],
                fields,
            ),
            _sheet(
                str(DATA.title),
                [("title", _("Assunto")), *_columns("data")],
                [{"title": topic["title"], **field} for topic in content["data"] for field in topic["fields"]],
            ),
            *(
                _sheet(str(SHEETS[key].title), _columns(key), content[key])
                for key in ("statuses", "payments", "carriers", "decisions", "actions")
            ),
            _sheet(_("Aditivos"), _amendment_columns(), content["amendments"]),
            _sheet(_("Dúvidas em aberto"), questions, content["open_questions"]),
        ]
    )


def as_csv(snapshot: dict[str, Any]) -> bytes:
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
    columns = [Column(name, label) for name, label in _amendment_columns()]
    rows = [{column.name: line.get(column.name, "") for column in columns} for line in [*lines, *content["amendments"]]]
    return Export("ficha", columns, rows, for_people=True).as_csv()


def _amendment_columns() -> list[tuple[str, str]]:
    return [
        ("sheet", _("Parte")),
        ("method", _("Método")),
        ("row", _("Linha")),
        ("column", _("Coluna")),
        ("agreed", _("Combinado")),
        ("proposed", _("Proposto")),
        ("number", _("Aditivo")),
        ("state", _("Situação")),
        ("proposed_by", _("Quem propôs")),
        ("proposed_at", _("Proposto em")),
        ("reason", _("Motivo")),
        ("concerns", _("Quem responde")),
        ("decided_at", _("Respondido em")),
        ("decision_note", _("Resposta")),
    ]


def _sheet(title: str, columns: list[tuple[str, str]], rows: list[dict[str, Any]]) -> Export:
    return Export(
        title,
        [Column(name, label, width=28, wraps=True) for name, label in columns],
        [{name: str(row.get(name) or "") for name, _label in columns} for row in rows],
    )


def _columns(key: str) -> list[tuple[str, str]]:
    return [(column.name, str(column.label)) for column in SHEETS[key].columns]

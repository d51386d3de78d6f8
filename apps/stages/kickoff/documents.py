"""The worksheet outside the application: minutes in PDF, a spreadsheet, JSON. All are made from ``queries.worksheet``."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from apps.core.exports.downloads import as_json
from apps.core.exports.tables import Column, Export, workbook
from apps.core.pdf import Attachment
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
        name=f"{minutes}.json",
        content=as_json(minutes.snapshot),
        dated=minutes.published_at,
        description="Ficha de integração",
    )


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
            *(
                _sheet(str(SHEETS[key].title), _columns(key), content[key])
                for key in ("statuses", "payments", "carriers", "decisions", "actions")
            ),
            _sheet(_("Dúvidas em aberto"), questions, content["open_questions"]),
        ]
    )


def _sheet(title: str, columns: list[tuple[str, str]], rows: list[dict[str, Any]]) -> Export:
    return Export(
        title,
        [Column(name, label, width=28, wraps=True) for name, label in columns],
        [{name: str(row.get(name) or "") for name, _label in columns} for row in rows],
    )


def _columns(key: str) -> list[tuple[str, str]]:
    return [(column.name, str(column.label)) for column in SHEETS[key].columns]

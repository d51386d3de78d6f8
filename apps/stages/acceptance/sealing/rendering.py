"""From a term's record to its PDF, and from its signatures to the page that is put behind it.

Nothing but what is handed over goes in: no clock, no reader's language or time zone, so the same record gives the same bytes.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import segno
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from apps.core import clock, moments, papers
from apps.core.papers import pdf as core_pdf
from apps.core.papers.legible import legible, tied
from apps.core.process import PartyRole
from apps.hours.classification import Activity
from apps.stages.acceptance.models import AcceptanceTerm, Signatory
from apps.stages.acceptance.sealing import document

BODIES = {1: "acceptance/term_body_1.html", document.LAYOUT: "acceptance/term_body.html"}
"""The text of a term, by the layout that its envelope names: what was drafted in one is shown in it for ever."""
DAYS = {"held_on", "date", "opened_on", "closed_on", "deadline"}
"""Where the record has a day."""


def body(envelope: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    """The text of a term as HTML, for the page and the PDF alike: in Portuguese, whatever the reader's language, since it
    is the contract's text. Without an envelope it is a preview, which nobody signs."""
    layout = envelope.get("layout", 1) if envelope else document.LAYOUT
    with papers.on_paper():
        return tied(legible(render_to_string(BODIES[layout], _context(envelope, record, layout))))


def html(term: AcceptanceTerm) -> str:
    """The whole document of ``term``, for the PDF."""
    context = {**_on_each_page(term), "body": body(term.envelope, term.record)}
    with papers.on_paper():
        return render_to_string("acceptance/term_pdf.html", context)


def pdf(term: AcceptanceTerm) -> bytes:
    """The PDF of ``term``, the record attached as JSON. Rendered again it is the same, byte by byte."""
    content = json.dumps(document.attached(term), ensure_ascii=False, sort_keys=True, indent=1).encode()
    record = core_pdf.Attachment(
        name=document.ATTACHED,
        content=content,
        dated=datetime.fromisoformat(term.envelope["drafted_at"]),
        description="Registro do termo, legível por máquina",
    )
    return core_pdf.render(html(term), [record])


def evidence_pdf(term: AcceptanceTerm, log: Mapping[str, Any]) -> bytes:
    """The pages that are put behind the signed document: who signed, when, from where and how, read from the signing log."""
    with papers.on_paper():
        roles = _roles()
        entries = [
            {
                **entry,
                "role": roles.get(entry.get("role", ""), ""),
                "designated_as": roles.get(entry.get("designated_as", ""), ""),
                "method": _method(entry),
                "at": _official(entry["at"]),
                "said_at": _official(entry["certificate"]["signed_at"]) if "certificate" in entry else "",
            }
            for entry in log["entries"]
        ]
        context = {**_on_each_page(term), "log": log, "entries": entries}
        return core_pdf.render(render_to_string("acceptance/evidence_pdf.html", context))


def _context(envelope: Mapping[str, Any], record: Mapping[str, Any], layout: int) -> dict[str, Any]:
    roles, record = _roles(), _with_days(record)
    parties = [{**party, "label": roles[party["role"]]} for party in record["parties"]]
    signing = {row["role"] for row in envelope.get("signatories", [])}
    return {
        "envelope": envelope,
        "drafted_at": (_utc if layout == 1 else _official)(envelope["drafted_at"]) if envelope else "",
        "record": record,
        "parties": parties,
        "silent_parties": [party for party in parties if party["role"] not in signing],
        "people": [{**person, "label": roles[person["party"]]} for person in record["people"]],
        "activities": [{**row, "label": str(Activity(row["activity"]).label)} for row in record["hours"]["activities"]],
        "open_requests": [
            {**row, "label": str(Activity(row["activity"]).label)}
            for row in record["hours"].get("agreement", {}).get("requests", [])
        ],
        "reservations": [{**row, "owner": roles[row["owner"]]} for row in record["homologation"]["reservations"]],
        "signatories": [{**row, "label": roles[row["role"]]} for row in envelope.get("signatories", [])],
    }


def _with_days(value: Any) -> Any:
    """``value`` with its days as they are written in Brazil; the record itself keeps them as ISO 8601."""
    if isinstance(value, Mapping):
        return {
            key: moments.show_iso_day(part) if key in DAYS and part else _with_days(part) for key, part in value.items()
        }
    return [_with_days(part) for part in value] if isinstance(value, list) else value


def _roles() -> dict[str, str]:
    return {value: str(label) for value, label in PartyRole.choices}


def _method(entry: Mapping[str, Any]) -> str:
    return str(Signatory.Method(entry["method"]).label) if entry.get("method") else ""


def _utc(instant: str) -> str:
    return f"{datetime.fromisoformat(instant):%d/%m/%Y %H:%M:%S} UTC"


def _official(instant: str) -> str:
    return clock.official_time(datetime.fromisoformat(instant), seconds=True)


def _on_each_page(term: AcceptanceTerm) -> dict[str, str]:
    """The term's name, and the code to scan or to type with the address that takes it."""
    verification = term.envelope["verification"]
    picture = segno.make(verification["url"], error="m", micro=False).svg_inline(border=0, omitsize=True)
    return {
        "term": term.envelope["term"],
        "code": verification["code"],
        "address": verification["url"],
        "mark": mark_safe(picture),  # noqa: S308 - shapes that segno drew; nothing that a person typed is in them
    }

"""From a term's record to PDF/A-3u, by WeasyPrint, with neither network nor file system within its reach."""

import json

from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import HTML, Attachment

from apps.hours.classification import Activity
from apps.rollouts.stages import PartyRole
from apps.stages.acceptance.models import AcceptanceTerm


class NothingToFetch(ValueError):
    """A document asked for something outside itself."""


def refuse_everything(url: str, *args: object, **kwargs: object):
    raise NothingToFetch(url)


def html(term: AcceptanceTerm) -> str:
    """The document as HTML: Portuguese, whatever the reader's language, since it is the contract's text."""
    with translation.override("pt-br"):
        record = term.record
        roles = {value: str(label) for value, label in PartyRole.choices}
        context = {
            "term": term,
            "record": record,
            "roles": roles,
            "parties": [{**party, "label": roles[party["role"]]} for party in record["parties"]],
            "activities": [
                {**row, "label": str(Activity(row["activity"]).label)} for row in record["hours"]["activities"]
            ],
            "reservations": [{**row, "owner": roles[row["owner"]]} for row in record["homologation"]["reservations"]],
            "signatories": term.signatories.all(),
        }
        return render_to_string("acceptance/term_pdf.html", context)


def pdf(term: AcceptanceTerm) -> bytes:
    """The PDF of ``term``, its record attached as JSON."""
    attached = json.dumps(term.record, ensure_ascii=False, sort_keys=True, indent=1).encode()
    document = HTML(string=html(term), url_fetcher=refuse_everything)
    return document.write_pdf(
        pdf_variant="pdf/a-3u",
        attachments=[
            Attachment(string=attached, name=f"{term}.json", description="Registro do termo", relationship="Source")
        ],
    )

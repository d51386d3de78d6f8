"""From a term's record to its PDF."""

import json

from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import Attachment

from apps.core import pdf as core_pdf
from apps.hours.classification import Activity
from apps.rollouts.stages import PartyRole
from apps.stages.acceptance.models import AcceptanceTerm


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
    record = Attachment(string=attached, name=f"{term}.json", description="Registro do termo", relationship="Source")
    return core_pdf.render(html(term), [record])

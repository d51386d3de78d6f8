"""What a term's PDF says, as data: the envelope that is fixed when it is drafted, around the record."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from apps.companies.models import Company, Person
from apps.core import canonical
from apps.rollouts import timeline
from apps.stages.acceptance.models import AcceptanceTerm, Signatory
from apps.stages.acceptance.sealing import schemas

FORMAT, VERSION = "presence-rollout/acceptance-term", 1
LAYOUT = 2
"""How the text of a term that is drafted now is set: what was drafted before says nothing of it, and is set as it was."""
ATTACHED = "termo.json"
"""The name under which ``attached`` lies in the PDF."""


def envelope(term: AcceptanceTerm, signatories: list[dict[str, Any]]) -> dict[str, Any]:
    """What stands around the record of ``term``: fixed when it is drafted, so that it is the
    same whenever the term is rendered."""
    return {
        "$schema": schemas.address(schemas.TERM),
        "format": FORMAT,
        "version": VERSION,
        "layout": LAYOUT,
        "term": str(term),
        "drafted_at": canonical.instant(term.drafted_at),
        "verification": {"code": term.code, "url": verification_url(term.code)},
        "signatories": signatories,
        "timeline": timeline.head(term.rollout),
    }


def signatory_rows(signing: Sequence[Signatory], companies: Mapping[str, Company]) -> list[dict[str, Any]]:
    """Those who are to sign, as the envelope names them: for which party and company, in which position there, in which
    order. ``companies`` are the rollout's by role."""
    positions = dict(
        Person.objects.filter(
            user__in=[row.user_id for row in signing], company__in=[companies[row.role].pk for row in signing]
        ).values_list("user_id", "position")
    )
    return [
        {
            "role": row.role,
            "name": row.name,
            "position": positions.get(row.user_id, ""),
            "company": companies[row.role].legal_name,
            "step": row.step,
        }
        for row in signing
    ]


def attached(term: AcceptanceTerm) -> dict[str, Any]:
    """The machine-readable term, as ``static/schemas/acceptance-term-1.json`` describes it."""
    return {**term.envelope, "record": term.record, "record_sha256": term.record_sha256}


def verification_url(code: str) -> str:
    return settings.SITE_URL + reverse("acceptance:verify", args=[code])

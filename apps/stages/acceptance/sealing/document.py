"""What a term's PDF says, as data: the envelope that is fixed when it is drafted, around the record."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from apps.core import canonical
from apps.rollouts import timeline
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.acceptance.sealing import schemas

FORMAT, VERSION = "presence-rollout/acceptance-term", 1
ATTACHED = "termo.json"
"""The name under which ``attached`` lies in the PDF."""


def envelope(term: AcceptanceTerm, signatories: list[dict[str, Any]]) -> dict[str, Any]:
    """What stands around the record of ``term``: fixed when it is drafted, so that it is the
    same whenever the term is rendered."""
    return {
        "$schema": schemas.address(schemas.TERM),
        "format": FORMAT,
        "version": VERSION,
        "term": str(term),
        "drafted_at": canonical.instant(term.drafted_at),
        "verification": {"code": term.code, "url": verification_url(term.code)},
        "signatories": signatories,
        "timeline": timeline.head(term.rollout),
    }


def attached(term: AcceptanceTerm) -> dict[str, Any]:
    """The machine-readable term, as ``static/schemas/acceptance-term-1.json`` describes it."""
    return {**term.envelope, "record": term.record, "record_sha256": term.record_sha256}


def verification_url(code: str) -> str:
    return settings.SITE_URL + reverse("acceptance:verify", args=[code])

"""What a delivered document is: an API documentation with its coverage, or something that opens and says something."""

from typing import Any

from django.conf import settings

from apps.core.network import outbound
from apps.core.untrusted import archives, confined
from apps.prerequisites.evidence import api_docs
from apps.prerequisites.evidence.links import leads_to_sign_in, open_link

READER = "apps.prerequisites.evidence.document_reader"
LIMITS = confined.Limits(memory=1536 * 1024 * 1024, cpu_seconds=15, seconds=60)


def of_link(url: str) -> dict[str, Any]:
    """The evidence of a link: ``found`` is one of ``of_content``'s, ``sign_in``, ``shell`` (a page without words of its
    own) or ``unreachable`` (with ``why`` or ``status``)."""
    try:
        answer = open_link(url, max_bytes=api_docs.MAX_BYTES)
    except outbound.Unreachable as error:
        return {"found": "unreachable", "why": error.why}
    if leads_to_sign_in(answer):
        return {"found": "sign_in"}
    if answer.status >= 400:
        return {"found": "unreachable", "status": answer.status}
    return of_content(answer.body, linked=True)


def of_content(content: bytes, *, linked: bool = False) -> dict[str, Any]:
    """``found``: ``coverage`` (with what it covers), ``document``, ``empty``, ``locked`` (by a password), ``pictures`` (no
    text can be taken out), ``broken``, or ``heavy`` (reading it takes more than is given). Read in a process of its own."""
    most = archives.most_unpacked(settings.MAX_UPLOAD_BYTES)
    try:
        return confined.read(READER, content, limits=LIMITS, most=most, linked=linked)
    except confined.TooMuch as error:
        return {"found": "heavy", "why": error.reason}
    except confined.ReadingFailed:
        return {"found": "broken"}


def joined(findings: list[dict[str, Any]]) -> dict[str, Any]:
    """One delivery of several files: their coverage together, else the best that was found."""
    coverages = [finding for finding in findings if finding["found"] == "coverage"]
    if coverages:
        return coverages[0] if len(coverages) == 1 else {"found": "coverage", **api_docs.joined(coverages)}
    order = ("document", "pictures", "heavy", "locked", "broken", "empty")
    return min(findings, key=lambda finding: order.index(finding["found"]) if finding["found"] in order else len(order))

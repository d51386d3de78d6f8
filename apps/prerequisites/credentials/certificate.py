"""The certificate of a purge as a document: drawn from the event that certifies it, under Presence's seal. The code on it is
the beginning of the event's hash, by which anybody may ask for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from apps.core import codes, papers, pdf
from apps.core.exports.downloads import as_json
from apps.core.localized import Localized
from apps.prerequisites import events
from apps.prerequisites.models import PurgeCertificate
from apps.rollouts.models import Event
from apps.seals import certificates, pades

CODE_LENGTH = 12
PATH = "/verificar/"
"""Where anybody may ask for a code. The page belongs to an app above."""


@dataclass(frozen=True)
class Certificate:
    """What the event of a purge certifies."""

    event: Event

    def __str__(self) -> str:
        return f"{self.event.rollout.code}-expurgo-{self.event.sequence}"

    @property
    def names(self) -> PurgeCertificate:
        """How what it names was called then."""
        return self.event.purge_certificate

    @property
    def code(self) -> str:
        """``1A2B-3C4D-5E6F``."""
        return codes.written(self.event.hash[:CODE_LENGTH].upper())

    @property
    def address(self) -> str:
        return f"{settings.SITE_URL}{PATH}{self.code}/"

    @property
    def closed_at(self) -> datetime | None:
        closed = self.event.data.get("closed_at")
        return datetime.fromisoformat(closed) if closed else None

    @property
    def items(self) -> list[dict[str, Any]]:
        """The ``title`` of each credential with how many ``secrets`` it held."""
        return [{**row, "title": Localized.of(row["title"])} for row in self.event.data["items"]]


def of_event(event: Event) -> Certificate:
    return Certificate(event)


def by_code(code: str) -> Certificate | None:
    """The certificate of a code, however it was typed."""
    digits = codes.typed(code).lower()
    if len(digits) != CODE_LENGTH:
        return None
    purges = Event.objects.filter(kind=events.Purged.kind, hash__startswith=digits)
    event = purges.select_related("rollout", "actor", "purge_certificate").first()
    return of_event(event) if event else None


def document(certificate: Certificate) -> bytes:
    """The PDF/A-3u of ``certificate``, the event attached as JSON, sealed. Portuguese, whatever the reader's language.

    Raises ``certificates.NoCertificate`` when there is nothing to seal with.
    """
    event = certificate.event
    signer = certificates.signer()
    with papers.on_paper():
        mark = segno.make(certificate.address, error="m", micro=False).svg_inline(border=0, omitsize=True)
        context = {
            "certificate": certificate,
            "event": event,
            "created": event.at,
            "mark": mark_safe(mark),  # noqa: S308 - shapes that segno drew; nothing that a person typed is in them
        }
        html = render_to_string("prerequisites/certificate_pdf.html", context)
        record = pdf.Attachment(
            f"{certificate}.json", as_json({**event.hashed(), "hash": event.hash}), dated=event.at, description="Evento"
        )
        return pades.sealed(pdf.render(html, [record]), signer, "Credenciais expurgadas")

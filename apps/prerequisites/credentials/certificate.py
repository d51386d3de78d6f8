"""The certificate of a purge as a document: drawn from the event that certifies it, under Presence's seal. The code on it is
the beginning of the event's hash, by which anybody may ask for it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import segno
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from apps.companies.models import Company
from apps.core import codes, papers
from apps.core.exports.downloads import as_json
from apps.core.localized import Localized
from apps.core.papers import pdf
from apps.core.process import PartyRole
from apps.files import actions as files
from apps.prerequisites import events
from apps.prerequisites.credentials import purge
from apps.prerequisites.models import PurgeCertificate
from apps.rollouts import parties
from apps.rollouts.events import PartyReplaced
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
        return str(self.names)

    @cached_property
    def names(self) -> PurgeCertificate:
        """How what it names was called then; as it is called today, where that was not kept (``keep_names``)."""
        try:
            return self.event.purge_certificate
        except PurgeCertificate.DoesNotExist:
            return purge.names_of(self.event, _client_then(self.event))

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


def purges_without_names() -> list[int]:
    """The keys of the events of purges that an older version of the application recorded without their names."""
    without_names = Event.objects.filter(kind=events.Purged.kind, purge_certificate=None)
    return list(without_names.order_by("pk").values_list("pk", flat=True))


def keep_names(event_pk: int) -> None:
    """Keep the names of a purge, as they were then; twice keeps them once."""
    event = Event.objects.select_related("rollout__platform", "actor").get(pk=event_pk)
    PurgeCertificate.objects.bulk_create([purge.names_of(event, _client_then(event))], ignore_conflicts=True)


def waiting() -> list[int]:
    """The keys of the certificates whose document is to be drawn; none while there is nothing to seal with."""
    if not certificates.can_seal():
        return []
    return list(PurgeCertificate.objects.filter(pdf=None).order_by("pk").values_list("pk", flat=True))


def draw(certificate_pk: int) -> None:
    """Make the document of a certificate and keep it; once there is one, it stays. Safe to run twice, or at once.

    Raises ``certificates.NoCertificate`` when there is nothing to seal with.
    """
    drawn = PurgeCertificate.objects.select_related("event__rollout__platform", "event__actor").get(pk=certificate_pk)
    if drawn.pdf_id:
        return
    content = document(of_event(drawn.event))
    with transaction.atomic():
        row = PurgeCertificate.objects.select_for_update(no_key=True).get(pk=certificate_pk)
        # Of who was erased meanwhile the document names what is no longer kept: it is drawn again.
        if row.pdf_id is None and row.purged_by_name == drawn.purged_by_name:
            row.pdf = files.store_bytes(content, f"{drawn}.pdf")
            row.save(update_fields=["pdf"])


def _client_then(event: Event) -> Company:
    """The client of whose project the secrets were, when ``event`` certified that they were destroyed."""
    if event.data.get("closed_at") is None:
        # A company was leaving, which the next such event of the same transaction names.
        later = event.rollout.events.filter(kind=PartyReplaced.kind, sequence__gt=event.sequence)
        replaced = later.order_by("sequence").first()
        if replaced and PartyRole.CLIENT in replaced.data["roles"]:
            return Company.objects.get(pk=replaced.data["former"])
    return parties.company_at(event.rollout, PartyRole.CLIENT, event.at)


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

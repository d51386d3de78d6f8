"""Anchors: the heads of timelines, signed with Presence's seal, so that a chain cannot be cut or written anew unseen.

One sheet is signed for many rollouts: once a day for every chain that changed, and at once after what binds (the term's
seal, a closed month, a dossier). Signing is slow, so a worker does it and no rollout is locked meanwhile.
"""

import base64
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.core import canonical, clock
from apps.rollouts import timeline
from apps.rollouts.models import AnchorSheet, ChainAnchor, Event, Rollout
from apps.seals import certificates, signatures
from apps.seals.signatures import SealFindings
from apps.seals.trust import NOBODY, Trust

logger = logging.getLogger(__name__)

FORMAT, VERSION = "presence-rollout/anchor-sheet", 1
BATCH = 500
"""The most lines of one sheet; further chains go on the next one."""
TRIES = 5
OVERDUE = timedelta(hours=48)
"""The night's task anchors every event within a day; one that is older was missed."""


class NotAnchored(Exception):
    """A chain does not hold, so nobody signs it. The message names the first place."""


def waiting() -> QuerySet[Rollout]:
    """The rollouts with events beyond their last anchor, those first whose oldest such event has waited longest."""
    last = ChainAnchor.objects.filter(rollout=OuterRef("pk")).order_by("-sequence").values("sequence")[:1]
    marked = Rollout.objects.annotate(anchored_to=Coalesce(Subquery(last), 0))
    beyond = Event.objects.filter(rollout=OuterRef("pk"), sequence__gt=OuterRef("anchored_to"))
    oldest = Subquery(beyond.order_by("sequence").values("at")[:1])
    return marked.filter(Exists(beyond)).annotate(waits_since=oldest).order_by("waits_since", "pk")


def waiting_at_once() -> QuerySet[Rollout]:
    """Those of them that are to be anchored at once: something that binds is beyond their last anchor."""
    binding = Event.objects.filter(
        rollout=OuterRef("pk"), sequence__gt=OuterRef("anchored_to"), kind__in=timeline.anchored_kinds()
    )
    return waiting().filter(Exists(binding))


def sign_heads(heads: Sequence[tuple[int, int, str]]) -> list[AnchorSheet]:
    """Sign ``heads`` (``head_of``), ``BATCH`` on a sheet. Raises what ``sign_sheet`` raises."""
    sheets = [sign_sheet(list(heads[start : start + BATCH])) for start in range(0, len(heads), BATCH)]
    return [sheet for sheet in sheets if sheet]


def anchor_at(rollout: Rollout, sequence: int) -> ChainAnchor:
    """The anchor of the event ``sequence`` of ``rollout``; it is made where there is none.

    Raises ``NotAnchored`` when the chain does not hold, and what ``sign_sheet`` raises.
    """
    line = ChainAnchor.objects.select_related("sheet").filter(rollout=rollout, sequence=sequence)
    existing = line.first()
    if existing is None:
        sign_sheet([head_of(rollout, sequence)])
        existing = line.get()
    return existing


def sign_sheet(heads: list[tuple[int, int, str]]) -> AnchorSheet | None:
    """Sign one sheet for ``heads`` (rollout, sequence, hash); those that have a line already are left out, and without any
    left there is no sheet.

    Raises ``certificates.NoCertificate``, ``NoTimestamp`` when the authority gives no time, and ``IntegrityError``
    when other workers were quicker each time.
    """
    signer = certificates.signer()
    for attempt in range(1, TRIES + 1):
        anchored_places = set(
            ChainAnchor.objects.filter(rollout__in={head[0] for head in heads}).values_list("rollout", "sequence")
        )
        lines = [
            ChainAnchor(rollout_id=rollout, sequence=sequence, head=head)
            for rollout, sequence, head in heads
            if (rollout, sequence) not in anchored_places
        ]
        if not lines:
            return None
        before = AnchorSheet.objects.order_by("-number").first()
        content = _content(before, lines, signatures.description_of(signer))
        seal = signatures.sign(content, signer)
        try:
            with transaction.atomic():
                return _keep(content, seal, lines)
        except IntegrityError:  # Another worker's sheet has this number: this one goes behind it.
            if attempt == TRIES:
                raise
    return None


def proof_of(anchor: ChainAnchor) -> dict[str, Any]:
    """What proves ``anchor`` to somebody who has neither database nor network: its line, the sheet, and the sheet's seal
    (CMS, DER) in base64. The sealed bytes are the canonical JSON of the sheet."""
    seal = base64.b64encode(bytes(anchor.sheet.seal)).decode()
    return {"line": anchor.line(), "sheet": json.loads(anchor.sheet.content), "seal": seal}


def examine_proof(proof: Mapping[str, Any], trust: Trust = NOBODY) -> SealFindings:
    """Whether ``proof``, as ``proof_of`` gives it, holds in itself and whose seal it bears; whatever it is, this answers."""
    try:
        sheet = proof["sheet"]
        seal = base64.b64decode(proof["seal"], validate=True)
        findings = signatures.examine(canonical.dumps(sheet), seal, sheet["seal"], trust)
        if proof.keys() != {"line", "sheet", "seal"} or base64.b64encode(seal).decode() != proof["seal"]:
            findings.problems.append("the anchor is not written as anchors are")
        if (sheet["format"], sheet["version"]) != (FORMAT, VERSION):
            findings.problems.append("the sheet of anchors is of an unknown format")
        if digest(proof["line"]) not in sheet["lines"]:
            findings.problems.append("the anchor is not on its sheet")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return SealFindings(problems=[f"the anchor is not readable ({type(error).__name__})"])
    return findings


def digest(line: Mapping[str, object]) -> str:
    """What stands on a sheet for ``line``."""
    return canonical.sha256(dict(line))


@dataclass(frozen=True)
class Standing:
    """How far a rollout's timeline is anchored. ``since``: the first anchor; ``waits_since``: the oldest event without one,
    ``overdue`` when it should have one by now."""

    last: ChainAnchor | None
    since: datetime | None
    waits_since: datetime | None

    @property
    def overdue(self) -> bool:
        return self.waits_since is not None and self.waits_since < clock.now() - OVERDUE


def standing(rollout: Rollout) -> Standing:
    """Read from the anchors as they are noted; whether they hold is for ``verification`` to say."""
    anchors = ChainAnchor.objects.filter(rollout=rollout).select_related("sheet")
    last, first = anchors.order_by("-sequence").first(), anchors.order_by("sheet__number").first()
    beyond = rollout.events.filter(sequence__gt=last.sequence if last else 0).order_by("sequence").first()
    return Standing(last, first.sheet.at if first else None, beyond.at if beyond else None)


def overdue_count() -> int:
    """How many rollouts have events that should have been anchored by now."""
    old = Event.objects.filter(
        rollout=OuterRef("pk"), sequence__gt=OuterRef("anchored_to"), at__lt=clock.now() - OVERDUE
    )
    return waiting().filter(Exists(old)).count()


def head_of(rollout: Rollout, sequence: int | None = None) -> tuple[int, int, str]:
    """The head to sign, or the event ``sequence``, of a chain that holds and goes on from what was anchored before, as
    (rollout, sequence, hash). Raises ``NotAnchored``: nobody signs a chain that does not hold."""
    hashes = dict(rollout.events.values_list("sequence", "hash"))
    if broken := timeline.verify(rollout):
        raise NotAnchored(f"broken at event #{broken.sequence}: {broken.why}")
    for anchor in ChainAnchor.objects.filter(rollout=rollout):
        if hashes.get(anchor.sequence) != anchor.head:
            raise NotAnchored(f"event #{anchor.sequence} is not the one that was anchored")
    head = sequence or max(hashes)
    if head not in hashes:
        raise NotAnchored(f"event #{head} is missing")
    return rollout.pk, head, hashes[head]


def _content(before: AnchorSheet | None, lines: list[ChainAnchor], seal: dict[str, Any]) -> bytes:
    return canonical.dumps(
        {
            "format": FORMAT,
            "version": VERSION,
            "number": before.number + 1 if before else 1,
            "at": canonical.instant(clock.now()),
            "previous": before.sha256 if before else timeline.GENESIS,
            "lines": sorted(digest(line.line()) for line in lines),
            "seal": seal,
        }
    )


def _keep(content: bytes, seal: bytes, lines: list[ChainAnchor]) -> AnchorSheet:
    record = json.loads(content)
    seal_findings = signatures.examine(content, seal, record["seal"])
    if not seal_findings.holds:
        raise RuntimeError(f"the seal that was made does not hold: {'; '.join(seal_findings.problems)}")
    sheet = AnchorSheet.objects.create(
        number=record["number"],
        at=datetime.fromisoformat(record["at"]),
        content=content.decode(),
        sha256=canonical.sha256(record),
        seal=seal,
        fingerprint=seal_findings.fingerprint,
        demonstration=certificates.is_demonstration(),
    )
    for line in lines:
        line.sheet = sheet
    ChainAnchor.objects.bulk_create(lines)
    return sheet


def newest_sheet_number() -> int:
    """The number of the newest sheet, 0 before the first."""
    return AnchorSheet.objects.aggregate(last=Max("number"))["last"] or 0

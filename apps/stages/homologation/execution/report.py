"""The homologation on paper: who took part, every case in every round with its evidence, what failed, what was agreed."""

import io
from dataclasses import dataclass, field

from django.db.models import Prefetch, prefetch_related_objects
from django.template.loader import render_to_string
from PIL import Image, UnidentifiedImageError

from apps.core import clock, papers, pdf
from apps.core.process import PartyRole
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.models import Evidence, Result, RoundReport, Script
from apps.stages.homologation.nonconformities import queries as nonconformities

THUMBNAILS = 60
"""The document shows the first page of so many files; of the others the name and the hash."""
SIDE = 360
"""The longest side of a thumbnail, in pixels."""


@dataclass
class Line:
    """A case with its newest result of each round in which it has one."""

    status: queries.CaseStatus
    results: list[Result]


@dataclass
class Part:
    process: queries.ProcessStatus
    lines: list[Line] = field(default_factory=list)


def render(rollout: Rollout, script: Script) -> bytes:
    """The PDF/A of the homologation as it stands; in Portuguese, whatever the reader's language."""
    statuses = queries.case_statuses(script)
    parts = _parts(script, statuses)
    pictures = _thumbnails(parts)
    return pdf.render(_html(rollout, script, statuses, parts, pictures), pictures=pictures)


def html(rollout: Rollout, script: Script) -> str:
    """The same without pictures, as HTML."""
    statuses = queries.case_statuses(script)
    return _html(rollout, script, statuses, _parts(script, statuses), {})


def _html(
    rollout: Rollout,
    script: Script,
    statuses: list[queries.CaseStatus],
    parts: list[Part],
    pictures: dict[str, bytes],
) -> str:
    with papers.on_paper():
        context = _context(rollout, script, statuses, parts) | {"pictures": pictures}
        return render_to_string("homologation/report_pdf.html", context)


def _context(
    rollout: Rollout, script: Script, statuses: list[queries.CaseStatus], parts: list[Part]
) -> dict[str, object]:
    return {
        "rollout": rollout,
        "script": script,
        "at": clock.now(),
        "parties": [(PartyRole(role).label, rollout.company(role)) for role in PartyRole.values],
        "sessions": [(session, session.result_count) for session in queries.held_sessions(script)],
        "rounds": script.rounds.prefetch_related(Prefetch("reports", RoundReport.objects.select_related("file"))),
        "parts": parts,
        "nonconformities": [
            (nonconformity, nonconformities.days_open(nonconformity))
            for nonconformity in queries.nonconformities_among(statuses)
        ],
        "reservations": queries.reservations_among(statuses),
    }


def _parts(script: Script, statuses: list[queries.CaseStatus]) -> list[Part]:
    parts = []
    for process in queries.processes(script, statuses=statuses):
        part = Part(process)
        for status in process.applicable:
            part.lines.append(Line(status, sorted(status.by_round.values(), key=lambda result: result.round.number)))
        if part.lines:
            parts.append(part)
    return parts


def _thumbnails(parts: list[Part]) -> dict[str, bytes]:
    """Small pictures by the key of their evidence, drawn from the previews that the application made itself."""
    readable = [
        evidence
        for part in parts
        for line in part.lines
        for result in line.results
        for evidence in result.evidence.all()
        if evidence.file and evidence.file.can_be_read
    ]
    prefetch_related_objects([evidence.file for evidence in readable if evidence.file], "previews")
    pictures: dict[str, bytes] = {}
    for evidence in readable:
        if len(pictures) == THUMBNAILS:
            break
        if picture := _thumbnail(evidence):
            pictures[str(evidence.pk)] = picture
    return pictures


def _thumbnail(evidence: Evidence) -> bytes | None:
    previews = list(evidence.file.previews.all()) if evidence.file else []
    if not previews:
        return None
    out = io.BytesIO()
    try:
        with previews[0].picture.open("rb") as stored, Image.open(stored, formats=["PNG"]) as image:
            small = image.convert("RGB")
            small.thumbnail((SIDE, SIDE))
            small.save(out, "JPEG", quality=80)
    except (OSError, UnidentifiedImageError):
        return None  # The picture is away: the report names the file all the same.
    return out.getvalue()

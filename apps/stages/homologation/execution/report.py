"""The homologation on paper: who took part, every case in every round with its evidence, what failed, what was agreed."""

import io
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Prefetch, prefetch_related_objects
from django.template.loader import render_to_string
from PIL import Image, UnidentifiedImageError

from apps.core import clock, papers
from apps.core.papers import pdf
from apps.core.process import PartyRole
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.models import Evidence, Nonconformity, Reservation, Result, RoundReport, Script
from apps.stages.homologation.nonconformities import queries as nonconformities
from apps.stages.homologation.statuses import Tally

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
    applicable = [line.status for part in parts for line in part.lines]
    tally = Tally.of(applicable)
    project_nonconformities = queries.nonconformities_among(statuses)
    reservations = queries.reservations_among(statuses)
    return {
        "rollout": rollout,
        "script": script,
        "at": clock.now(),
        "created": clock.now(),
        "parties": [(PartyRole(role).label, rollout.company(role)) for role in PartyRole.values],
        "sessions": [(session, session.result_count) for session in queries.held_sessions(script)],
        "rounds": script.rounds.prefetch_related(Prefetch("reports", RoundReport.objects.select_related("file"))),
        "verdict": _verdict(tally, project_nonconformities, reservations),
        "versions": _versions(parts),
        "tally": tally,
        "case_count": len(applicable),
        "parts": parts,
        "nonconformities": [
            (nonconformity, nonconformities.days_open(nonconformity)) for nonconformity in project_nonconformities
        ],
        "reservations": reservations,
    }


def _verdict(tally: Tally, rows: list[Nonconformity], reservations: list[Reservation]) -> dict[str, str]:
    """What the homologation comes to (``title``) and why (``reason``), in Portuguese: sentences of the document."""
    if not tally.required:
        return {
            "title": "Sem parecer.",
            "reason": "O roteiro não tem casos obrigatórios que se apliquem a este projeto.",
        }
    if tally.unsettled:
        reason = f"Casos obrigatórios resolvidos: {tally.settled} de {tally.required}."
        return {"title": "Em homologação.", "reason": reason}
    open_ones = [row for row in rows if row.is_open]
    blocking = [row for row in open_ones if row.blocks]
    if blocking:
        stand = "está aberta a impeditiva" if len(blocking) == 1 else "estão abertas as impeditivas"
        reason = f"Os casos obrigatórios estão resolvidos, e {stand} {_labels(blocking)}."
        return {"title": "Em homologação.", "reason": reason}
    still_open = ""
    if open_ones:
        stand = (
            "Continua aberta, sem impedir o aceite"
            if len(open_ones) == 1
            else "Continuam abertas, sem impedir o aceite"
        )
        still_open = f" {stand}: {_labels(open_ones)}."
    agreed = sum(row.is_agreed for row in reservations)
    if agreed:
        count = "1 ressalva" if agreed == 1 else f"{agreed} ressalvas"
        reason = f"Os casos obrigatórios estão resolvidos, com {count} de acordo entre o cliente e a Presence."
        return {"title": "Homologado com ressalvas.", "reason": reason + still_open}
    reason = "Todos os casos obrigatórios passaram ou, de acordo, não se aplicam."
    return {"title": "Homologado.", "reason": reason + still_open}


def _labels(rows: list[Nonconformity]) -> str:
    return ", ".join(row.label for row in rows)


def _versions(parts: list[Part]) -> list[tuple[str, int]]:
    """The versions of the connector that were executed, the newest last, each with the number of its cases."""
    latest_results = [line.status.latest for part in parts for line in part.lines if line.status.latest]
    counted = Counter(
        result.version for result in sorted(latest_results, key=lambda result: result.at) if result.version
    )
    return list(counted.items())


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

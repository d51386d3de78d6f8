"""What the homologation gives to the dossier: its report on paper, every result as data, and the list of the evidence, as
data and on paper."""

from collections.abc import Iterator
from typing import Any

from django.template.loader import render_to_string

from apps.core import canonical, clock, papers, pdf
from apps.files.models import StoredFile
from apps.rollouts.models import Rollout
from apps.stages.homologation.execution import report
from apps.stages.homologation.models import Evidence, Result, RoundReport, Script


def files(rollout: Rollout) -> Iterator[tuple[str, bytes]]:
    if script := Script.objects.filter(rollout=rollout).first():
        yield f"homologacao/{rollout.code}-homologacao.pdf", report.render(rollout, script)
        yield "homologacao/resultados.json", canonical.readable(list(_results(script)))
        evidence = [*_evidence(script), *_round_reports(script)]
        yield "homologacao/evidencias.json", canonical.readable(evidence)
        yield "homologacao/evidencias.pdf", pdf.render(_evidence_html(rollout, evidence))


def _results(script: Script) -> Iterator[dict[str, Any]]:
    results = Result.objects.filter(case__script=script).select_related("case", "round", "by", "confirmed_by")
    for result in results.order_by("pk"):
        yield {
            "case": result.case.code,
            "round": result.round.number,
            "outcome": result.outcome,
            "note": result.note,
            "machine": result.machine,
            "version": result.version,
            "by": str(result.by or ""),
            "at": canonical.instant(result.at),
            "confirmed_by": str(result.confirmed_by or ""),
            "confirmed_at": canonical.instant(result.confirmed_at) if result.confirmed_at else None,
        }


def _evidence(script: Script) -> Iterator[dict[str, Any]]:
    """What was given to prove each result: words, an address, or a file, of which the name, size (bytes) and SHA-256."""
    evidence = Evidence.objects.filter(result__case__script=script)
    for row in evidence.select_related("file", "result__case", "result__round", "result__by").order_by(
        "result", "position"
    ):
        yield {
            "case": row.result.case.code,
            "round": row.result.round.number,
            "text": row.text,
            "link": row.link,
            **_described(row.file),
            "by": str(row.result.by or row.result.machine),
            "at": canonical.instant(row.result.at),
        }


def _round_reports(script: Script) -> Iterator[dict[str, Any]]:
    """The reports that were brought for a whole round."""
    reports = RoundReport.objects.filter(round__script=script)
    for row in reports.select_related("file", "by", "round").order_by("round__number", "pk"):
        yield {
            "case": "",
            "round": row.round.number,
            "text": row.title,
            "link": "",
            **_described(row.file),
            "by": str(row.by or row.machine),
            "at": canonical.instant(row.at),
        }


def _described(file: StoredFile | None) -> dict[str, Any]:
    if file is None:
        return {"file": "", "bytes": None, "sha256": ""}
    return {"file": file.name, "bytes": file.size, "sha256": file.sha256}


def _evidence_html(rollout: Rollout, evidence: list[dict[str, Any]]) -> str:
    with papers.on_paper():
        context = {"rollout": rollout, "evidence": evidence, "created": clock.now()}
        return render_to_string("homologation/evidence_pdf.html", context)

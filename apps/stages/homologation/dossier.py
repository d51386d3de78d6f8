"""What the homologation gives to the dossier: its report on paper, and every result as data."""

from collections.abc import Iterator
from typing import Any

from apps.core import canonical
from apps.rollouts.models import Rollout
from apps.stages.homologation.execution import report
from apps.stages.homologation.models import Result, Script


def files(rollout: Rollout) -> Iterator[tuple[str, bytes]]:
    if script := Script.objects.filter(rollout=rollout).first():
        yield f"homologacao/{rollout.code}-homologacao.pdf", report.render(rollout, script)
        yield "homologacao/resultados.json", canonical.readable(list(_results(script)))


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

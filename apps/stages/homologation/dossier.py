"""What the homologation gives to the dossier: its report on paper, every result as data, the evidence's files, and their
list as data and on paper."""

import re
from collections.abc import Iterator
from typing import Any

from django.template.loader import render_to_string

from apps.core import canonical, clock, papers
from apps.core.papers import pdf
from apps.files.models import StoredFile
from apps.rollouts.models import Rollout
from apps.stages.homologation.execution import report
from apps.stages.homologation.models import Evidence, Result, RoundReport, Script

MOST_BYTES = 50 * 1024**2
"""Of all files of the evidence together in a dossier, which a worker holds in memory; the rest is named by its hash."""


def files(rollout: Rollout) -> Iterator[tuple[str, bytes]]:
    if script := Script.objects.filter(rollout=rollout).first():
        yield f"homologacao/{rollout.code}-homologacao.pdf", report.render(rollout, script)
        yield "homologacao/resultados.json", canonical.readable(list(_results(script)))
        attached = _Attached()
        evidence = [*_evidence(script, attached), *_round_reports(script, attached)]
        yield from attached.files.items()
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


class _Attached:
    """The files of the evidence that the dossier holds, each content once, by its path there."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.bytes_left = MOST_BYTES

    def described(self, file: StoredFile | None) -> dict[str, Any]:
        """Name, size (bytes), SHA-256 and ``path`` in the dossier: empty for one that found no room there, is in quarantine
        or is not in the store any more."""
        if file is None:
            return {"file": "", "bytes": None, "sha256": "", "path": ""}
        return {"file": file.name, "bytes": file.size, "sha256": file.sha256, "path": self._path_of(file)}

    def _path_of(self, file: StoredFile) -> str:
        suffix = re.search(r"\.[A-Za-z0-9]{1,5}$", file.name)
        path = f"homologacao/evidencias/{file.sha256[:16]}{suffix.group().lower() if suffix else ''}"
        if path in self.files:
            return path
        if not file.can_be_read or file.size > self.bytes_left:
            return ""
        try:
            self.files[path] = file.read()
        except OSError:
            return ""
        self.bytes_left -= file.size
        return path


def _evidence(script: Script, attached: _Attached) -> Iterator[dict[str, Any]]:
    """What was given to prove each result: words, an address, or a file."""
    evidence = Evidence.objects.filter(result__case__script=script)
    for row in evidence.select_related("file", "result__case", "result__round", "result__by").order_by(
        "result", "position"
    ):
        yield {
            "case": row.result.case.code,
            "round": row.result.round.number,
            "text": row.text,
            "link": row.link,
            **attached.described(row.file),
            "by": str(row.result.by or row.result.machine),
            "at": canonical.instant(row.result.at),
        }


def _round_reports(script: Script, attached: _Attached) -> Iterator[dict[str, Any]]:
    """The reports that were brought for a whole round."""
    reports = RoundReport.objects.filter(round__script=script)
    for row in reports.select_related("file", "by", "round").order_by("round__number", "pk"):
        yield {
            "case": "",
            "round": row.round.number,
            "text": row.title,
            "link": "",
            **attached.described(row.file),
            "by": str(row.by or row.machine),
            "at": canonical.instant(row.at),
        }


def _evidence_html(rollout: Rollout, evidence: list[dict[str, Any]]) -> str:
    with papers.on_paper():
        context = {"rollout": rollout, "evidence": evidence, "created": clock.now()}
        return render_to_string("homologation/evidence_pdf.html", context)

"""The status reports in the dossier, as data and on paper, and how they are held against the timeline that is in it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apps.core import canonical, clock
from apps.portfolio.models import StatusReport
from apps.portfolio.reports import paper
from apps.portfolio.reports.events import ReportSent
from apps.rollouts.models import Rollout

FOLDER = "relatorios/"


def files(rollout: Rollout) -> Iterator[tuple[str, bytes]]:
    """Each report that was sent by the release, by its number; the paper is drawn now where a worker has not drawn it yet."""
    sent_by_then = StatusReport.objects.sent().filter(rollout=rollout, ended_at__lte=clock.now())
    for report in sent_by_then.select_related("pdf").order_by("number"):
        report.rollout = rollout
        yield _name(report.number, "json"), canonical.readable(report.content())
        yield _name(report.number, "pdf"), report.pdf.read() if report.pdf else paper.render(report)


def problems(files: Mapping[str, bytes], events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Each report that the timeline says was sent and that is missing or another, and each that was never sent. A dossier of
    before has no reports, and its timeline no such events."""
    expected = {
        _name(event["data"]["number"], "json"): event["data"]["sha256"]
        for event in events
        if event.get("kind") == ReportSent.kind
    }
    for name, digest in expected.items():
        if name not in files:
            yield f"{name} is missing"
        elif canonical.sha256(json.loads(files[name])) != digest:
            yield f"{name} is not the report that was sent"
    for name in files:
        if name.startswith(FOLDER) and name.endswith(".json") and name not in expected:
            yield f"{name} was never sent"


def _name(number: int | None, kind: str) -> str:
    return f"{FOLDER}{number:03d}.{kind}"

"""The page of a rollout's clocks, for all four parties, and the same as a table to be saved."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.core.process import PartyRole
from apps.core.web.pages import page_of
from apps.portfolio.clocks import exports, queries
from apps.portfolio.clocks.counting import Span
from apps.rollouts.models import Event
from apps.rollouts.views import visible_rollout


@dataclass(frozen=True)
class ProvenSpan:
    """A span with the events that prove it."""

    span: Span
    events: list[Event]


@dataclass(frozen=True)
class Bar:
    """A span on the strip of days, ``start`` days from its beginning."""

    span: Span
    start: int


@require_GET
def clocks(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    report = queries.report(rollout)
    spans = report.clocks.spans
    page = page_of(request, spans[::-1])
    sequences = {proof for span in page for proof in span.proofs}
    events = {row.sequence: row for row in rollout.events.filter(sequence__in=sequences).select_related("actor")}
    proven = [ProvenSpan(span, [events[proof] for proof in span.proofs if proof in events]) for span in page]
    context = {
        "rollout": rollout,
        "room": "timeline",
        "report": report,
        "roles": PartyRole.choices,
        "bars": _bars(spans),
        "page": page,
        "proven_spans": proven,
    }
    return render(request, "portfolio/clocks.html", context)


@require_GET
def clocks_file(request: SignedInRequest, pk: int, file_format: str) -> HttpResponse:
    """The spans in one of ``tables.FORMATS``."""
    return exports.export(queries.report(visible_rollout(request, pk, framed=False))).download(file_format)


def _bars(spans: list[Span]) -> list[Bar]:
    bars, start = [], 0
    for span in spans:
        bars.append(Bar(span, start))
        start += span.days
    return bars

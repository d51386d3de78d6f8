"""The page of a rollout's clocks, for all four parties, and the same as a table to be saved."""

from dataclasses import dataclass

from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.http import SignedInRequest
from apps.core.process import PartyRole
from apps.core.web.pages import page_of
from apps.files.http import attachment
from apps.portfolio.clocks import exports, paper, queries
from apps.portfolio.clocks.counting import Span
from apps.portfolio.models import ClocksPaper
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
        "paper": ClocksPaper.objects.filter(rollout=rollout).select_related("rollout", "pdf").first(),
    }
    return render(request, "portfolio/clocks.html", context)


@require_GET
def clocks_file(request: SignedInRequest, pk: int, file_format: str) -> HttpResponse:
    """The spans in one of ``tables.FORMATS``."""
    return exports.export(queries.report(visible_rollout(request, pk, framed=False))).download(file_format)


@require_GET
def clocks_paper(request: SignedInRequest, pk: int) -> FileResponse | HttpResponseRedirect:
    """The clocks on paper as they were last asked for, for whoever sees the project; their page, where none is drawn yet."""
    rollout = visible_rollout(request, pk, framed=False)
    drawn = ClocksPaper.objects.filter(rollout=rollout).exclude(pdf=None).select_related("pdf").first()
    return attachment(drawn.pdf) if drawn and drawn.pdf else redirect(_place(pk))


@require_http_methods(["GET", "POST"])
def ask_clocks_paper(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for the paper as things stand. A GET answers where the one that was asked for is, for the page, which asks every
    few seconds while it is drawn."""
    rollout = visible_rollout(request, pk)
    if request.method == "GET":
        if not request.htmx:  # type: ignore[attr-defined]
            return redirect(_place(pk))
        last_paper = ClocksPaper.objects.filter(rollout=rollout).select_related("rollout", "pdf").first()
        return render(request, "portfolio/clocks_paper.html", {"rollout": rollout, "paper": last_paper})
    paper.ask(rollout)
    return redirect(_place(pk))


def _place(pk: int) -> str:
    return reverse("portfolio:clocks", args=[pk]) + "#papel"


def _bars(spans: list[Span]) -> list[Bar]:
    bars, start = [], 0
    for span in spans:
        bars.append(Bar(span, start))
        start += span.days
    return bars

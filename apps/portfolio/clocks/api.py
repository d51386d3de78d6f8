"""The clocks of a rollout over the REST API; ``apps/api`` mounts the router. For all four parties."""

from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from apps.core.process import PartyRole
from apps.core.web import rest
from apps.portfolio.clocks import queries
from apps.portfolio.clocks.counting import Span
from apps.rollouts.api import visible

router = Router(tags=["portfolio"])


class SpanOut(Schema):
    """Business days in a row, ``days`` from ``first`` through ``last``, that count for ``party``: because it had the ball
    (``ball``), because it caused a hold (``hold``), or because a new date was awaited for a meeting that did not take place
    because of it (``meeting``). ``proofs`` are the numbers of the events of the timeline that say so."""

    first: date
    last: date
    days: int
    stage: str
    party: str
    why: str
    proofs: list[int]

    @staticmethod
    def resolve_proofs(span: Span) -> list[int]:
        return list(span.proofs)


class DelayOut(Schema):
    """The delay in business days against the plan that stood when development began (``plan_event`` keeps it; null while it
    is today's plan): the ``late`` days by party less the ``recovered`` ones."""

    planned_end: date
    days: int
    late: dict[str, int]
    recovered: int
    plan_event: int | None


class ClocksOut(Schema):
    """``days``: how many business days after ``opened`` through ``until`` there are; ``parties``: how many of them each party
    had, ``on_hold``: how many the holds, by the party that caused them. Together they are ``days``."""

    opened: date
    until: date
    days: int
    parties: dict[str, int]
    on_hold: dict[str, int]
    spans: list[SpanOut]
    delay: DelayOut | None


@router.get("/{int:rollout_id}/clocks/", response=ClocksOut, summary="To whom each business day counts")
@rest.scope(rest.Scope.READ)
@rest.words(
    _("Para quem conta cada dia útil"),
    _("Os dias por parte e em pausa, os trechos com os eventos que os provam, e o atraso em relação ao plano."),
)
def read_clocks(request: HttpRequest, rollout_id: int):
    """A business day counts for the party that had the ball when it began, at midnight in Brasília."""
    report = queries.report(visible(request, rollout_id))
    return {
        "opened": report.clocks.opened,
        "until": report.clocks.until,
        "days": report.total.total,
        "parties": report.total.parties,
        "on_hold": {role: dict(report.holds).get(role, 0) for role in PartyRole.values},
        "spans": report.clocks.spans,
        "delay": {
            "planned_end": report.delay.planned_end,
            "days": report.delay.days,
            "late": dict(report.late_by_party),
            "recovered": report.delay.recovered_days,
            "plan_event": report.plan_event,
        }
        if report.delay
        else None,
    }

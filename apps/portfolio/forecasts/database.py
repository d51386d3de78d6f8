"""The past as the database tells it: from the record of each rollout, its plan when development began, and its holds."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, timedelta

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery

from apps.core import clock
from apps.core.process import CLOSED, PartyRole, Stage
from apps.meetings.models import Meeting
from apps.portfolio.clocks import record
from apps.portfolio.forecasts.past import BusinessDays, Project
from apps.rollouts import events
from apps.rollouts.models import Event, Hold, Party, Rollout

MOST_PROJECTS = 1_000
"""So many of the newest are the past, besides all that are open: what was long ago says little of today."""
YEARS_AHEAD = 15


def projects() -> list[Project]:
    """The newest projects and all open ones, in three queries whatever their number."""
    newest = Rollout.objects.order_by("-pk").values("pk")[:MOST_PROJECTS]
    chosen = Rollout.objects.filter(~Q(stage__in=CLOSED) | Q(pk__in=newest))
    integrators = Party.objects.filter(rollout=OuterRef("pk"), role=PartyRole.INTEGRATOR).values("company")[:1]
    rows = chosen.annotate(integrator=Subquery(integrators)).order_by("pk")
    holds: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    for key, started_at, ended_at in _of(chosen, Hold.objects.order_by("started_at")).values_list(
        "rollout_id", "started_at", "ended_at"
    ):
        holds[key].append((clock.day_of(started_at), clock.day_of(ended_at) if ended_at else None))
    moves, plans, unknown = _moves(chosen)
    return [
        Project(
            rollout.pk,
            rollout.platform_id,
            rollout.integrator or 0,
            rollout.integration_model,
            list(_with_today(rollout, moves[rollout.pk])),
            holds[rollout.pk] if rollout.stage not in CLOSED else [hold for hold in holds[rollout.pk] if hold[1]],
            *plans.get(rollout.pk, ({}, None)),
            unknown=unknown.get(rollout.pk, 0),
        )
        for rollout in rows
    ]


def calendar(past: Collection[Project]) -> BusinessDays:
    """The business days from the first of ``past`` to where plans may reach."""
    today = clock.today()
    first = min([today, *(project.opened for project in past)])
    return BusinessDays(first, today + timedelta(days=366 * YEARS_AHEAD))


def agreed_days() -> dict[int, date]:
    """For each open rollout the last day on which a meeting of the stage that it is at is planned to take place, from today
    on: so long at the least the stage lasts."""
    meetings = Meeting.objects.planned().filter(planned_start__gte=clock.now(), kind=F("rollout__stage")).order_by()
    last = meetings.values_list("rollout").annotate(last=Max("planned_start"))
    return {key: clock.day_of(at) for key, at in last}


def _moves(
    rollouts: QuerySet[Rollout],
) -> tuple[dict[int, list[tuple[date, Stage]]], dict[int, tuple[dict[str, date], date]], dict[int, int]]:
    """The stages that each came to, with the days; its plan when development first began, with that day; and of one that was
    taken over from elsewhere how many stays, with that at its opening, nobody knows the length of."""
    moves: dict[int, list[tuple[date, Stage]]] = defaultdict(list)
    plans: dict[int, tuple[dict[str, date], date]] = {}
    unknown: dict[int, int] = {}
    kinds = [*record.MOVES, events.Cancelled.kind]
    rows = _of(rollouts, Event.objects.filter(kind__in=kinds).order_by("rollout", "sequence"))
    for key, at, kind, data in rows.values_list("rollout_id", "at", "kind", "data"):
        day, stage = clock.day_of(at), Stage(data.get("stage", Stage.CANCELLED))
        moves[key].append((day, stage))
        if kind == events.Imported.kind:
            unknown[key] = len(moves[key]) + 1
        if kind == events.Advanced.kind and stage == Stage.DEVELOPMENT and data.get("plan") and key not in plans:
            plans[key] = {name: date.fromisoformat(text) for name, text in data["plan"].items()}, day
    return moves, plans, unknown


def _of(rollouts: QuerySet[Rollout], rows: QuerySet) -> QuerySet:  # type: ignore[type-arg]
    return rows.filter(rollout__in=rollouts.order_by().values("pk"))


def _with_today(rollout: Rollout, moves: list[tuple[date, Stage]]) -> Iterator[tuple[date, Stage]]:
    """The opening, the ``moves``, and where it stands, if no event says how it came there."""
    yield clock.day_of(rollout.started_at), Stage.KICKOFF
    yield from moves
    if rollout.stage != (moves[-1][1] if moves else Stage.KICKOFF):
        yield clock.day_of(rollout.closed_at or rollout.stage_entered_at), Stage(rollout.stage)

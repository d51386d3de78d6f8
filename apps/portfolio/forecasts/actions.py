"""Make forecasts and keep them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from apps.accounts.models import User
from apps.core import clock, workdays
from apps.core.background import queue
from apps.core.events import EventData
from apps.core.process import PATH, Stage
from apps.meetings import events as meetings
from apps.portfolio.clocks import record
from apps.portfolio.forecasts import database, fitting, simulation
from apps.portfolio.forecasts.fitting import Fit
from apps.portfolio.forecasts.past import BusinessDays, Project, visits
from apps.portfolio.forecasts.simulation import LIKELY, SAFE, goal_of, has_enough
from apps.portfolio.models import Forecast
from apps.rollouts import events, planning
from apps.rollouts.models import Event, Rollout
from apps.stages.development import events as development

FOLLOWED = {
    *record.MOVES,
    *(event.kind for event in (events.Held, events.Resumed, events.PlanChanged, events.PlanChangedFor)),
    *(event.kind for event in (development.DateGiven, development.DateChanged)),
    *(event.kind for event in (meetings.Planned, meetings.Moved, meetings.Cancelled, meetings.NotHeld)),
}
"""The kinds of events after which a rollout is foretold anew at once; the rest waits for the night."""


@dataclass(frozen=True)
class Basis:
    """What forecasts of a day are made of: what was learnt from the projects of the past, those that are open by their key,
    and until when a meeting keeps each at its stage."""

    fit: Fit
    projects: dict[int, Project]
    calendar: BusinessDays
    agreed: dict[int, date]


def basis() -> Basis:
    """What is known now, in four queries."""
    projects = database.projects()
    calendar = database.calendar(projects)
    today = clock.today()
    fit = fitting.fit(visit for project in projects for visit in visits(project, today, calendar))
    return Basis(
        fit, {project.key: project for project in projects if project.is_open}, calendar, database.agreed_days()
    )


def waiting() -> QuerySet[Rollout]:
    """The open rollouts that nobody foretold today, or not since they came to their stage, or not since an event that changes
    when they end."""
    newest = Forecast.objects.filter(rollout=OuterRef("pk")).order_by("-day")
    rows = Rollout.objects.open().alias(
        foretold_on=Subquery(newest.values("day")[:1]),
        foretold_at=Subquery(newest.values("stage")[:1]),
        foretold_version=Subquery(newest.values("version")[:1]),
    )
    later = Event.objects.filter(
        rollout=OuterRef("pk"), kind__in=sorted(FOLLOWED), sequence__gt=OuterRef("foretold_version")
    )
    is_old = Q(foretold_version=None) | Q(foretold_on__lt=clock.today()) | ~Q(foretold_at=F("stage"))
    return rows.filter(is_old | Exists(later)).order_by("pk")


def follow(rollout: Rollout, event: EventData, actor: User | None) -> None:
    """After an event that changes when ``rollout`` ends: have a worker foretell what waits. One message and one reading of
    the past serve all the rollouts that a transaction changes."""
    if event.kind in FOLLOWED and rollout.is_open:
        queue.after_commit("apps.portfolio.tasks.forecast_waiting_rollouts", once=True)


def forecast_if_waiting(rollout_pk: int, day_basis: Basis, version: int) -> Forecast | None:
    """``forecast``, unless another worker did it since it was found waiting."""
    return forecast(rollout_pk, day_basis, version) if waiting().filter(pk=rollout_pk).exists() else None


def forecast(rollout_pk: int, day_basis: Basis | None = None, version: int | None = None) -> Forecast | None:
    """Foretell a rollout from what is known now, or from a ``day_basis`` before whose reading it was at ``version``, and keep
    it as today's, unless one of a later version stands there; today's, or None once it is closed, and where it came to
    another stage meanwhile. The same day with the same past gives the same."""
    rollout = Rollout.objects.open().filter(pk=rollout_pk).first()
    if rollout is None:
        return None
    if day_basis is None or version is None:
        day_basis, version = basis(), rollout.version
    project = day_basis.projects.get(rollout_pk)
    if project is None or project.stage != rollout.stage:
        return None
    today, goal = clock.today(), goal_of(project.stage)
    values = _from_history(project, goal, today, day_basis) if has_enough(day_basis.fit, project.stage) else {}
    values = values or _from_plan(rollout, goal, today)
    values |= {"made_at": clock.now(), "stage": project.stage, "goal": goal, "version": version}
    return _keep(rollout, today, version, values)


def _keep(rollout: Rollout, today: date, version: int, values: dict[str, object]) -> Forecast:
    row, is_new = Forecast.objects.get_or_create(rollout=rollout, day=today, defaults=values)
    if not is_new:
        # Compared by the database as it writes: another worker may have read the past later and be through earlier.
        not_later = Forecast.objects.filter(Q(version=None) | Q(version__lte=version), pk=row.pk)
        not_later.update(**values)
        row.refresh_from_db()
    return row


def _from_history(project: Project, goal: Stage, today: date, day_basis: Basis) -> dict[str, object]:
    agreed = day_basis.agreed.get(project.key)
    stands = simulation.standing(project, today, day_basis.calendar, agreed)
    days = simulation.simulate(day_basis.fit, stands, goal)
    others = [other for other in day_basis.fit.projects if other.key != project.key]
    return {
        "likely": _day(today, simulation.quantile(days, LIKELY)),
        "safe": _day(today, simulation.quantile(days, SAFE)),
        "basis": Forecast.Basis.HISTORY,
        "projects": len(others),
        "same_platform": sum(other.platform == project.platform for other in others),
        "same_integrator": sum(other.integrator == project.integrator for other in others),
        "same_model": sum(bool(project.model) and other.model == project.model for other in others),
    }


def _from_plan(rollout: Rollout, goal: Stage, today: date) -> dict[str, object]:
    """The planned day, moved by as many business days as the next stage is late; without a plan the target date, if that is
    ahead, and without either nothing."""
    plan = planning.starts(rollout)
    following = planning.STEPS[PATH.index(Stage(rollout.stage)) + 1]
    day = plan.get(goal) or (rollout.target_date if goal == Stage.GO_LIVE else None)
    if day and following in plan:
        day = workdays.shift(day, planning.days_late(plan[following], today))
    day = max(day, workdays.on_or_after(today)) if day else None
    counts = dict.fromkeys(("projects", "same_platform", "same_integrator", "same_model"), 0)
    return {
        "likely": day,
        "safe": day,
        "basis": Forecast.Basis.PLAN if day else Forecast.Basis.NOTHING,
        **counts,
    }


def _day(today: date, business_days: int) -> date:
    return workdays.shift(today, business_days) if business_days else workdays.on_or_after(today)

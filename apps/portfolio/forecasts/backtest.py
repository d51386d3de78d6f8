"""Replay the past: what would have been foretold on a day, with what was known on it, and what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean

from apps.core import workdays
from apps.core.process import PATH, Stage
from apps.portfolio.forecasts import fitting
from apps.portfolio.forecasts.past import FOLLOWING_STAGES, BusinessDays, Project, Visit, visits
from apps.portfolio.forecasts.simulation import (
    LIKELY,
    SAFE,
    Standing,
    goal_of,
    has_enough,
    quantile,
    simulate,
    standing,
)

PATHS = 250
"""Fewer than for a forecast that is shown: here many are counted together."""
EVERY = 20
"""Business days between the replayed days."""


@dataclass(frozen=True)
class Trial:
    """One forecast of the past: business days until the goal as foretold at 50 and 80 %, by the plan (None without one) and
    by the mean of the stages, and how many it ``took``; of one that has not reached it, how many it took so far."""

    likely: int
    safe: int
    planned: int | None
    mean: int
    took: int
    is_over: bool


@dataclass(frozen=True)
class Figures:
    """What came of ``count`` forecasts: the shares (0 to 1) that were reached by the day at 50 and at 80 %, and the mean
    error, in business days, of the day at 50 % beside the plan's and that of the mean: over the ``compared`` forecasts that
    had a plan."""

    count: int
    within_likely: float
    within_safe: float
    compared: int
    error: float
    error_of_plan: float
    error_of_mean: float


def figures(trials: Sequence[Trial]) -> Figures | None:
    """None without forecasts whose outcome is known and compared with a plan."""
    compared = [(trial, trial.planned) for trial in trials if trial.planned is not None]
    if not compared:
        return None
    return Figures(
        len(trials),
        mean(trial.is_over and trial.took <= trial.likely for trial in trials),
        mean(trial.is_over and trial.took <= trial.safe for trial in trials),
        len(compared),
        mean(abs(trial.likely - trial.took) for trial, _plan in compared),
        mean(abs(plan - trial.took) for trial, plan in compared),
        mean(abs(trial.mean - trial.took) for trial, _plan in compared),
    )


def replay(projects: Sequence[Project], today: date) -> Iterator[Trial]:
    """Forecasts of the past every so many business days, each made of what was known on its day. Only those count whose day
    at 80 % is over: of others one knows which came early, not which come late."""
    if not projects:
        return
    first = min(project.opened for project in projects)
    calendar = BusinessDays(first, today + timedelta(days=366 * 10))  # Plans lie ahead.
    day = workdays.shift(first, EVERY)
    while day < today:
        yield from _forecasts_of(projects, day, today, calendar)
        day = workdays.shift(day, EVERY)


def _forecasts_of(projects: Sequence[Project], day: date, today: date, calendar: BusinessDays) -> Iterator[Trial]:
    past_projects = [project.before(day) for project in projects if project.opened < day]
    known_visits = [visit for project in past_projects for visit in visits(project, day, calendar)]
    fit = fitting.fit(known_visits)
    means = _means(known_visits)
    days_since = calendar.between(day, today)
    by_key = {project.key: project for project in projects}
    for project in past_projects:
        outcome = by_key[project.key]
        if not project.is_open or outcome.stage == Stage.CANCELLED or not has_enough(fit, project.stage):
            continue
        stands, goal = standing(project, day, calendar), goal_of(project.stage)
        days = simulate(fit, stands, goal, PATHS)
        if quantile(days, SAFE) > days_since:
            continue
        ended, planned = outcome.reached(goal, day), project.plan.get(goal)
        yield Trial(
            quantile(days, LIKELY),
            quantile(days, SAFE),
            max(calendar.between(day, planned), 0) if planned else None,
            _mean_remaining(stands, goal, means),
            calendar.between(day, ended) if ended else days_since,
            ended is not None,
        )


def _means(known_visits: Sequence[Visit]) -> dict[Stage, float]:
    """How long each stage takes on average, with its holds; what is not over, is left out."""
    days: dict[Stage, list[int]] = {stage: [] for stage in PATH}
    for visit in known_visits:
        if visit.is_over and visit.is_known:
            days[visit.stage].append(visit.days + visit.held_days)
    return {stage: mean(values) if values else 0.0 for stage, values in days.items()}


def _mean_remaining(stands: Standing, goal: Stage, means: dict[Stage, float]) -> int:
    rest = max(means[stands.stage] - stands.days, 0)
    ahead = [stage for stage in FOLLOWING_STAGES[stands.stage] if stage in PATH and goal in FOLLOWING_STAGES[stage]]
    return round(rest + sum(means[stage] for stage in ahead))

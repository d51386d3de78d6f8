"""The days until a project reaches a stage, simulated from what the past says."""

import math
import random
from dataclasses import dataclass
from datetime import date

from apps.core.process import BACKWARD_TRANSITIONS, PATH, Stage
from apps.portfolio.forecasts.fitting import FAR, STANDARD, Fit, Normal
from apps.portfolio.forecasts.past import FOLLOWING_STAGES, BusinessDays, Project, planned_days, visits

LIKELY, SAFE = 0.5, 0.8
"""The shares of paths that end by the two days of a forecast."""
ENOUGH = 8
"""So many finished stays of each stage that lies ahead a forecast rests on at the least."""
PATHS = 1_000
MOST_STAYS = 40
"""More stays no project has; it ends a path that would go back and forth."""
MOST_DAYS = 2_500
"""Ten years of business days: farther nothing is foretold."""
BACK_TO = {transition.source: transition.target for transition in BACKWARD_TRANSITIONS}


@dataclass(frozen=True)
class Standing:
    """Where ``project`` stands on ``day``: at ``stage``, for ``days`` business days without those on hold; ``at_least`` is
    how many it will have had there at the least, because of a meeting that has its date. ``visited`` are the stages that it
    was at, ``plans`` how many business days each was planned to take. ``held_days``: it is on hold, since as many business
    days (None: it is not)."""

    project: Project
    day: date
    stage: Stage
    days: int
    is_return: bool
    visited: frozenset[Stage]
    plans: dict[Stage, int | None]
    at_least: int = 0
    held_days: int | None = None


def goal_of(stage: Stage) -> Stage:
    """What is foretold at ``stage``: going live, and from then on the conclusion."""
    return Stage.COMPLETED if stage == Stage.GO_LIVE else Stage.GO_LIVE


def has_enough(fit: Fit, stage: Stage) -> bool:
    """Whether each stage from ``stage`` to its goal was finished often enough."""
    first, last = PATH.index(stage), (*PATH, Stage.COMPLETED).index(goal_of(stage))
    return all(fit.stages[ahead].finished >= ENOUGH for ahead in PATH[first:last])


def standing(project: Project, day: date, calendar: BusinessDays, agreed: date | None = None) -> Standing:
    """Where the open ``project`` stands on ``day``, by all that is known of it; ``agreed`` is the day of a meeting without
    which its stage does not end."""
    stays = list(visits(project, day, calendar))
    last = stays[-1]
    ahead = calendar.between(day, agreed) if agreed and agreed > day else 0
    hold = next((first for first, ended in project.holds if ended is None), None)
    return Standing(
        project,
        day,
        last.stage,
        last.days,
        last.is_return,
        frozenset(stay.stage for stay in stays),
        {stage: planned_days(project, stage, calendar) for stage in PATH},
        last.days + ahead,
        calendar.between(hold, day) if hold else None,
    )


def simulate(fit: Fit, standing: Standing, goal: Stage, paths: int = PATHS) -> list[int]:
    """How many business days after the day of ``standing`` (0: on it) its project reaches the stage ``goal``, which lies
    ahead, on each of ``paths`` paths; in ascending order. The same on the same day, whoever asks."""
    rng = random.Random(f"{standing.project.key} {standing.day.isoformat()}")  # noqa: S311 (no secret depends on it)
    shared = fit.of_project(standing.project)
    stages: dict[tuple[Stage, bool], Normal] = {
        (stage, is_return): fit.of_stage(stage, standing.plans[stage], is_return=is_return)
        for stage in PATH
        for is_return in (False, True)
    }
    return sorted(_path(rng, fit, standing, goal, shared, stages) for _number in range(paths))


def quantile(days: list[int], share: float) -> int:
    """Of ``days`` in ascending order the one that ``share`` (0 to 1) of them do not exceed."""
    return days[max(math.ceil(share * len(days)) - 1, 0)]


def _path(
    rng: random.Random,
    fit: Fit,
    standing: Standing,
    goal: Stage,
    shared: Normal,
    stages: dict[tuple[Stage, bool], Normal],
) -> int:
    common = rng.gauss(shared.mean, math.sqrt(shared.variance))
    length = stages[standing.stage, standing.is_return]
    total = _remaining(rng, length.mean + common, math.sqrt(length.variance), standing.at_least) - standing.days
    total += _rest_of_hold(rng, fit, standing.held_days)
    stage, visited = _next(rng, fit, standing.stage), set(standing.visited)
    for _stay in range(MOST_STAYS):
        if stage == goal or stage not in PATH or total > MOST_DAYS:
            break
        length = stages[stage, stage in visited]
        visited.add(stage)
        logarithm = rng.gauss(length.mean + common, math.sqrt(length.variance))
        total += int(math.exp(min(logarithm, 10.0)))
        if fit.holds and rng.random() < fit.hold_share:
            total += rng.choice(fit.holds)
        stage = _next(rng, fit, stage)
    return min(max(total, 0), MOST_DAYS)


def _next(rng: random.Random, fit: Fit, stage: Stage) -> Stage:
    if stage in BACK_TO and rng.random() < fit.stages[stage].return_share:
        return BACK_TO[stage]
    return FOLLOWING_STAGES[stage][0]


def _remaining(rng: random.Random, mean: float, deviation: float, at_least: int) -> int:
    """The days of a stay that will have lasted ``at_least`` so many."""
    if at_least <= 0:
        return int(math.exp(min(rng.gauss(mean, deviation), 10.0)))
    place = (math.log(at_least) - mean) / deviation
    if place > FAR:
        place += rng.expovariate(place)
    else:
        below = STANDARD.cdf(place)
        share = below + rng.random() * (1.0 - below)
        place = STANDARD.inv_cdf(min(max(share, 1e-12), 1.0 - 1e-12))
    return max(int(math.exp(min(mean + deviation * place, 10.0))), at_least)


def _rest_of_hold(rng: random.Random, fit: Fit, held_days: int | None) -> int:
    """How long a hold of ``held_days`` still lasts: as one of the past that lasted longer did, or as long again."""
    if held_days is None:
        return 0
    longer = [days for days in fit.holds if days > held_days]
    return rng.choice(longer) - held_days if longer else max(held_days, 1)

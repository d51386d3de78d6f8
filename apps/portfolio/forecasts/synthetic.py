"""A history of projects that never were, to try the forecast on: the same for the same seed.

Stages take log-normal times, longer with some platforms, integrators and models, and each project has a pace of its own that
no forecast is told. Some are sent back, held or cancelled; the integrator promises a day that is rather too early. Those of
the last months are not over on the day that is taken for today. With ``shape="gamma"`` the stages follow another law than the
one by which forecasts reckon.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from apps.core import workdays
from apps.core.process import PATH, Stage
from apps.portfolio.forecasts.past import Project
from apps.portfolio.forecasts.simulation import BACK_TO

FIRST_DAY = date(2022, 1, 3)
YEARS = 4
PLATFORMS, INTEGRATORS = 10, 30
MODELS = ("api", "file", "middleware")


@dataclass(frozen=True)
class Law:
    """Of a stage: the usual business days, how much chance varies them (in logarithms), how much platform and integrator do,
    and the share of stays after which the project is sent back."""

    usual: int
    chance: float
    platform: float
    integrator: float
    returned: float


LAWS = {
    Stage.KICKOFF: Law(9, 0.50, 0.05, 0.10, 0.0),
    Stage.DEVELOPMENT: Law(32, 0.35, 0.30, 0.40, 0.0),
    Stage.TRAINING: Law(6, 0.50, 0.05, 0.10, 0.02),
    Stage.HOMOLOGATION: Law(13, 0.45, 0.20, 0.30, 0.12),
    Stage.ACCEPTANCE: Law(5, 0.60, 0.0, 0.05, 0.04),
    Stage.GO_LIVE: Law(6, 0.40, 0.10, 0.10, 0.03),
}
PACE, MODEL = 0.20, 0.15
HELD, CANCELLED = 0.07, 0.015
"""Shares of the stays."""


def history(projects: int = 500, seed: int = 1, shape: str = "lognormal") -> tuple[list[Project], date]:
    """So many projects, opened over ``YEARS``, and the day up to which they are known."""
    rng = random.Random(seed)  # noqa: S311 (no secret depends on it)
    effects = {
        kind: [rng.gauss(0, 1) for _number in range(count)]
        for kind, count in (("platform", PLATFORMS), ("integrator", INTEGRATORS), ("model", len(MODELS)))
    }
    today = FIRST_DAY + timedelta(days=365 * YEARS)
    openings = sorted(rng.uniform(0, 365 * YEARS) for _number in range(projects))
    return [
        _project(rng, key, workdays.on_or_after(FIRST_DAY + timedelta(days=int(opening))), effects, today, shape)
        for key, opening in enumerate(openings, start=1)
    ], today


def _few_have_many(rng: random.Random, count: int) -> int:
    return min(int(count * rng.random() ** 1.7), count - 1)


def _project(
    rng: random.Random, key: int, opened: date, effects: dict[str, list[float]], today: date, shape: str
) -> Project:
    platform, integrator = _few_have_many(rng, PLATFORMS), _few_have_many(rng, INTEGRATORS)
    model = _few_have_many(rng, len(MODELS))
    pace = rng.gauss(0, PACE) + MODEL * effects["model"][model]

    def expected(stage: Stage) -> float:
        law = LAWS[stage]
        shift = law.platform * effects["platform"][platform] + law.integrator * effects["integrator"][integrator]
        return math.log(law.usual) + shift + pace

    def days_of(stage: Stage, is_return: bool) -> int:
        chance = _chance(rng, LAWS[stage].chance, shape)
        return int(math.exp(expected(stage) + chance + (math.log(0.6) if is_return else 0.0)))

    moves, holds, plan, planned_on = _course(rng, opened, days_of, expected)
    moves = [(day, stage) for day, stage in moves if day <= today]
    known_holds = [(first, last if last <= today else None) for first, last in holds if first <= today]
    return Project(key, platform, integrator, MODELS[model], moves, known_holds, plan, planned_on)


def _chance(rng: random.Random, deviation: float, shape: str) -> float:
    if shape == "gamma":
        # Of the same variation, but with a longer tail of short stays and a shorter one of long ones.
        form = 1.0 / (math.exp(deviation**2) - 1.0)
        return math.log(max(rng.gammavariate(form, 1.0 / form), 0.01))
    return rng.gauss(0, deviation)


def _course(
    rng: random.Random, opened: date, days_of: Callable[[Stage, bool], int], expected: Callable[[Stage], float]
) -> tuple[list[tuple[date, Stage]], list[tuple[date, date]], dict[str, date], date | None]:
    day, stage, visited = opened, Stage.KICKOFF, set[Stage]()
    moves, holds = [(day, stage)], []
    plan: dict[str, date] = {}
    planned_on = None
    while stage in PATH:
        if stage == Stage.DEVELOPMENT and not plan:
            plan, planned_on = _plan(rng, opened, day, expected), day
        days = days_of(stage, stage in visited)
        visited.add(stage)
        if days and rng.random() < HELD:
            first = workdays.shift(day, rng.randrange(days))
            last = workdays.shift(first, max(int(math.exp(rng.gauss(2.0, 0.8))), 1))
            holds.append((first, last))
            day = workdays.shift(day, workdays.between(first, last))
        if rng.random() < CANCELLED:
            moves.append((workdays.shift(day, int(days * rng.random())), Stage.CANCELLED))
            break
        day = workdays.shift(day, days)
        goes_back = rng.random() < LAWS[stage].returned
        stage = BACK_TO[stage] if goes_back else (*PATH, Stage.COMPLETED)[PATH.index(stage) + 1]
        moves.append((day, stage))
    return moves, holds, plan, planned_on


def _plan(rng: random.Random, opened: date, day: date, expected: Callable[[Stage], float]) -> dict[str, date]:
    """As it stands when development begins: the integrator knows its own pace, and is a sixth too hopeful."""
    plan = {Stage.KICKOFF.value: opened, Stage.DEVELOPMENT.value: day}
    promised = math.exp(expected(Stage.DEVELOPMENT) + rng.gauss(0, 0.25)) / 1.2
    for place, stage in enumerate(PATH[1:], start=1):
        length = promised if stage == Stage.DEVELOPMENT else LAWS[stage].usual
        following = (*PATH, Stage.COMPLETED)[place + 1]
        plan[following.value] = day = workdays.shift(day, max(round(length), 1))
    return plan

"""How long stages take, learnt from the past: a log-normal for each stage, moved by platform, integrator, model and project.

The logarithm of a stage's business days is a sum: the level of the stage, what each *effect* adds (this platform, this
integrator, …, and that it is a return), how much longer the plan allows for it than usual, and chance. Every effect is drawn
towards nothing the more, the fewer stages speak for it (its variance over that of chance: empirical Bayes), so that an
integrator of two projects hardly counts and one of forty does. A stage that lasts still counts with what it is expected to
last, given that it lasted so long already; leaving it out would keep the short ones alone.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

from apps.core.process import PATH, Stage
from apps.portfolio.forecasts.past import Project, Visit

ROUNDS = 12
"""How often everything is estimated from the rest; afterwards nothing changes that could be seen in a day."""
STANDARD = NormalDist()
FAR = 4.0
"""Beyond so many standard deviations a formula for the tail is exact enough."""
EFFECT_VARIANCE = 0.1
"""What an effect is taken to vary before anything is known: a third more or less is usual."""
PSEUDO_EFFECTS = 5
"""As many effects of that variance count beside those of a kind, so that a few do not make it nothing, nor boundless."""
LEAST_VARIANCE = 0.001
PSEUDO_STAGES = 4.0
"""As many stages speak for the usual share of returns and the usual variance before those of one stage do."""

Effect = tuple[str, str]
"""What kind of effect it is, and whose: ``("integrator", "7")``."""


def project_effects(project: Project) -> list[Effect]:
    """What makes all stages of ``project`` longer or shorter."""
    return [
        ("platform", str(project.platform)),
        ("integrator", str(project.integrator)),
        ("model", project.model),
        ("project", str(project.key)),
    ]


@dataclass(frozen=True)
class Normal:
    """A mean and a variance."""

    mean: float = 0.0
    variance: float = 0.0

    def __add__(self, other: "Normal") -> "Normal":
        return Normal(self.mean + other.mean, self.variance + other.variance)


@dataclass
class StageFit:
    """Of one stage: the ``level`` of the logarithm of its days, the ``variance`` of chance, the ``slope`` by which a longer
    plan makes it longer, the mean logarithm of planned days (``plan_level``), and how often it ends with a way back."""

    level: float = 0.0
    variance: float = 0.5
    slope: float = 0.0
    plan_level: float = 0.0
    return_share: float = 0.0
    finished: int = 0


@dataclass
class Fit:
    """What the past says. ``holds`` are the business days on hold of each finished stay that had any, ``hold_share`` how many
    of the stays those are. ``projects`` are those with a finished stage."""

    stages: dict[Stage, StageFit]
    effects: dict[Effect, Normal]
    variances: dict[str, float]
    holds: Sequence[int]
    hold_share: float
    projects: Sequence[Project] = field(default_factory=list)

    def effect(self, effect: Effect) -> Normal:
        """What is known of ``effect``; of one that nothing speaks for, how much those of its kind vary."""
        return self.effects.get(effect) or Normal(0.0, self.variances.get(effect[0], 0.0))

    def of_project(self, project: Project) -> Normal:
        return sum((self.effect(effect) for effect in project_effects(project)), Normal())

    def of_stage(self, stage: Stage, planned_days: int | None, *, is_return: bool) -> Normal:
        """The logarithm of the days of ``stage`` but for what all stages of a project share, with the variance of chance."""
        fit = self.stages[stage]
        plan = fit.slope * (_logarithm(planned_days) - fit.plan_level) if planned_days is not None else 0.0
        days = Normal(fit.level + plan, fit.variance)
        return days + self.effect(("return", stage)) if is_return else days


@dataclass
class _Row:
    """A visit as the estimation sees it: ``value`` is the logarithm of its days, expected where it is not over
    (``bound``)."""

    stage: Stage
    effects: list[Effect]
    plan: float | None
    bound: float | None
    value: float
    spread: float = 0.0
    rest: float = 0.0


def fit(visits: Iterable[Visit]) -> Fit:
    """Learn from ``visits``, over or not; nothing from those whose length nobody knows."""
    known_visits = [visit for visit in visits if visit.is_known and (visit.is_over or visit.days)]
    rows = [_row(visit) for visit in known_visits]
    stages = {stage: StageFit() for stage in PATH}
    by_stage: dict[Stage, list[_Row]] = {stage: [row for row in rows if row.stage == stage] for stage in PATH}
    for stage, members in by_stage.items():
        plans = [row.plan for row in members if row.plan is not None]
        stages[stage].plan_level = sum(plans) / len(plans) if plans else 0.0
        stages[stage].level = sum(row.value for row in members) / len(members) if members else 0.0
        stages[stage].finished = sum(row.bound is None for row in members)
    effects, variances = _estimate(rows, by_stage, stages)
    over = [visit for visit in known_visits if visit.is_over]
    _learn_returns(over, stages)
    held = [visit.held_days for visit in over if visit.held_days]
    projects = list({visit.project.key: visit.project for visit in over}.values())
    return Fit(stages, effects, variances, held, len(held) / len(over) if over else 0.0, projects)


def _estimate(
    rows: list[_Row], by_stage: dict[Stage, list[_Row]], stages: dict[Stage, StageFit]
) -> tuple[dict[Effect, Normal], dict[str, float]]:
    """Estimate each part from what the others leave, round after round; levels and slopes are set in ``stages``."""
    members: dict[Effect, list[_Row]] = defaultdict(list)
    for row in rows:
        row.rest = row.value - stages[row.stage].level
        for effect in row.effects:
            members[effect].append(row)
    effects = {effect: Normal() for effect in members}
    variances = {effect[0]: EFFECT_VARIANCE for effect in members}
    for _round in range(ROUNDS):
        for stage, stage_rows in by_stage.items():
            if stage_rows:
                _fit_stage(stages[stage], stage_rows)
        for effect, effect_rows in members.items():
            effects[effect] = _fit_effect(effects[effect], effect_rows, stages, variances[effect[0]])
        variances = _variances(effects)
        _even_variances(by_stage, stages)
        for row in rows:
            if row.bound is not None:
                _expect(row, stages[row.stage].variance)
    return effects, variances


def _fit_stage(fit: StageFit, rows: list[_Row]) -> None:
    """The level of a stage, and what a longer plan adds; a slope that nothing speaks for is none."""
    change = sum(row.rest for row in rows) / len(rows)
    fit.level += change
    for row in rows:
        row.rest -= change
    planned = [(row, row.plan - fit.plan_level) for row in rows if row.plan is not None]
    weight = sum(plan * plan for _row, plan in planned) + fit.variance
    slope = sum(plan * (row.rest + fit.slope * plan) for row, plan in planned) / weight
    for row, plan in planned:
        row.rest += (fit.slope - slope) * plan
    fit.slope = slope


def _fit_effect(before: Normal, rows: list[_Row], stages: dict[Stage, StageFit], prior: float) -> Normal:
    precision, total = 1.0 / prior, 0.0
    for row in rows:
        weight = 1.0 / stages[row.stage].variance
        precision += weight
        total += weight * (row.rest + before.mean)
    mean = total / precision
    for row in rows:
        row.rest += before.mean - mean
    return Normal(mean, 1.0 / precision)


def _variances(effects: dict[Effect, Normal]) -> dict[str, float]:
    squares: dict[str, list[float]] = defaultdict(list)
    for effect, normal in effects.items():
        squares[effect[0]].append(normal.mean**2 + normal.variance)
    assumed = PSEUDO_EFFECTS * EFFECT_VARIANCE
    return {kind: (sum(values) + assumed) / (len(values) + PSEUDO_EFFECTS) for kind, values in squares.items()}


def _even_variances(by_stage: dict[Stage, list[_Row]], stages: dict[Stage, StageFit]) -> None:
    """The variance of chance at each stage, drawn towards that of all where few stays speak for it."""
    sums = {stage: sum(row.rest**2 + row.spread for row in rows) for stage, rows in by_stage.items()}
    count = sum(len(rows) for rows in by_stage.values())
    usual = (sum(sums.values()) + 0.5) / (count + 1)
    for stage, rows in by_stage.items():
        variance = (sums[stage] + PSEUDO_STAGES * usual) / (len(rows) + PSEUDO_STAGES)
        stages[stage].variance = max(variance, LEAST_VARIANCE)


def _expect(row: _Row, variance: float) -> None:
    """Take for a stay that is not over what it is expected to last, since it lasted to its bound."""
    bound = row.bound or 0.0
    deviation = math.sqrt(variance)
    expected = row.value - row.rest
    place = (bound - expected) / deviation
    hazard = place + 1.0 / place if place > FAR else STANDARD.pdf(place) / (1.0 - STANDARD.cdf(place))
    row.value = expected + deviation * hazard
    row.rest = row.value - expected
    # What chance still leaves open, so that the variance is not taken for smaller than it is.
    row.spread = max(variance * (1.0 + place * hazard - hazard * hazard), 0.0)


def _row(visit: Visit) -> _Row:
    effects = project_effects(visit.project)
    if visit.is_return:
        effects.append(("return", visit.stage))
    plan = _logarithm(visit.planned_days) if visit.planned_days is not None else None
    bound = None if visit.is_over else math.log(visit.days)
    return _Row(visit.stage, effects, plan, bound, _logarithm(visit.days))


def _logarithm(days: int) -> float:
    """Of a whole number of days the middle: whoever answers on the same day took a part of one."""
    return math.log(days + 0.5)


def _learn_returns(over: list[Visit], stages: dict[Stage, StageFit]) -> None:
    """How often each stage ends with a way back, drawn towards how often any does."""
    back = [visit for visit in over if not visit.is_forward]
    usual = len(back) / len(over) if over else 0.0
    for stage, fit in stages.items():
        ended = sum(visit.stage == stage for visit in over)
        returned = sum(visit.stage == stage for visit in back)
        fit.return_share = (returned + PSEUDO_STAGES * usual) / (ended + PSEUDO_STAGES)

"""The method of the forecast, on projects that never were: it keeps what it promises, and what it rests on."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core import workdays
from apps.core.process import PATH, Stage
from apps.portfolio.forecasts import backtest, fitting, simulation, synthetic
from apps.portfolio.forecasts.past import BusinessDays, Project, visits
from apps.portfolio.forecasts.simulation import quantile, simulate, standing

FIRST = date(2026, 3, 2)
CALENDAR = BusinessDays(date(2019, 1, 1), date(2036, 1, 1))
TODAY = date(2026, 6, 1)


def project(lengths, key=1, integrator=1, opened=FIRST, **fields):
    """One whose stages took ``lengths`` business days, and that stands at the one after them."""
    moves, day = [(opened, Stage.KICKOFF)], opened
    for length, stage in zip(lengths, [*PATH[1:], Stage.COMPLETED], strict=False):
        day = workdays.shift(day, length)
        moves.append((day, stage))
    return Project(key, 1, integrator, "api", moves, **fields)


def learnt(projects, today=TODAY):
    return fitting.fit(visit for row in projects for visit in visits(row, today, CALENDAR))


@pytest.fixture(scope="module")
def past():
    """Sixty that were finished in a fortnight a stage, more or less; of the first integrator half as fast."""
    rng = random.Random(7)
    rows = []
    for key in range(100, 160):
        integrator = key % 3
        lengths = [max(round(rng.lognormvariate(2.3, 0.4) * (2 if integrator == 0 else 1)), 1) for _stage in PATH]
        rows.append(project(lengths, key, integrator, opened=date(2022, 1, 3) + timedelta(days=key)))
    return rows


@pytest.fixture(scope="module", params=["lognormal", "gamma"])
def figures(request):
    """Of 500 projects that never were; also where stages follow another law than the one that forecasts reckon by."""
    return backtest.figures(list(backtest.replay(*synthetic.history(500, seed=1, shape=request.param))))


class TestTheBackTest:
    """The days are kept as often as they say within five points, and are nearer than plan and mean."""

    def test_the_days_are_kept_as_often_as_they_say(self, figures):
        assert figures.count > 1_500
        assert figures.within_likely == pytest.approx(0.5, abs=0.05)
        assert figures.within_safe == pytest.approx(0.8, abs=0.05)

    def test_it_errs_less_than_the_plan_and_than_the_mean(self, figures):
        assert figures.compared > 1_200
        assert figures.error < 0.85 * figures.error_of_plan
        assert figures.error < 0.85 * figures.error_of_mean

    def test_no_figures_where_nothing_is_over(self):
        projects, _today = synthetic.history(20)
        assert backtest.figures(list(backtest.replay(projects, projects[0].opened + timedelta(days=90)))) is None
        assert list(backtest.replay([], TODAY)) == []

    def test_a_replayed_day_knows_nothing_of_what_came_after(self):
        plan = {"kickoff": FIRST, "development": date(2026, 3, 16)}
        held = (date(2026, 3, 10), date(2026, 3, 20))
        row = project([5, 20, 3], holds=[held], plan=plan, planned_on=date(2026, 3, 9))
        before = row.before(date(2026, 3, 9))
        assert (before.stage, before.holds, before.plan) == (Stage.KICKOFF, [], {})
        after = row.before(date(2026, 3, 12))
        assert (after.stage, after.holds, after.plan) == (Stage.DEVELOPMENT, [(held[0], None)], plan)

    def test_the_same_seed_is_the_same_history(self):
        assert synthetic.history(30, 5) == synthetic.history(30, 5) != synthetic.history(30, 6)


class TestTheSimulation:
    def test_the_same_day_says_the_same_and_another_may_not(self, past):
        fit, row = learnt(past), project([9])
        days = simulate(fit, standing(row, TODAY, CALENDAR), Stage.GO_LIVE)
        assert days == simulate(learnt(past), standing(row, TODAY, CALENDAR), Stage.GO_LIVE)
        assert days != simulate(fit, standing(row, TODAY + timedelta(days=1), CALENDAR), Stage.GO_LIVE)

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.integers(0, 60), max_size=5),
        st.integers(0, 400),
        st.integers(0, 3),
        st.integers(0, 60),
        st.booleans(),
    )
    def test_the_days_lie_ahead_and_in_order(self, past, lengths, later, integrator, agreed, is_held):
        row = project(lengths, integrator=integrator)
        today = workdays.shift(row.moves[-1][0], later)
        if is_held:
            row = replace(row, holds=[(row.moves[-1][0], None)])
        meeting = workdays.shift(today, agreed)
        stands = standing(row, today, CALENDAR, meeting)
        days = simulate(learnt(past), stands, simulation.goal_of(row.stage), 60)
        assert len(days) == 60
        assert agreed <= quantile(days, 0.0) <= quantile(days, 0.5) <= quantile(days, 0.8) <= simulation.MOST_DAYS

    def test_what_lasts_already_is_expected_to_last_on(self, past):
        """A stage that has lasted forty days ends later than one that has just begun, counted from its beginning."""
        fit = learnt(past)
        fresh, old = project([5]), project([5], opened=workdays.shift(FIRST, -40))
        since = fresh.moves[-1][0]
        likely = {
            row.opened: quantile(simulate(fit, standing(row, since, CALENDAR), Stage.GO_LIVE), 0.5)
            for row in (fresh, old)
        }
        assert likely[old.opened] + 40 > likely[fresh.opened]

    def test_a_slow_integrator_takes_longer(self, past):
        fit = learnt(past)
        likely = [
            quantile(simulate(fit, standing(project([5], 1, number), TODAY, CALENDAR), Stage.GO_LIVE), 0.5)
            for number in (0, 1)
        ]
        assert likely[0] > 1.25 * likely[1]

    def test_further_along_is_sooner_live(self, past):
        fit = learnt(past)
        likely = []
        for number in range(5):
            row = project([8] * number)
            stands = standing(row, row.moves[-1][0], CALENDAR)
            likely.append(quantile(simulate(fit, stands, Stage.GO_LIVE), 0.5))
        assert likely == sorted(likely, reverse=True)

    def test_a_project_on_hold_goes_live_later(self, past):
        held = project([5], holds=[(TODAY - timedelta(days=14), None)])
        fit = learnt([*past, project([10] * 6, 90, holds=[(FIRST, workdays.shift(FIRST, 9))])])
        days = [simulate(fit, standing(row, TODAY, CALENDAR), Stage.GO_LIVE) for row in (held, project([5]))]
        assert standing(held, TODAY, CALENDAR).held_days
        assert standing(held, TODAY, CALENDAR).days < standing(project([5]), TODAY, CALENDAR).days
        assert quantile(days[0], 0.5) > quantile(days[1], 0.5)

    @given(st.lists(st.integers(0, 500), min_size=1, max_size=50), st.floats(0.01, 1))
    def test_a_quantile_is_the_first_that_enough_do_not_exceed(self, days, share):
        days = sorted(days)
        value = quantile(days, share)
        assert sum(day <= value for day in days) >= share * len(days) - 1e-9
        assert sum(day < value for day in days) < share * len(days) + 1e-9


class TestWhatIsLearnt:
    def test_stages_that_last_make_the_expected_time_longer(self, past):
        """Left out, the short ones alone would count."""
        lasting = [project([5], key, 1, opened=date(2025, 6, 2)) for key in range(1, 30)]
        fits = learnt(past), learnt([*past, *lasting])
        assert fits[1].stages[Stage.DEVELOPMENT].level > fits[0].stages[Stage.DEVELOPMENT].level + 0.3

    def test_few_stages_of_an_integrator_hardly_count(self, past):
        one = project([60] * 6, 1, integrator=9, opened=date(2023, 1, 2))
        many = [project([60] * 6, key, integrator=9, opened=date(2023, 1, 2)) for key in range(1, 9)]
        effects = [learnt([*past, *rows]).effect(("integrator", "9")).mean for rows in ([one], many)]
        assert 0 < effects[0] < effects[1]

    def test_a_cancelled_stage_is_one_that_might_have_lasted_longer(self):
        row = Project(1, 1, 1, "api", [(FIRST, Stage.KICKOFF), (workdays.shift(FIRST, 4), Stage.CANCELLED)])
        [visit] = visits(row, TODAY, CALENDAR)
        assert (visit.days, visit.is_over) == (4, False)

    def test_days_on_hold_are_no_days_of_the_stage(self):
        row = project([10, 5], holds=[(date(2026, 3, 4), date(2026, 3, 6)), (date(2026, 3, 13), date(2026, 3, 18))])
        kickoff, development, _training = visits(row, TODAY, CALENDAR)
        assert (kickoff.days, kickoff.held_days) == (7, 3)
        assert (development.days, development.held_days) == (3, 2)

    def test_a_way_back_is_a_return(self):
        moves = [Stage.KICKOFF, Stage.DEVELOPMENT, Stage.TRAINING, Stage.DEVELOPMENT]
        row = Project(1, 1, 1, "", [(workdays.shift(FIRST, 5 * place), stage) for place, stage in enumerate(moves)])
        assert [visit.is_return for visit in visits(row, TODAY, CALENDAR)] == [False, False, False, True]
        assert [visit.is_forward for visit in visits(row, TODAY, CALENDAR)][:3] == [True, True, False]

    def test_the_stays_before_a_take_over_teach_nothing_and_a_way_back_is_a_return(self):
        moves = [Stage.KICKOFF, Stage.HOMOLOGATION, Stage.DEVELOPMENT, Stage.TRAINING]
        days = [FIRST, FIRST, workdays.shift(FIRST, 2), workdays.shift(FIRST, 7)]
        row = Project(1, 1, 1, "", list(zip(days, moves, strict=True)), unknown=2)
        assert [visit.is_known for visit in visits(row, TODAY, CALENDAR)] == [False, False, True, True]
        assert [visit.is_return for visit in visits(row, TODAY, CALENDAR)] == [False, False, True, True]
        finished = {stage: fit.finished for stage, fit in learnt([row]).stages.items() if fit.finished}
        assert finished == {Stage.DEVELOPMENT: 1}
        at_the_kickoff = Project(1, 1, 1, "", [(FIRST, Stage.KICKOFF)] * 2, unknown=2)
        assert not standing(at_the_kickoff, TODAY, CALENDAR).is_return

    def test_nothing_is_learnt_of_nothing(self):
        fit = learnt([])
        assert not simulation.has_enough(fit, Stage.KICKOFF)
        assert simulate(fit, standing(project([]), TODAY, CALENDAR), Stage.GO_LIVE)

    @given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 900))
    def test_business_days_are_counted_as_everywhere(self, first, length):
        last = first + timedelta(days=length)
        assert CALENDAR.between(first, last) == workdays.between(first, last)

"""The plan: made when a rollout starts, moved by the integrator's date, changed by the project manager."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.rollouts import actions, planning
from apps.rollouts.models import Rollout
from apps.rollouts.templatetags.rollouts import due_words
from apps.stages.development import actions as development
from tests.blueprints import shipped
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import PlannedStageFactory, RolloutFactory, at_stage, planned

pytestmark = pytest.mark.django_db

LENGTHS = {"kickoff": 10, "development": 25, "training": 5, "homologation": 12, "acceptance": 4, "go_live": 8}
FIRST = date(2026, 8, 3)


@pytest.fixture(autouse=True)
def _today():
    with clock.at(clock.instant_of(date(2026, 8, 3), time(10))):
        yield


class TestProposing:
    def test_without_a_target_it_goes_forward_in_business_days(self):
        plan = planning.propose(FIRST, None, LENGTHS)
        assert list(plan) == [stage.value for stage in planning.STEPS]
        assert plan["kickoff"] == FIRST
        assert plan["development"] == date(2026, 8, 17)
        assert plan["training"] == date(2026, 9, 22)  # the 7th of September is a holiday

    def test_with_a_target_it_goes_backward_and_the_kickoff_takes_what_is_over(self):
        plan = planning.propose(FIRST, date(2026, 12, 1), LENGTHS)
        assert plan["kickoff"] == FIRST
        assert plan["go_live"] == date(2026, 12, 1)
        assert plan["acceptance"] == date(2026, 11, 25)
        assert plan["development"] > date(2026, 8, 17)

    def test_what_does_not_fit_is_shortened_in_proportion_and_stays_in_order(self):
        plan = planning.propose(FIRST, date(2026, 8, 24), LENGTHS)
        days = [plan[stage.value] for stage in planning.STEPS]
        assert days == sorted(days)
        assert days[0] == FIRST
        assert plan["go_live"] == date(2026, 8, 24)

    def test_a_target_in_the_past_counts_as_none(self):
        assert planning.propose(FIRST, date(2026, 8, 1), LENGTHS) == planning.propose(FIRST, None, LENGTHS)


def test_a_rollout_that_starts_gets_its_plan():
    shipped.load()
    like = RolloutFactory()
    rollout = actions.create_rollout(
        by=like.people["pm"], client=like.company("client"), platform=like.platform,
        platform_company=like.company("platform"), integrator=like.company("integrator"),
        project_manager=like.people["pm"], target_date=date(2026, 12, 1),
    )  # fmt: skip
    assert planning.starts(rollout)["go_live"] == date(2026, 12, 1)
    assert planning.starts(rollout)["kickoff"] == FIRST
    assert next(step.note for step in _steps(rollout) if step.stage == "go_live") == "previsto 01/12"


def _steps(rollout):
    from apps.rollouts import queries

    return queries.steps(Rollout.objects.get(pk=rollout.pk))


class TestTheIntegratorsDate:
    def test_it_moves_the_training_and_what_follows_and_leaves_what_comes_before(self):
        rollout = planned()
        before = planning.starts(rollout)
        development.set_due_date(rollout, by=rollout.people["integrator"], date=date(2026, 10, 3))
        after = planning.starts(Rollout.objects.get(pk=rollout.pk))
        assert after["development"] == before["development"]
        assert after["training"] == date(2026, 10, 5)  # the 3rd is a Saturday
        assert after["go_live"] > before["go_live"]
        assert rollout.events.count() == 1

    def test_it_never_puts_the_training_before_the_development(self):
        rollout = planned()
        development.set_due_date(rollout, by=rollout.people["integrator"], date=date(2026, 8, 4))
        after = planning.starts(Rollout.objects.get(pk=rollout.pk))
        assert after["training"] == after["development"]

    def test_a_rollout_without_a_plan_stays_without_one(self):
        rollout = RolloutFactory()
        development.set_due_date(rollout, by=rollout.people["integrator"], date=date(2026, 10, 1))
        assert not rollout.planned_stages.exists()


class TestMovedOnThePage:
    """The page of the plan proposes days for a stage that was dragged, and for those after it; nothing is changed by that."""

    def shown(self, client_for, **query):
        rollout = planned()
        page = client_for(rollout.people["pm"]).get(reverse("rollouts:plan", args=[rollout.pk]), query)
        return {name: field.initial for name, field in page.context["form"].fields.items()}, page.context["moved"]

    def test_the_stage_and_those_after_it_move_by_business_days(self, client_for):
        shown, _moved = self.shown(client_for, stage="training", days="5")  # the 27th of September is a Sunday
        assert shown["date_development"] == date(2026, 8, 17)
        assert shown["date_training"] == date(2026, 9, 28)
        assert shown["date_homologation"] == date(2026, 10, 5)
        assert shown["date_completed"] == date(2026, 11, 10)  # the 12th of October is a holiday

    def test_to_earlier_days_too(self, client_for):
        assert self.shown(client_for, stage="training", days="-7")[0]["date_training"] == date(2026, 9, 15)

    @pytest.mark.parametrize(
        "query",
        [
            {}, {"stage": "training"}, {"days": "5"}, {"stage": "kickoff", "days": "5"}, {"stage": "x", "days": "5"},
            {"stage": "training", "days": "0"}, {"stage": "training", "days": "--5"}, {"stage": "training", "days": "1e3"},
            {"stage": "training", "days": "1001"}, {"stage": "training", "days": "9" * 40},
        ],
    )  # fmt: skip
    def test_what_means_nothing_proposes_nothing(self, client_for, query):
        shown, moved = self.shown(client_for, **query)
        assert moved == {}
        assert shown["date_training"] == date(2026, 9, 22)


class TestShiftingSeveral:
    """Development was begun in the first, so that its own day stays; the second is at the kickoff."""

    @pytest.fixture
    def rollouts(self):
        return [at_stage(planned(), Stage.DEVELOPMENT), planned()]

    def starts(self, rollouts):
        return [planning.starts(Rollout.objects.get(pk=rollout.pk)) for rollout in rollouts]

    def test_what_has_not_begun_moves_by_business_days_and_every_timeline_says_why(self, rollouts):
        before = self.starts(rollouts)
        pm = rollouts[0].people["pm"]
        assert planning.shift_several(rollouts, by=pm, business_days=10, reason="Férias coletivas") == 2
        after = self.starts(rollouts)
        assert after[0]["development"] == before[0]["development"]
        assert after[1]["development"] == date(2026, 8, 31)
        assert after[1]["kickoff"] == before[1]["kickoff"]
        for days in after:
            assert days["training"] == date(2026, 10, 6)
            assert days["completed"] == date(2026, 11, 18)  # the 2nd of November, a holiday, is no day of the ten
        for rollout in rollouts:
            assert "Férias coletivas" in rollout.events.last().describe()

    def test_all_or_none_and_the_refusal_names_the_project(self, rollouts):
        before = self.starts(rollouts)
        with pytest.raises(Refusal, match=rollouts[0].code):
            planning.shift_several(rollouts, by=rollouts[0].people["pm"], business_days=-60, reason="x")
        assert self.starts(rollouts) == before
        assert not any(rollout.events.exists() for rollout in rollouts)

    def test_a_project_without_a_plan_or_closed_is_left_as_it_is(self, rollouts):
        manager = rollouts[0].people["manager"]
        without_plan, cancelled = RolloutFactory(), planned()
        actions.cancel(cancelled, by=manager, reason="x", seen_version=cancelled.version)
        before = self.starts([cancelled])
        chosen = [*rollouts, without_plan, cancelled]
        assert planning.shift_several(chosen, by=manager, business_days=1, reason="x") == 2
        assert self.starts([cancelled]) == before
        with pytest.raises(Refusal, match="Nenhum dos projetos"):
            planning.shift_several([without_plan, cancelled], by=manager, business_days=1, reason="x")

    @pytest.mark.parametrize(("business_days", "reason", "field"), [(1, " ", "reason"), (0, "x", "business_days")])
    def test_it_needs_days_and_a_reason(self, rollouts, business_days, reason, field):
        with pytest.raises(Invalid) as caught:
            planning.shift_several(rollouts, by=rollouts[0].people["pm"], business_days=business_days, reason=reason)
        assert caught.value.field == field

    @pytest.mark.parametrize("person", ["analyst", "client", "integrator", "platform"])
    def test_nobody_else_does(self, rollouts, person):
        with pytest.raises(NotAllowed):
            planning.shift_several(rollouts, by=rollouts[0].people[person], business_days=1, reason="x")


class TestChanging:
    def test_the_project_manager_plans_another_day_and_the_timeline_says_so(self):
        rollout = planned()
        planning.change(rollout, by=rollout.people["pm"], dates={"training": date(2026, 9, 24)})
        assert planning.starts(Rollout.objects.get(pk=rollout.pk))["training"] == date(2026, 9, 24)
        assert "Treinamento 24/09/2026" in rollout.events.get().describe()

    def test_stages_are_named_in_the_order_of_the_process(self):
        rollout = planned()
        starts = planning.starts(rollout)
        dates = {stage: starts[stage] + timedelta(days=1) for stage in ("training", "acceptance", "homologation")}
        planning.change(rollout, by=rollout.people["pm"], dates=dates)
        sentence = rollout.events.get().describe()
        places = [sentence.index(str(stage.label)) for stage in planning.STEPS if stage in dates]
        assert places == sorted(places)
        assert len(places) == 3

    @pytest.mark.parametrize("person", ["analyst", "client", "integrator", "platform"])
    def test_nobody_else_does(self, person):
        rollout = planned()
        with pytest.raises(NotAllowed):
            planning.change(rollout, by=rollout.people[person], dates={"training": date(2026, 9, 24)})

    def test_stages_out_of_order_are_refused_with_both_names(self):
        rollout = planned()
        with pytest.raises(Invalid, match="Homologação não pode começar antes de Treinamento") as caught:
            planning.change(rollout, by=rollout.people["pm"], dates={"training": date(2027, 1, 4)})
        assert caught.value.field == "date_homologation"
        assert not rollout.events.exists()

    def test_once_under_way_it_needs_a_reason(self):
        rollout = at_stage(planned(), Stage.DEVELOPMENT)
        dates = {"training": date(2026, 9, 24)}
        with pytest.raises(Invalid, match="diga por que"):
            planning.change(rollout, by=rollout.people["pm"], dates=dates)
        planning.change(rollout, by=rollout.people["pm"], dates=dates, reason="A loja faz inventário")
        assert "inventário" in rollout.events.get().describe()

    def test_a_stage_that_has_begun_keeps_its_day(self):
        rollout = at_stage(planned(), Stage.DEVELOPMENT)
        with pytest.raises(Refusal, match="já começou"):
            planning.change(rollout, by=rollout.people["pm"], dates={"development": date(2026, 8, 20)}, reason="x")

    def test_changing_nothing_is_said(self):
        rollout = planned()
        with pytest.raises(Invalid, match="Nenhuma data mudou"):
            planning.change(rollout, by=rollout.people["pm"], dates=planning.starts(rollout))

    def test_a_rollout_that_began_without_a_plan_can_be_given_one(self):
        rollout = RolloutFactory()
        dates = planning.propose(FIRST, None, LENGTHS)
        planning.change(rollout, by=rollout.people["pm"], dates=dates)
        assert planning.starts(Rollout.objects.get(pk=rollout.pk)) == dates


class TestThePages:
    def test_the_project_page_shows_planned_actual_and_late(self, client):
        rollout = planned()
        client.force_login(rollout.people["client"])
        with clock.at(clock.instant_of(date(2026, 8, 20), time(10))):
            text = client.get(reverse("rollouts:detail", args=[rollout.pk])).content.decode()
        assert "Plano das etapas" in text
        assert "3 dias úteis de atraso" in text
        assert "Mudar datas" not in text

    def test_the_form_says_what_is_out_of_order_and_keeps_what_was_typed(self, client):
        rollout = planned()
        client.force_login(rollout.people["pm"])
        url = reverse("rollouts:plan", args=[rollout.pk])
        dates = {
            f"date_{stage}": day.isoformat() for stage, day in planning.starts(rollout).items() if stage != "kickoff"
        }
        answer = client.post(url, dates | {"date_development": "2027-01-04"})
        assert answer.status_code == 422
        assert "não pode começar antes de" in answer.content.decode()
        assert "2027-01-04" in answer.content.decode()
        assert client.post(url, dates | {"date_development": "2026-08-18"}).status_code == 302


@pytest.mark.parametrize(
    ("day", "words"),
    [(3, "vence hoje"), (4, "vence em 1 dia"), (6, "vence em 3 dias"), (2, "venceu há 1 dia"), (1, "venceu há 2 dias")],
)
def test_how_far_a_due_day_is_in_words(day, words):
    assert due_words(date(2026, 8, day)) == words


def test_a_stage_is_planned_once():
    from django.db import IntegrityError

    row = PlannedStageFactory()
    with pytest.raises(IntegrityError):
        PlannedStageFactory(rollout=row.rollout, stage=row.stage)


class TestWhatDoesNotFit:
    @pytest.fixture
    def start(self):
        shipped.load()
        like = RolloutFactory()

        def start(target):
            return actions.create_rollout(
                by=like.people["pm"], client=like.company("client"), platform=like.platform,
                platform_company=like.company("platform"), integrator=like.company("integrator"),
                project_manager=like.people["pm"], target_date=target,
            )  # fmt: skip

        start.pm = like.people["pm"]
        return start

    def test_nothing_is_said_of_a_plan_that_fits(self, start):
        assert not planning.misfit(start(date(2026, 12, 1)))
        assert not planning.misfit(start(None))

    def test_stages_that_are_too_short_before_the_target_are_named(self, start, client_for):
        rollout = start(date(2026, 8, 24))
        misfit = planning.misfit(rollout)
        assert [row.stage for row in misfit.short] == [
            "kickoff",
            "development",
            "training",
            "homologation",
            "acceptance",
        ]
        assert all(row.planned < row.usual for row in misfit.short)
        assert misfit.days_after_target == 0
        page = client_for(start.pm).get(reverse("rollouts:plan", args=[rollout.pk])).content.decode()
        assert "O plano não cabe até a data prevista" in page
        assert "Desenvolvimento: " in page

    def test_a_target_that_has_passed_is_named_with_the_days_by_which_the_plan_is_late(self, start):
        misfit = planning.misfit(start(date(2026, 7, 31)))
        assert misfit.short == []
        assert misfit.days_after_target > 0

    def test_a_target_that_was_corrected_is_held_against_the_plan(self, start):
        rollout = start(None)
        Rollout.objects.filter(pk=rollout.pk).update(target_date=date(2026, 8, 10))
        assert planning.misfit(Rollout.objects.get(pk=rollout.pk)).days_after_target > 0

    def test_what_is_over_is_named_no_more(self, start):
        late = start(date(2026, 7, 31))
        assert planning.misfit(late)
        for rollout in (start(date(2026, 8, 24)), late):
            assert not planning.misfit(at_stage(rollout, Stage.GO_LIVE))

    def test_the_parties_are_told_nothing_of_it(self, start, client_for):
        rollout = start(date(2026, 8, 24))
        client = rollout.company("client").memberships.get(role="lead").user
        assert "não cabe" not in client_for(client).get(rollout.get_absolute_url()).content.decode()


class TestBornOnTime:
    def test_nothing_is_due_before_the_first_business_day_after_the_opening(self):
        shipped.load()
        like = RolloutFactory()
        rollout = actions.create_rollout(
            by=like.people["pm"], client=like.company("client"), platform=like.platform,
            platform_company=like.company("platform"), integrator=like.company("integrator"),
            project_manager=like.people["pm"], target_date=date(2026, 8, 10),
        )  # fmt: skip
        days = [item.due for item in rollout.prerequisites.all()]
        assert len(days) > 5
        assert min(days) == date(2026, 8, 4)
        assert not rollout.open_requirements.filter(due__lte=FIRST).exists()

    def test_where_there_is_time_the_days_are_those_of_the_list(self):
        item = PrerequisiteFactory(rollout=planned(), days_before=2, gate="start_training")
        assert item.due == date(2026, 9, 18)

    def test_a_day_that_somebody_set_stands(self):
        item = PrerequisiteFactory(rollout=planned(), due_set=date(2026, 8, 3))
        assert item.due == date(2026, 8, 3)

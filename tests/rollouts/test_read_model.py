"""What is open is kept by the action that changes it, followed when time passes, and can be proven against the rules."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core import clock, plugins
from apps.core.process import Gate, PartyRole, Stage
from apps.core.requirements import Requirement
from apps.meetings import actions as meetings
from apps.prerequisites import actions as prerequisites
from apps.prerequisites.models import Prerequisite
from apps.rollouts import actions, read_model, refreshing, tasks, timeline
from apps.rollouts.events import BallPassed, Held, Resumed
from apps.rollouts.models import OpenRequirement, Rollout
from tests.prerequisites.factories import PrerequisiteFactory
from tests.read_model import forget, held_against_the_rules
from tests.rollouts.asking import rules_of_the_test
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules(monkeypatch):
    return rules_of_the_test(monkeypatch)


@pytest.fixture
def rollout():
    return RolloutFactory()


def asks(rollout, key="x:y", **fields):
    """A rule that asks for ``key`` of the client."""
    given = {"text": "Enviar", "owed_by": PartyRole.CLIENT, "since": rollout.stage_entered_at, "url": "/", **fields}
    return lambda _rollout: [Requirement(key=key, **given)]


def something_happens(rollout, event=None):
    with timeline.changing(rollout) as locked:
        return timeline.record(locked, event or Resumed(), rollout.people["pm"])


def rows(rollout):
    return {(row.gate, row.key): row for row in OpenRequirement.objects.filter(rollout=rollout)}


class TestKeeping:
    def test_an_event_keeps_what_is_open_after_it_and_who_has_the_ball(self, rules, rollout):
        rules[Gate.START_DEVELOPMENT].append(asks(rollout, waivable=True))
        rules[None].append(asks(rollout, key="x:early", owed_by=PartyRole.INTEGRATOR))
        event = something_happens(rollout)
        kept = rows(rollout)
        assert set(kept) == {("start_development", "x:y"), ("", "x:early")}
        assert kept["start_development", "x:y"].blocking
        assert not kept["", "x:early"].blocking
        assert event.holder == "client"
        rules[Gate.START_DEVELOPMENT].clear()
        assert something_happens(rollout).holder == "presence"
        assert set(rows(rollout)) == {("", "x:early")}

    def test_the_holder_is_part_of_what_is_hashed(self, rules, rollout):
        event = something_happens(rollout)
        assert event.hashed()["holder"] == "presence"

    def test_what_did_not_change_is_not_written(self, rules, rollout, django_assert_num_queries):
        rules[Gate.START_DEVELOPMENT].append(asks(rollout))
        something_happens(rollout)
        before = rows(rollout)
        with transaction.atomic():
            locked = Rollout.objects.select_for_update().get(pk=rollout.pk)
            assert read_model.keep(locked) is False
        assert {place: row.pk for place, row in rows(rollout).items()} == {
            place: row.pk for place, row in before.items()
        }

    def test_a_changed_text_is_written_to_the_same_row(self, rules, rollout):
        rules[Gate.START_DEVELOPMENT].append(asks(rollout, text="Enviar"))
        something_happens(rollout)
        before = rows(rollout)["start_development", "x:y"]
        rules[Gate.START_DEVELOPMENT][:] = [asks(rollout, text="Corrigir")]
        something_happens(rollout)
        after = rows(rollout)["start_development", "x:y"]
        assert after.pk == before.pk
        assert str(after.text) == "Corrigir"

    def test_a_waived_one_stays_and_blocks_nothing(self, rules, rollout):
        rules[Gate.START_DEVELOPMENT].append(asks(rollout, waivable=True))
        something_happens(rollout)
        actions.waive(rollout, Gate.START_DEVELOPMENT, "x:y", by=rollout.people["manager"], reason="Combinado")
        row = rows(rollout)["start_development", "x:y"]
        assert row.waiver.reason == "Combinado"
        assert not row.blocking
        actions.withdraw_waiver(row.waiver, by=rollout.people["manager"])
        assert rows(rollout)["start_development", "x:y"].blocking

    def test_on_hold_who_caused_it_has_the_ball_and_what_is_open_stays(self, rules, rollout):
        rules[Gate.START_DEVELOPMENT].append(asks(rollout))
        something_happens(rollout)
        actions.hold(rollout, by=rollout.people["pm"], caused_by="platform", reason="API fora", seen_version=1)
        assert rollout.events.get(kind=Held.kind).holder == "platform"
        assert rows(rollout)

    def test_a_closed_rollout_asks_nothing_of_anybody(self, rules, rollout):
        rules[Gate.START_DEVELOPMENT].append(asks(rollout))
        something_happens(rollout)
        actions.cancel(rollout, by=rollout.people["pm"], reason="Desistiu", seen_version=1)
        assert rows(rollout) == {}
        assert rollout.events.latest("sequence").holder == ""

    def test_an_action_that_fails_leaves_what_was_open(self, rules, rollout):
        rules[Gate.START_DEVELOPMENT].append(asks(rollout))
        something_happens(rollout)
        rules[Gate.START_DEVELOPMENT].clear()
        with pytest.raises(ZeroDivisionError):
            self.record_and_fail(rollout)
        assert set(rows(rollout)) == {("start_development", "x:y")}

    def record_and_fail(self, rollout):
        with timeline.changing(rollout) as locked:
            timeline.record(locked, Resumed(), rollout.people["pm"])
            raise ZeroDivisionError

    def test_the_way_back_is_kept_and_blocks_nothing(self, rules):
        rollout = at_stage(RolloutFactory(), Stage.ACCEPTANCE)
        rules[Gate.RETURN_TO_HOMOLOGATION].append(asks(rollout, key="x:back"))
        assert something_happens(rollout).holder == "presence"
        assert not rows(rollout)["return_to_homologation", "x:back"].blocking

    def test_the_summary_of_a_page_is_kept_in_both_languages(self):
        item = PrerequisiteFactory()
        prerequisites.submit(item, by=item.rollout.people["client"], text="x")
        rollout = Rollout.objects.get(pk=item.rollout_id)
        for language, label in (("pt-br", "Em conferência"), ("en", "In review")):
            with translation.override(language):
                assert label in [str(fact.label) for fact in rollout.summary_of("prerequisites")]

    def test_an_events_app_is_asked_and_those_that_follow_it(self):
        assert plugins.asking_after("prerequisites.submitted") >= {"prerequisites"}
        assert plugins.asking_after("rollouts.advanced") is None
        assert plugins.asking_after("unknown.kind") is None


class TestTheReadersZone:
    def test_who_acts_elsewhere_leaves_the_same_words_and_days(self):
        rollout = at_stage(RolloutFactory(), Stage.TRAINING)
        when = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
        with clock.at(datetime(2026, 11, 20, 12, tzinfo=UTC)):
            with clock.read_in(ZoneInfo("Asia/Tokyo")):
                meetings.plan(rollout, "training", by=rollout.people["pm"], planned_start=when, planned_minutes=60)
            row = rows(rollout)["", "training:date:1"]
            assert "30/11/2026 20:30" in row.text["pt"]
            assert row.due == date(2026, 11, 30)
            assert read_model.differences(Rollout.objects.get(pk=rollout.pk)) == []


class TestTime:
    """Some of what is open becomes another thing, or nothing, when its hour comes."""

    @pytest.fixture
    def session(self):
        rollout = at_stage(RolloutFactory(), Stage.TRAINING)
        when = clock.now() + timedelta(hours=2)
        return meetings.plan(rollout, "training", by=rollout.people["pm"], planned_start=when, planned_minutes=60)

    def test_a_date_that_passed_is_asked_for_no_more(self, session):
        with held_against_the_rules() as differences:
            assert f"training:date:{session.number}" in {key for _gate, key in rows(session.rollout)}
            with clock.at(clock.now() + timedelta(hours=3)):
                tasks.refresh_what_time_changed()
                assert f"training:date:{session.number}" not in {key for _gate, key in rows(session.rollout)}
        assert differences == []

    def test_before_its_hour_nothing_is_looked_at(self, session):
        assert not refreshing.changed_by_time().exists()

    def test_a_ball_that_passes_by_time_alone_is_on_the_timeline(self, rules, rollout):
        until = clock.now() + timedelta(hours=1)
        rules[Gate.START_DEVELOPMENT].append(asks(rollout, until=until))
        something_happens(rollout)
        rules[Gate.START_DEVELOPMENT].clear()
        with clock.at(until + timedelta(minutes=1)):
            tasks.refresh_what_time_changed()
        event = rollout.events.latest("sequence")
        assert (event.kind, event.holder, event.actor) == (BallPassed.kind, "presence", None)
        assert event.describe() == "passou a bola para Presence"

    def test_with_nothing_to_do_the_task_asks_a_constant_number_of_queries(
        self, session, django_assert_max_num_queries
    ):
        for _number in range(5):
            RolloutFactory()
        with django_assert_max_num_queries(6):  # Two keep a second one of its kind out, two how it went.
            tasks.refresh_what_time_changed()


class TestHealing:
    def test_what_did_not_follow_is_named_and_mended(self, caplog):
        item = PrerequisiteFactory()
        something_happens(item.rollout)
        OpenRequirement.objects.filter(rollout=item.rollout).delete()
        Rollout.objects.update(requirements_at=clock.now() - timedelta(days=2))
        forget()
        assert read_model.differences(Rollout.objects.get(pk=item.rollout_id))
        tasks.refresh_unchecked_rollouts()
        assert "had not followed" in caplog.text
        assert read_model.differences(Rollout.objects.get(pk=item.rollout_id)) == []

    @pytest.mark.parametrize(("stage", "days"), [(Stage.TRAINING, 1), (Stage.COMPLETED, 7)])
    def test_an_open_one_is_asked_each_night_and_a_closed_one_each_week(self, stage, days):
        rollout = at_stage(RolloutFactory(), stage)
        asked = clock.now()
        Rollout.objects.filter(pk=rollout.pk).update(requirements_at=asked)
        with clock.at(asked + timedelta(days=days, hours=-6)):
            assert not refreshing.unchecked().filter(pk=rollout.pk).exists()
        with clock.at(asked + timedelta(days=days)):
            assert refreshing.unchecked().filter(pk=rollout.pk).exists()

    def test_the_command_names_each_difference_and_mends_on_request(self):
        item = PrerequisiteFactory()
        something_happens(item.rollout)
        out, err = StringIO(), StringIO()
        call_command("verify_requirements", stdout=out)
        assert "are as their rules answer" in out.getvalue()
        Prerequisite.objects.filter(pk=item.pk).update(state="accepted")
        forget()
        with pytest.raises(CommandError, match="1 of 1 rollouts differ"):
            call_command("verify_requirements", stderr=err)
        assert f"{item.requirement_key} is settled" in err.getvalue()
        call_command("verify_requirements", mend=True, stderr=err, stdout=out)
        assert "1 of them mended" in out.getvalue()
        call_command("verify_requirements", item.rollout_id, stdout=out)

    def test_the_command_knows_no_other_rollout(self):
        with pytest.raises(CommandError, match="No such rollout: 7"):
            call_command("verify_requirements", 7)


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(["submit", "accept", "reject", "hold", "resume", "waive"]))
    )
)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_sequence_of_actions_what_is_kept_is_what_the_rules_answer(steps):
    """Also after actions that are refused, and after those whose transaction is taken back."""
    with transaction.atomic():
        rollout = RolloutFactory()
        items = [PrerequisiteFactory(rollout=rollout, owner=owner) for owner in ("client", "integrator", "platform")]
        something_happens(rollout)
        with held_against_the_rules() as differences:
            for number, step in steps:
                try_step(rollout, items[number % len(items)], step, taken_back=number > 3)
            fresh = Rollout.objects.get(pk=rollout.pk)
            assert differences == []
            assert read_model.differences(fresh) == []
            assert fresh.events.latest("sequence").holder == fresh.holder
        transaction.set_rollback(True)


def try_step(rollout, item, step, *, taken_back):
    from apps.core.refusals import Refusal

    item = Prerequisite.objects.get(pk=item.pk)
    people, version = rollout.people, Rollout.objects.get(pk=rollout.pk).version
    gate = Gate(item.gate)
    verbs = {
        "submit": lambda: prerequisites.submit(item, by=people[item.owner], text="x"),
        "accept": lambda: prerequisites.accept(item, by=people["pm"]),
        "reject": lambda: prerequisites.reject(item, by=people["pm"], reason="x"),
        "hold": lambda: actions.hold(rollout, by=people["pm"], caused_by="client", reason="x", seen_version=version),
        "resume": lambda: actions.resume(rollout, by=people["pm"], seen_version=version),
        "waive": lambda: actions.waive(rollout, gate, item.requirement_key, by=people["manager"], reason="x"),
    }
    try:
        with transaction.atomic():
            verbs[step]()
            if taken_back:
                raise Refusal("x")
    except Refusal:
        pass

"""Two people who report the same case in the same instant, on a real PostgreSQL."""

import pytest

from apps.core.process import Stage
from apps.meetings.models import Meeting
from apps.stages.homologation.execution import actions
from apps.stages.homologation.meetings import actions as sessions
from apps.stages.homologation.models import Result
from apps.stages.homologation.script import actions as script_actions
from tests.homologation.test_homologation import case, make_script
from tests.rollouts.factories import RolloutFactory, at_stage
from tests.services.test_concurrency import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rollout():
    return at_stage(RolloutFactory(), Stage.HOMOLOGATION)


@pytest.fixture
def script(rollout):
    script = make_script(rollout)
    script.rollout = rollout
    script_actions.freeze(script, by=rollout.people["analyst"])
    actions.start_round(script, by=rollout.people["analyst"])
    return script


def test_of_two_who_saw_the_same_case_without_a_result_the_second_is_told_and_both_are_kept(rollout, script):
    def report(who, seen):
        return actions.record_result(
            case(script), by=rollout.people[who], outcome="passed", evidence_text=who, seen_result=seen
        )

    outcomes = at_once(lambda: report("client", 0), lambda: report("integrator", 0))
    kept = Result.objects.get()
    (told,) = [each for each in outcomes if isinstance(each, actions.Overtaken)]
    assert told.newest == kept
    second = "integrator" if kept.by == rollout.people["client"] else "client"
    report(second, told.newest.pk)
    assert sorted(str(each.evidence.get()) for each in Result.objects.all()) == ["client", "integrator"]


def test_one_session_starts_of_two_that_are_started_at_once(rollout, script):
    def start(who):
        return sessions.start(
            script, by=rollout.people[who], present=[("presence", rollout.people[who])],
            absent={"client": "x", "integrator": "x"},
        )  # fmt: skip

    outcomes = at_once(lambda: start("pm"), lambda: start("analyst"))
    assert sorted(type(each).__name__ for each in outcomes) == ["Meeting", "Refusal"]
    assert Meeting.objects.count() == 1


def test_a_machines_pass_is_confirmed_once(rollout, script):
    passed = actions.record_result(
        case(script), by=rollout.people["integrator"], outcome="passed", evidence_text="x", machine="CI"
    )
    outcomes = at_once(
        *[lambda who=who: actions.confirm_result(passed, by=rollout.people[who]) for who in ("pm", "client")]
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["Refusal", "Result"]

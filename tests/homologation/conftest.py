import pytest

from apps.core.process import Stage
from apps.stages.homologation.execution import actions
from apps.stages.homologation.script import actions as script_actions
from tests.homologation.test_homologation import make_script
from tests.rollouts.factories import RolloutFactory, at_stage


def with_a_round():
    """A frozen script of three cases, with its first round open."""
    rollout = at_stage(RolloutFactory(), Stage.HOMOLOGATION)
    script = make_script(rollout)
    script.rollout = rollout
    script_actions.freeze(script, by=rollout.people["analyst"])
    actions.start_round(script, by=rollout.people["analyst"])
    return script


@pytest.fixture(scope="module", autouse=True)
def standing_script(stand):
    return stand(with_a_round)


@pytest.fixture
def script(standing_script):
    """A frozen script of three cases, with its first round open."""
    return standing_script.copy()


@pytest.fixture
def rollout(request):
    """At the homologation: that of the script, where a test has one."""
    if "script" in request.fixturenames:
        return request.getfixturevalue("script").rollout
    return at_stage(RolloutFactory(), Stage.HOMOLOGATION)

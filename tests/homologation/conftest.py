import pytest

from apps.core.process import Stage
from apps.stages.homologation.execution import actions
from apps.stages.homologation.script import actions as script_actions
from tests.homologation.test_homologation import make_script
from tests.rollouts.factories import RolloutFactory, at_stage


@pytest.fixture
def rollout():
    """At the homologation."""
    return at_stage(RolloutFactory(), Stage.HOMOLOGATION)


@pytest.fixture
def script(rollout):
    """A frozen script of three cases, with its first round open."""
    script = make_script(rollout)
    script.rollout = rollout
    script_actions.freeze(script, by=rollout.people["analyst"])
    actions.start_round(script, by=rollout.people["analyst"])
    return script

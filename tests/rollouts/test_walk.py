"""No sequence of actions leads to a project that can neither go on, go back nor be closed.

From each stage on sequences of ``STEPS`` real actions are chosen at random, ``WALKS`` in all; after each the project is
driven to its completion by what its gates ask for. ``WALKS=2000 pytest tests/rollouts/test_walk.py`` walks longer.
"""

import os

import pytest
from django.db import transaction

from apps.core import clock
from apps.core.process import Stage
from apps.rollouts import read_model, timeline
from tests.rollouts.walk import Walk, projects_on_their_way

pytestmark = pytest.mark.django_db

WALKS = int(os.environ.get("WALKS", "60"))
STEPS = 6
STAGES = (Stage.KICKOFF, Stage.DEVELOPMENT, Stage.HOMOLOGATION, Stage.ACCEPTANCE, Stage.GO_LIVE, Stage.COMPLETED)


@pytest.fixture(scope="module")
def projects(stand):
    return stand(projects_on_their_way)


def can_be_cancelled(walk: Walk) -> None:
    """Wherever the walk led, its project can be cancelled, and stays so. Then the walk goes on as if it had not been."""
    if walk.rollout.stage == Stage.COMPLETED:
        return
    now, trail = walk.now, list(walk.trail)
    with transaction.atomic():
        assert walk.attempt(walk.cancel), f"{walk.seed}: {walk.trail}"
        rollout = walk.rollout
        assert rollout.stage == Stage.CANCELLED
        assert timeline.verify(rollout) is None
        with clock.at(walk.now):
            assert read_model.differences(rollout) == [], f"{walk.seed}: {walk.trail}"
        walk.step()
        assert walk.rollout.stage == Stage.CANCELLED, f"{walk.seed}: {walk.trail}"
        transaction.set_rollback(True)
    walk.now, walk.trail = now, trail


@pytest.mark.parametrize("stage", STAGES)
def test_after_any_sequence_of_actions_the_project_can_be_brought_to_its_end(projects, stage):
    rollout, met = projects.copy()[stage], set()
    for seed in range(WALKS // len(STAGES)):
        with transaction.atomic():
            walk = Walk(rollout, seed)
            if stage == Stage.COMPLETED:
                assert walk.attempt(walk.reopen)
            for _number in range(STEPS):
                walk.step()
            met |= set(walk.trail)
            can_be_cancelled(walk)
            walk.finish()
            done = walk.rollout
            assert done.stage == Stage.COMPLETED, f"{seed}: {walk.trail}"
            assert timeline.verify(done) is None
            with clock.at(walk.now):
                assert read_model.differences(done) == [], f"{seed}: {walk.trail}"
            transaction.set_rollback(True)
    assert len(met) > 6, f"The walks met little of what may happen: {met}"

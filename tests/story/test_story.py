"""One rollout from its opening to unassisted operation."""

import pytest

from apps.core.process import Stage
from apps.rollouts import timeline
from tests.read_model import held_against_the_rules
from tests.story import story

pytestmark = pytest.mark.django_db


def test_from_kickoff_to_unassisted_operation(client_for, django_capture_on_commit_callbacks, monkeypatch, a_worker):
    tell = story.Teller(client_for, *story.begin(client_for))
    with held_against_the_rules() as differences:
        story.play(tell, django_capture_on_commit_callbacks, monkeypatch)
    assert sorted(set(differences)) == []

    rollout = tell.rollout
    assert rollout.stage == Stage.COMPLETED
    assert timeline.verify(rollout) is None
    everything = " ".join(str(event) for event in rollout.events.values())
    assert "canario" not in everything
    for name in ("rollouts:detail", "rollouts:timeline", "prerequisites:room", "hours:room", "acceptance:room"):
        assert "canario" not in tell.page("pm", name)

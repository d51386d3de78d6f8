"""The state machine of a rollout: one protected method for each gate of the table in ``core.process``."""

from collections.abc import Callable
from typing import Any

from django_fsm import transition

from apps.core import clock
from apps.core.process import CLOSED, TRANSITIONS, Transition
from apps.rollouts import gates


def is_running(rollout: Any) -> bool:
    """A django-fsm condition: the rollout is not on hold."""
    return rollout.open_hold is None


class StageMachine:
    """What a model with the fields ``stage``, ``stage_entered_at`` and ``closed_at`` gets of the process:
    ``start_development``, … ``return_to_homologation``. Each raises ``TransitionNotAllowed`` unless the rollout is at its
    source, not on hold, and nothing keeps the gate closed."""

    stage_entered_at: Any
    closed_at: Any

    def enter_stage(self) -> None:
        """Note that a stage began."""
        self.stage_entered_at = clock.now()

    def close(self) -> None:
        """Note that the last stage is over."""
        self.enter_stage()
        self.closed_at = self.stage_entered_at


def _method(way: Transition) -> Callable[[Any], None]:
    def pass_gate(rollout: Any) -> None:
        if way.target in CLOSED:
            rollout.close()
        else:
            rollout.enter_stage()

    pass_gate.__name__ = way.gate.value
    pass_gate.__doc__ = f"From {way.source.value} to {way.target.value}."
    conditions = [is_running, gates.opens(way.gate)]
    return transition("stage", source=way.source, target=way.target, conditions=conditions)(pass_gate)


for _way in TRANSITIONS:
    setattr(StageMachine, _way.gate.value, _method(_way))

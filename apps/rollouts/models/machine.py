"""The state machine of a rollout: one protected method for each gate of the table in ``core.process``."""

from collections.abc import Callable
from typing import Any

from django_fsm import transition

from apps.core import clock
from apps.core.process import CLOSED, TRANSITIONS, Gate, Stage
from apps.rollouts import gates


def is_running(rollout: Any) -> bool:
    """A django-fsm condition: the rollout is not on hold."""
    return rollout.open_hold is None


class StageMachine:
    """What a model with the fields ``stage``, ``stage_entered_at`` and ``closed_at`` gets of the process:
    ``start_development``, … ``reopen``. Each raises ``TransitionNotAllowed`` unless the rollout is at one of its sources, not
    on hold, and nothing keeps the gate closed."""

    stage_entered_at: Any
    closed_at: Any

    def enter_stage(self) -> None:
        """Note that a stage began; one that was closed is open again."""
        self.stage_entered_at, self.closed_at = clock.now(), None

    def close(self) -> None:
        """Note that the last stage is over."""
        self.enter_stage()
        self.closed_at = self.stage_entered_at


def _method(gate: Gate, sources: list[Stage], target: Stage) -> Callable[[Any], None]:
    def pass_gate(rollout: Any) -> None:
        if target in CLOSED:
            rollout.close()
        else:
            rollout.enter_stage()

    pass_gate.__name__ = gate.value
    pass_gate.__doc__ = f"From {' or '.join(source.value for source in sources)} to {target.value}."
    return transition("stage", source=sources, target=target, conditions=[is_running, gates.opens(gate)])(pass_gate)


for _gate in Gate:
    _ways = [way for way in TRANSITIONS if way.gate == _gate]
    setattr(StageMachine, _gate.value, _method(_gate, [way.source for way in _ways], _ways[0].target))

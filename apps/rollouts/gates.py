"""Gates and what they ask of a rollout: the transition, the page and the API all ask here.

The rules are in each app's ``requirements.py`` (``core.requirements``).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any

from apps.core import plugins
from apps.core.process import CLOSED, FORWARD, PATH, Gate, Stage
from apps.core.requirements import Requirement, asked_once, asking

Rollout = Any
"""The models import this module."""


def early(
    rollout: Rollout, requirements_asked: Iterable[Requirement], apps: Collection[str] | None = None
) -> list[Requirement]:
    """What a party may settle ahead of time, or should although no gate waits, besides ``requirements_asked``, which a gate
    asks; by the rules of ``apps``, or by all."""
    if rollout.stage in CLOSED:
        return []
    asked_keys = {requirement.key for requirement in requirements_asked}
    optional = plugins.requirements_at(rollout, None, apps)
    return [requirement for requirement in optional if requirement.key not in asked_keys]


def requirements(rollout: Rollout, gate: Gate, apps: Collection[str] | None = None) -> list[Requirement]:
    """All that ``gate`` still asks of ``rollout``, in the order of the floors, by the rules of ``apps``, or by all; waived
    ones carry their waiver.

    What two rules ask under one key stands once. This asks the rules themselves; how they answered after the last event
    stands in ``rollout.open_requirements``.
    """
    by_key: dict[str, Requirement] = {}
    with asking(rollout):
        for requirement in plugins.requirements_at(rollout, gate, apps):
            waiver = waivers(rollout).get((gate, requirement.key)) if requirement.waivable else None
            by_key.setdefault(requirement.key, replace(requirement, waiver=waiver))
    return list(by_key.values())


@asked_once
def waivers(rollout: Rollout) -> dict[tuple[str, str], Any]:
    """By the gate and the requirement's key."""
    return {(waiver.gate, waiver.requirement): waiver for waiver in rollout.given_waivers()}


def unmet(rollout: Rollout, gate: Gate) -> list[Requirement]:
    """What keeps ``gate`` closed: the requirements without a waiver."""
    return [requirement for requirement in requirements(rollout, gate) if requirement.waiver is None]


def next_gate(rollout: Rollout) -> Gate | None:
    """The gate ahead of the rollout's stage; None when it is completed or cancelled."""
    return FORWARD.get(rollout.stage)


def is_ahead(rollout: Rollout, gate: str) -> bool:
    """``gate`` is one of those that the rollout has yet to pass on its way forward."""
    if rollout.stage not in PATH:
        return False
    return gate in [FORWARD[stage] for stage in PATH[PATH.index(Stage(rollout.stage)) :]]


def opens(gate: Gate) -> Callable[[Any], bool]:
    """A django-fsm condition: nothing keeps ``gate`` closed."""

    def gate_is_open(rollout: Rollout) -> bool:
        return not unmet(rollout, gate)

    return gate_is_open

"""Gates and what they ask: one registry that the transition, the page and the API all read.

Each app that can judge something registers a checker for a gate in its ``AppConfig.ready``, as Django's
own system checks do. A checker takes the rollout and yields one ``Requirement`` for each thing missing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.rollouts.stages import CLOSED, FORWARD, Gate, PartyRole

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from apps.rollouts.models import Rollout, Waiver


@dataclass(frozen=True)
class Requirement:
    """Something that keeps a gate closed.

    ``key`` names it within its rollout and gate for ever (waivers refer to it); ``owed_by`` is the party role that
    must act next; ``since`` is the instant from which that party has owed it; ``url`` leads to the form that settles it.
    """

    key: str
    text: "StrOrPromise"
    owed_by: str
    since: datetime
    url: str
    waivable: bool = False
    waiver: "Waiver | None" = None

    @property
    def owed_by_label(self) -> "StrOrPromise":
        return PartyRole(self.owed_by).label


Checker = Callable[["Rollout"], Iterable[Requirement]]
_checkers: dict[str, list[Checker]] = {gate: [] for gate in Gate.values}


def requires(gate: Gate) -> Callable[[Checker], Checker]:
    """Register a checker for ``gate``. Registering the same function twice changes nothing."""

    def register(checker: Checker) -> Checker:
        if checker not in _checkers[gate]:
            _checkers[gate].append(checker)
        return checker

    return register


def requirements(rollout: "Rollout", gate: Gate) -> list[Requirement]:
    """All that ``gate`` still asks of ``rollout``, in the order of the floors; waived ones carry their waiver."""
    waivers = {waiver.requirement: waiver for waiver in rollout.waivers.filter(gate=gate).select_related("waived_by")}
    found = []
    for checker in _checkers[gate]:
        for requirement in checker(rollout):
            waiver = waivers.get(requirement.key) if requirement.waivable else None
            found.append(replace(requirement, waiver=waiver))
    return found


def unmet(rollout: "Rollout", gate: Gate) -> list[Requirement]:
    """What keeps ``gate`` closed: the requirements without a waiver."""
    return [requirement for requirement in requirements(rollout, gate) if requirement.waiver is None]


def next_gate(rollout: "Rollout") -> Gate | None:
    """The gate ahead of the rollout's stage; None when it is completed or cancelled."""
    return FORWARD.get(rollout.stage)


def opens(gate: Gate) -> Callable[[Any], bool]:
    """A django-fsm condition: nothing keeps ``gate`` closed."""

    def gate_is_open(rollout: "Rollout") -> bool:
        return not unmet(rollout, gate)

    return gate_is_open


def holder(rollout: "Rollout") -> str:
    """The party role the rollout now waits for ("bola com"); empty once it is closed.

    On hold it is the party that caused the hold. Otherwise it is whoever has owed something for longest at the next
    gate; when nothing is missing, Presence, who may open it.
    """
    if rollout.stage in CLOSED:
        return ""
    if hold := rollout.open_hold:
        return hold.caused_by
    missing = unmet(rollout, FORWARD[rollout.stage])
    return min(missing, key=lambda requirement: requirement.since).owed_by if missing else PartyRole.PRESENCE

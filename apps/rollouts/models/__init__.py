from apps.rollouts.models.anchors import AnchorSheet, ChainAnchor
from apps.rollouts.models.events import Event
from apps.rollouts.models.machine import StageMachine
from apps.rollouts.models.parties import Analyst, FormerParty
from apps.rollouts.models.requirements import OpenRequirement
from apps.rollouts.models.rollouts import (
    Assignment,
    Hold,
    Party,
    PlannedStage,
    Rollout,
    RolloutQuerySet,
    Waiver,
    embedded_parties_of,
)

__all__ = [
    "Analyst",
    "AnchorSheet",
    "Assignment",
    "ChainAnchor",
    "Event",
    "FormerParty",
    "Hold",
    "OpenRequirement",
    "Party",
    "PlannedStage",
    "Rollout",
    "RolloutQuerySet",
    "StageMachine",
    "Waiver",
    "embedded_parties_of",
]

from apps.rollouts.models.anchors import AnchorSheet, ChainAnchor
from apps.rollouts.models.rollouts import (
    Assignment,
    Event,
    Hold,
    Party,
    PlannedStage,
    Rollout,
    RolloutQuerySet,
    Waiver,
    is_running,
)

__all__ = [
    "AnchorSheet",
    "Assignment",
    "ChainAnchor",
    "Event",
    "Hold",
    "Party",
    "PlannedStage",
    "Rollout",
    "RolloutQuerySet",
    "Waiver",
    "is_running",
]

from django.db.models import QuerySet

from apps.rollouts.models import Rollout
from apps.stages.training.models import TrainingSession


def held_sessions(rollout: Rollout) -> QuerySet[TrainingSession]:
    """The sessions that took place, with their attendance."""
    return rollout.training_sessions.filter(state=TrainingSession.State.HELD).prefetch_related("attendances", "topics")

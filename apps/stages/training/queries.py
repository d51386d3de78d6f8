from django.db.models import QuerySet

from apps.meetings.models import Meeting, MeetingKind
from apps.rollouts.models import Rollout


def sessions(rollout: Rollout) -> QuerySet[Meeting]:
    """The meetings of the training, by number."""
    return rollout.meetings.filter(kind=MeetingKind.TRAINING).order_by("number")


def planned_sessions(rollout: Rollout) -> QuerySet[Meeting]:
    """Those that are planned, the next one first."""
    return sessions(rollout).planned()

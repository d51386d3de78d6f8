from django.db.models import QuerySet

from apps.meetings.models import Meeting, MeetingKind
from apps.meetings.queries import in_order
from apps.rollouts.models import Rollout


def sessions(rollout: Rollout) -> QuerySet[Meeting]:
    """The meetings of the training, by number."""
    return rollout.meetings.filter(kind=MeetingKind.TRAINING).order_by("number")


def planned_sessions(rollout: Rollout) -> QuerySet[Meeting]:
    """Those that are planned, the next one first."""
    return sessions(rollout).planned()


def held_sessions(rollout: Rollout) -> QuerySet[Meeting]:
    """Those that took place, with who was there and the topics that they covered."""
    return in_order(sessions(rollout).held()).with_people().prefetch_related("topics")

from django.db.models import QuerySet

from apps.core.database.compiled import compiled_once
from apps.core.requirements import asked_once
from apps.meetings.models import Meeting, MeetingKind
from apps.rollouts.models import Rollout
from apps.stages.training.models import Topic


def sessions(rollout: Rollout) -> QuerySet[Meeting]:
    """The meetings of the training, by number."""
    return rollout.meetings.filter(kind=MeetingKind.TRAINING).order_by("number")


@asked_once
def topics(rollout: Rollout) -> list[Topic]:
    """The topics of the syllabus, in order."""
    return _topics(rollout.pk, rollout=rollout)


@compiled_once
def _topics(rollout_pk: int) -> QuerySet[Topic]:
    return Topic.objects.filter(rollout=rollout_pk)


def planned_sessions(rollout: Rollout) -> QuerySet[Meeting]:
    """Those that are planned, the next one first."""
    return sessions(rollout).planned()

"""What a recorded session of the training does besides: it covers topics of the syllabus."""

from collections.abc import Iterable, Mapping
from typing import Any

from apps.meetings.models import Meeting
from apps.stages.training.models import Topic


def cover_topics(meeting: Meeting, data: Mapping[str, Any]) -> None:
    """Note that ``meeting`` covered the ``topics`` in ``data``; one that another session covered stays that one's."""
    topics: Iterable[Topic] = data.get("topics") or ()
    open_topics = meeting.rollout.training_topics.filter(covered_in=None)
    open_topics.filter(pk__in=[topic.pk for topic in topics]).update(covered_in=meeting)

"""What the training gives to the acceptance term's record."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from apps.core import clock
from apps.rollouts.models import Rollout
from apps.stages.training.models import Attendance, Topic, TrainingSession


def summary(rollout: Rollout) -> list[dict[str, object]]:
    """The sessions that were held: plain JSON, one entry a session; minutes."""
    people = Attendance.objects.filter(session=OuterRef("pk")).order_by("pk")
    topics = Topic.objects.filter(covered_in=OuterRef("pk")).order_by("position")
    sessions = rollout.training_sessions.filter(state=TrainingSession.State.HELD).annotate(
        people=ArraySubquery(people.values(json=JSONObject(name="name", company="company", position="position"))),
        titles=ArraySubquery(topics.values("title")),
    )
    return [
        {
            "number": session.number,
            "date": clock.day_of(session.scheduled_at, clock.installation_zone()).isoformat(),
            "minutes": session.held_minutes,
            "topics": [title["pt"] for title in session.titles],
            "attendance": session.people,
        }
        for session in sessions
    ]

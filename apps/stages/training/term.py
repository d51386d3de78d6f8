"""What the training gives to the acceptance term's record."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from apps.core import clock
from apps.core.rows import JSON
from apps.core.term_shares import TermShare
from apps.rollouts.models import Rollout
from apps.stages.training.models import Attendance, Topic, TrainingSession


def summary(rollout: Rollout, sessions: Iterable[JSON]) -> list[dict[str, object]]:
    """The sessions that were held: plain JSON, one entry a session; minutes."""
    return [
        {
            "number": session["number"],
            "date": clock.day_of(
                datetime.fromisoformat(session["scheduled_at"]), clock.installation_zone()
            ).isoformat(),
            "minutes": session["held_minutes"],
            "topics": [title["pt"] for title in session["titles"]],
            "attendance": session["people"],
        }
        for session in sessions
    ]


def _held_sessions() -> ArraySubquery:
    """Each with its topics and who was there."""
    people = Attendance.objects.filter(session=OuterRef("pk")).order_by("pk")
    topics = Topic.objects.filter(covered_in=OuterRef("pk")).order_by("position")
    held = TrainingSession.objects.filter(rollout=OuterRef("pk"), state=TrainingSession.State.HELD)
    session = JSONObject(
        number="number",
        scheduled_at="scheduled_at",
        held_minutes="held_minutes",
        people=ArraySubquery(people.values(json=JSONObject(name="name", company="company", position="position"))),
        titles=ArraySubquery(topics.values("title")),
    )
    return ArraySubquery(held.order_by(*TrainingSession._meta.ordering).values(json=session))


TRAINING = TermShare(summary, rows={"sessions": _held_sessions()})

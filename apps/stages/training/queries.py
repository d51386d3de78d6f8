from django.db.models import QuerySet

from apps.rollouts.models import Rollout
from apps.stages.training.models import TrainingSession


def held_sessions(rollout: Rollout) -> QuerySet[TrainingSession]:
    """The sessions that took place, with their attendance."""
    return rollout.training_sessions.filter(state=TrainingSession.State.HELD).prefetch_related("attendances", "topics")


def summary_for_term(rollout: Rollout) -> list[dict[str, object]]:
    """The training as the acceptance term records it: plain JSON, one entry a session; minutes."""
    return [
        {
            "number": session.number,
            "date": session.scheduled_at.date().isoformat(),
            "minutes": session.held_minutes,
            "topics": [topic.title["pt"] for topic in session.topics.all()],
            "attendance": [
                {"name": person.name, "company": person.company, "position": person.position}
                for person in session.attendances.all()
            ],
        }
        for session in held_sessions(rollout)
    ]

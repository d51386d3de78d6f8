"""What the training gives to the acceptance term's record."""

from apps.core import clock
from apps.rollouts.models import Rollout
from apps.stages.training import queries


def summary(rollout: Rollout) -> list[dict[str, object]]:
    """The sessions that were held: plain JSON, one entry a session; minutes."""
    return [
        {
            "number": session.number,
            "date": clock.day_of(session.scheduled_at, clock.installation_zone()).isoformat(),
            "minutes": session.held_minutes,
            "topics": [topic.title["pt"] for topic in session.topics.all()],
            "attendance": [
                {"name": person.name, "company": person.company, "position": person.position}
                for person in session.attendances.all()
            ],
        }
        for session in queries.held_sessions(rollout)
    ]

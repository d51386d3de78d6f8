"""What the training gives to the acceptance term's record."""

from apps.core import clock
from apps.rollouts.models import Rollout
from apps.stages.training import queries


def summary(rollout: Rollout) -> list[dict[str, object]]:
    """The sessions that were held: plain JSON, one entry a session; minutes."""
    companies = rollout.companies()
    return [
        {
            "number": session.number,
            "date": clock.day_of(session.starts_at, clock.installation_zone()).isoformat(),
            "minutes": session.minutes,
            "topics": [topic.title["pt"] for topic in session.topics.all()],
            "attendance": [
                {"name": str(row), "company": row.company_name(companies), "position": row.shown_position}
                for row in session.attended
            ],
        }
        for session in queries.held_sessions(rollout).order_by("number")
    ]

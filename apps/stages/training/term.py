"""What the training gives to the acceptance term's record."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from apps.accounts.models import name_of_erased
from apps.core import clock
from apps.meetings.queries import attendance
from apps.rollouts.models import Rollout
from apps.stages.training import queries
from apps.stages.training.models import Topic


def summary(rollout: Rollout) -> list[dict[str, object]]:
    """The sessions that were held: plain JSON, one entry a session; minutes. In one query where the parties were read."""
    companies = rollout.companies()
    topics = Topic.objects.filter(covered_in=OuterRef("pk")).order_by("position")
    sessions = queries.sessions(rollout).held()
    return [
        {
            "number": session.number,
            "date": clock.day_of(session.starts_at, clock.installation_zone()).isoformat(),
            "minutes": session.minutes,
            "topics": [title["pt"] for title in session.titles],
            "attendance": [
                {
                    "name": row["name"] or name_of_erased(row["account"]),
                    "company": row["company"] or companies[row["party"]].trade_name,
                    "position": row["position"],
                }
                for row in session.present
            ],
        }
        for session in sessions.annotate(titles=ArraySubquery(topics.values("title")), present=attendance())
    ]

"""What the training gives to the acceptance term's record."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from apps.accounts.models import name_read
from apps.core import clock
from apps.core.database.rows import JSON
from apps.core.term_shares import TermShare
from apps.meetings.models import Meeting, MeetingKind
from apps.meetings.queries import attendance
from apps.rollouts.models import Rollout
from apps.stages.training.models import Topic


def summary(rollout: Rollout, sessions: Iterable[JSON]) -> list[dict[str, object]]:
    """The sessions that were held: plain JSON, one entry a session; minutes."""
    companies = rollout.companies()
    entries = []
    for session in sessions:
        started_at, ended_at = (datetime.fromisoformat(session[name]) for name in ("started_at", "ended_at"))
        entries.append(
            {
                "number": session["number"],
                "date": clock.day_of(started_at).isoformat(),
                "minutes": Meeting(started_at=started_at, ended_at=ended_at).minutes,
                "topics": [title["pt"] for title in session["titles"]],
                "attendance": [
                    {
                        "name": name_read(row["account"], row["name"]),
                        "company": row["company"] or companies[row["party"]].trade_name,
                        "position": row["position"],
                    }
                    for row in session["people"]
                ],
            }
        )
    return entries


def _held_sessions() -> ArraySubquery:
    """Each with its topics and who was there."""
    topics = Topic.objects.filter(covered_in=OuterRef("pk")).order_by("position")
    held = Meeting.objects.held().filter(rollout=OuterRef("pk"), kind=MeetingKind.TRAINING).order_by("number")
    session = JSONObject(
        number="number",
        started_at="started_at",
        ended_at="ended_at",
        people=attendance(),
        titles=ArraySubquery(topics.values("title")),
    )
    return ArraySubquery(held.values(json=session))


TRAINING = TermShare(summary, rows={"sessions": _held_sessions()})

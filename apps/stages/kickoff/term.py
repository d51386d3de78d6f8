"""What the kickoff gives to the acceptance term's record."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from apps.accounts.models import name_read
from apps.core import clock
from apps.core.database.rows import JSON, rows_of
from apps.core.process import PartyRole
from apps.core.term_shares import TermShare
from apps.meetings.models import Meeting, MeetingKind
from apps.meetings.queries import attendance
from apps.rollouts.models import Rollout
from apps.stages.kickoff import queries
from apps.stages.kickoff.models import Kickoff, Row


def people(rollout: Rollout, meetings: Iterable[JSON]) -> list[dict[str, str]]:
    """Who runs the project, and who was at the kickoff (``meetings``); who signs stands in the term's envelope."""
    manager = {"name": str(rollout.project_manager), "party": PartyRole.PRESENCE.value}
    rows = [row for meeting in meetings for row in meeting["people"]]
    present = sorted((row["party"], name_read(row["account"], row["name"])) for row in rows)
    participants = ({"name": name, "party": party} for party, name in present)
    others = (person for person in participants if person != manager)
    return [manager | {"as": "project_manager"}, *(person | {"as": "kickoff"} for person in others)]


def summary(
    rollout: Rollout, held_at: datetime | None, standing_rows: list[JSON], minutes: int | None, amendments: int
) -> dict[str, object]:
    """What was agreed, and when the kickoff was held: plain JSON, in Portuguese."""
    try:
        kickoff = rollout.kickoff
    except Kickoff.DoesNotExist:
        return {"held_on": None, "model": "", "methods": []}
    rows = rows_of(Row, standing_rows, "method")
    for row in rows:
        row.kickoff = kickoff
    agreed_map = queries.homologated(kickoff, rows, minutes, amendments)
    return {
        "held_on": clock.day_of(held_at).isoformat() if held_at else None,
        "model": queries.model_title(kickoff).get("pt", ""),
        "methods": [
            {
                "code": method["code"],
                "title": method["title"],
                "process": method["process"],
                "fields": sum(bool(field["platform_field"]) and not field["unused"] for field in method["fields"]),
            }
            for method in agreed_map["content"]["methods"]
        ],
        "map": agreed_map,
    }


_held = Meeting.objects.held().filter(rollout=OuterRef("pk"), kind=MeetingKind.KICKOFF).order_by("-number")
_with_people = ArraySubquery(_held.values(json=JSONObject(people=attendance())))
PEOPLE = TermShare(people, rows={"meetings": _with_people}, related=["project_manager"])
KICKOFF = TermShare(
    summary,
    rows={"held_at": Subquery(_held.values("started_at")[:1]), **queries.to_be_homologated()},
    related=["kickoff"],
)

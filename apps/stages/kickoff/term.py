"""What the kickoff gives to the acceptance term's record."""

from django.db.models import Subquery

from apps.core import clock
from apps.core.process import PartyRole
from apps.meetings.models import Attendee, Meeting, MeetingKind
from apps.rollouts.models import Rollout
from apps.stages.kickoff import queries
from apps.stages.kickoff.models import Kickoff


def people(rollout: Rollout) -> list[dict[str, str]]:
    """Who runs the project, and who was at the kickoff; who signs stands in the term's envelope."""
    manager = {"name": str(rollout.project_manager), "party": PartyRole.PRESENCE.value, "as": "project_manager"}
    rows = Attendee.objects.filter(
        meeting__rollout=rollout, meeting__kind=MeetingKind.KICKOFF, meeting__state=Meeting.State.HELD, attended=True
    )
    present = sorted((row.party, str(row)) for row in rows.select_related("person__user", "person__merged_into"))
    others = [(party, name) for party, name in present if (name, party) != (manager["name"], manager["party"])]
    return [manager, *({"name": name, "party": party, "as": "kickoff"} for party, name in others)]


def summary(rollout: Rollout) -> dict[str, object]:
    """What was agreed: plain JSON, in Portuguese."""
    held = rollout.meetings.held().filter(kind=MeetingKind.KICKOFF).order_by("-number").values("started_at")
    kickoff = Kickoff.objects.filter(rollout=rollout).annotate(held_at=Subquery(held[:1])).first()
    if kickoff is None:
        return {"held_on": None, "model": "", "methods": []}
    return {
        "held_on": clock.day_of(kickoff.held_at, clock.installation_zone()).isoformat() if kickoff.held_at else None,
        "model": queries.model_title(kickoff).get("pt", ""),
        "methods": [
            {"code": method.code, "title": method.title["pt"], "process": method.process, "fields": count}
            for method, count in queries.agreed_fields_by_method(kickoff)
        ],
    }

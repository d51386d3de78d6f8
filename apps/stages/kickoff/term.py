"""What the kickoff gives to the acceptance term's record."""

from apps.core import clock
from apps.core.process import PartyRole
from apps.rollouts.models import Rollout
from apps.stages.kickoff import queries


def people(rollout: Rollout) -> list[dict[str, str]]:
    """Who runs the project, and who was at the kickoff; who signs stands in the term's envelope."""
    manager = {"name": str(rollout.project_manager), "party": PartyRole.PRESENCE.value, "as": "project_manager"}
    meeting = queries.held_meeting(rollout)
    rows = meeting.attendees.filter(attended=True).select_related("person__user") if meeting else ()
    present = sorted((row.party, str(row)) for row in rows)
    others = [(party, name) for party, name in present if (name, party) != (manager["name"], manager["party"])]
    return [manager, *({"name": name, "party": party, "as": "kickoff"} for party, name in others)]


def summary(rollout: Rollout) -> dict[str, object]:
    """What was agreed: plain JSON, in Portuguese."""
    kickoff = queries.kickoff_of(rollout)
    if kickoff is None:
        return {"held_on": None, "model": "", "methods": []}
    meeting = queries.held_meeting(rollout)
    return {
        "held_on": clock.day_of(meeting.starts_at, clock.installation_zone()).isoformat() if meeting else None,
        "model": queries.model_title(kickoff).get("pt", ""),
        "methods": [
            {"code": method.code, "title": method.title["pt"], "process": method.process, "fields": count}
            for method, count in queries.agreed_fields_by_method(kickoff)
        ],
    }

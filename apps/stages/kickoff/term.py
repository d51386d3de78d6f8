"""What the kickoff gives to the acceptance term's record."""

from apps.core import clock
from apps.core.process import PartyRole
from apps.rollouts.models import Rollout
from apps.stages.kickoff import queries
from apps.stages.kickoff.models import Participant


def people(rollout: Rollout) -> list[dict[str, str]]:
    """Who runs the project, and who was at the kickoff; who signs stands in the term's envelope."""
    manager = {"name": str(rollout.project_manager), "party": PartyRole.PRESENCE.value, "as": "project_manager"}
    present = Participant.objects.filter(kickoff__rollout=rollout, attended=True)
    others = present.exclude(name=manager["name"], party=manager["party"])
    return [manager, *({"name": person.name, "party": person.party, "as": "kickoff"} for person in others)]


def summary(rollout: Rollout) -> dict[str, object]:
    """What was agreed: plain JSON, in Portuguese."""
    homologated = queries.homologated(rollout)
    if homologated is None:
        return {"held_on": None, "model": "", "methods": []}
    kickoff, agreed_map = homologated
    return {
        "held_on": clock.day_of(kickoff.held_at, clock.installation_zone()).isoformat() if kickoff.held_at else None,
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

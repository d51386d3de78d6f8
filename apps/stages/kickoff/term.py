"""What the kickoff gives to the acceptance term's record."""

from apps.core.process import PartyRole
from apps.rollouts.models import Rollout
from apps.stages.kickoff.models import Participant


def people(rollout: Rollout) -> list[dict[str, str]]:
    """Who runs the project, and who was at the kickoff; who signs stands in the term's envelope."""
    manager = {"name": str(rollout.project_manager), "party": PartyRole.PRESENCE.value, "as": "project_manager"}
    present = Participant.objects.filter(kickoff__rollout=rollout, attended=True)
    others = present.exclude(name=manager["name"], party=manager["party"])
    return [manager, *({"name": person.name, "party": person.party, "as": "kickoff"} for person in others)]

"""What the term says, gathered from the rooms below as plain JSON."""

from apps.blueprints import clauses
from apps.core import cnpj
from apps.hours import queries as hours
from apps.rollouts.models import Rollout
from apps.rollouts.stages import PartyRole
from apps.stages.acceptance import wording
from apps.stages.development import queries as development
from apps.stages.homologation import queries as homologation
from apps.stages.kickoff import queries as kickoff
from apps.stages.kickoff.models import Participant
from apps.stages.training import queries as training


def build(rollout: Rollout) -> dict[str, object]:
    """The record of ``rollout`` as it stands: equal records give equal JSON, so a changed one is noticed by its hash."""
    delivery = development.delivery(rollout)
    taken = wording.taken(rollout)
    companies = rollout.companies()
    names = names_of(rollout)
    return {
        "rollout": {"code": rollout.code, "platform": rollout.platform.name, "scope": rollout.scope},
        "parties": [
            {
                "role": role,
                "legal_name": companies[role].legal_name,
                "cnpj": cnpj.show(companies[role].cnpj),
                "address": companies[role].address,
            }
            for role in PartyRole.values
        ],
        "people": _people(rollout),
        "kickoff": kickoff.summary_for_term(rollout),
        "connector": {"version": delivery.version, "limitations": delivery.limitations} if delivery else None,
        "training": training.summary_for_term(rollout),
        "homologation": homologation.summary_for_term(rollout),
        "waivers": [
            {"text": waiver.text, "reason": waiver.reason, "by": str(waiver.waived_by)}
            for waiver in rollout.waivers.select_related("waived_by")
        ],
        "hours": hours.summary_for_term(rollout),
        "clauses": [
            # Whoever signs is told what is not the template's; what is says nothing of it.
            {"title": clause.title, "text": clauses.filled(clause.text, names)}
            | ({"origin": clause.own.kind} if clause.own else {})
            for clause in wording.clauses_of(rollout)
        ],
        # Terms that were drafted before rollouts kept a version have none, and are not stale for that.
        **({"clauses_version": taken} if taken else {}),
    }


def names_of(rollout: Rollout) -> dict[str, str]:
    """Who a clause may name, see ``clauses.filled``."""
    companies = rollout.companies()
    return {role: companies[role].legal_name for role in PartyRole.values} | {"platform": rollout.platform.name}


def _people(rollout: Rollout) -> list[dict[str, str]]:
    """Who runs the project, and who was at the kickoff; who signs stands in the term's envelope."""
    manager = {"name": str(rollout.project_manager), "party": PartyRole.PRESENCE.value, "as": "project_manager"}
    met = Participant.objects.filter(kickoff__rollout=rollout, attended=True)
    others = met.exclude(name=manager["name"], party=manager["party"])
    return [manager, *({"name": person.name, "party": person.party, "as": "kickoff"} for person in others)]

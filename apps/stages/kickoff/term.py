"""What the kickoff gives to the acceptance term's record."""

from collections.abc import Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from apps.core import clock
from apps.core.process import PartyRole
from apps.core.rows import JSON, embedded, rows_of
from apps.core.term_shares import TermShare
from apps.rollouts.models import Rollout
from apps.stages.kickoff import queries
from apps.stages.kickoff.models import AgreedMethod, Kickoff, Participant, Row
from apps.stages.kickoff.sheets import FIELDS


def people(rollout: Rollout, present: Iterable[JSON]) -> list[dict[str, str]]:
    """Who runs the project, and who was at the kickoff; who signs stands in the term's envelope."""
    manager = {"name": str(rollout.project_manager), "party": PartyRole.PRESENCE.value}
    participants = ({"name": person.name, "party": person.party} for person in rows_of(Participant, present))
    others = (person for person in participants if person != manager)
    return [manager | {"as": "project_manager"}, *(person | {"as": "kickoff"} for person in others)]


def summary(rollout: Rollout, methods: Iterable[JSON]) -> dict[str, object]:
    """What was agreed: plain JSON, in Portuguese. Of each of the ``methods`` it says how many fields have their place on the
    platform."""
    kickoff: Kickoff | None = getattr(rollout, "kickoff", None)
    if kickoff is None:
        return {"held_on": None, "model": "", "methods": []}
    return {
        "held_on": clock.day_of(kickoff.held_at, clock.installation_zone()).isoformat() if kickoff.held_at else None,
        "model": queries.model_title(kickoff).get("pt", ""),
        "methods": [
            {
                "code": method["code"],
                "title": method["title"]["pt"],
                "process": method["process"],
                "fields": sum(Row(cells=cells).is_agreed for cells in method["all_cells"]),
            }
            for method in methods
        ],
    }


def _agreed_methods() -> ArraySubquery:
    """The adopted methods, each with the cells of its fields."""
    fields = Row.objects.filter(method=OuterRef("pk"), sheet=FIELDS.key, removed_at=None).order_by("pk")
    agreed = AgreedMethod.objects.filter(kickoff__rollout=OuterRef("pk"), agreed=True).order_by("position")
    all_cells = ArraySubquery(fields.values("cells"))
    return ArraySubquery(
        agreed.values(json=JSONObject(code="code", title="title", process="process", all_cells=all_cells))
    )


_present = Participant.objects.filter(kickoff__rollout=OuterRef("pk"), attended=True).order_by("party", "name")
PEOPLE = TermShare(people, rows={"present": embedded(_present)}, related=["project_manager"])
KICKOFF = TermShare(summary, rows={"methods": _agreed_methods()}, related=["kickoff"])

"""The rollouts in numbers: by stage, whether their gate is open, and what is open, by who owes it."""

from django.db.models import Count, Exists, OuterRef

from apps.core.measures import Measure, Values
from apps.rollouts.models import OpenRequirement, Rollout


def _open_by_stage() -> Values:
    """``open``: nothing keeps the gate to the next stage closed."""
    closed = Exists(OpenRequirement.objects.filter(rollout=OuterRef("pk"), blocking=True))
    rows = Rollout.objects.open().values("stage", gate_closed=closed).annotate(count=Count("pk"))
    gates = {True: "closed", False: "open"}
    return {
        (stage, gates[is_closed]): count
        for stage, is_closed, count in rows.values_list("stage", "gate_closed", "count")
    }


def _open_requirements() -> Values:
    rows = OpenRequirement.objects.values("owed_by").annotate(count=Count("pk")).values_list("owed_by", "count")
    return {(role,): count for role, count in rows}


MEASURES = [
    Measure(
        "open_rollouts", "Open rollouts, by stage and by their gate to the next one.", _open_by_stage, ["stage", "gate"]
    ),
    Measure("open_requirements", "What is missing, by the party that owes it.", _open_requirements, ["owed_by"]),
]

"""Reads that the page and the API share."""

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.companies.models import Membership
from apps.core import plugins
from apps.core.plugins import Consequence
from apps.core.process import BACKWARD, PATH, Gate, PartyRole, Stage
from apps.rollouts import choices, gates
from apps.rollouts.events import Advanced, Imported, Reopened, SentBack
from apps.rollouts.models import Assignment, OpenRequirement, Rollout

WITH_REQUIREMENTS = Prefetch("open_requirements", OpenRequirement.objects.select_related("waiver__waived_by", "person"))
"""What is open in each of the rollouts of a query, in one query more."""

WITH_ASSIGNEES = Prefetch("assignments", Assignment.objects.select_related("membership__user").order_by("pk"))
"""Who takes care of what in each of them, in one query more."""


@dataclass(frozen=True)
class GateStatus:
    """A gate as it stands: what is missing, what was waived, and whether the transition would go through now."""

    gate: Gate
    unmet: list[OpenRequirement]
    waived: list[OpenRequirement]
    open: bool

    @property
    def by_party(self) -> dict[str, list[OpenRequirement]]:
        """The unmet requirements under the role of the party that owes them, in the order of the parties."""
        grouped = {role.value: [item for item in self.unmet if item.owed_by == role] for role in PartyRole}
        return {role: items for role, items in grouped.items() if items}


def gate_status(rollout: Rollout, gate: Gate) -> GateStatus:
    """How ``gate``, which leads forward or back from the present stage, stood after the last event."""
    rows = [row for row in open_requirements(rollout) if row.gate == gate]
    unmet = [row for row in rows if row.waiver is None]
    return GateStatus(
        gate=gate,
        unmet=unmet,
        waived=[row for row in rows if row.waiver is not None],
        open=not unmet and rollout.open_hold is None,
    )


def open_requirements(rollout: Rollout) -> list[OpenRequirement]:
    """What is open in ``rollout``, in order, with its waivers: read once for the same object."""
    if "open_requirements" not in getattr(rollout, "_prefetched_objects_cache", {}):
        prefetch_related_objects([rollout], WITH_REQUIREMENTS)
    return list(rollout.open_requirements.all())


def next_gate_status(rollout: Rollout) -> GateStatus | None:
    """The gate ahead; None for a completed or cancelled rollout."""
    gate = gates.next_gate(rollout)
    return gate_status(rollout, gate) if gate else None


def way_back_status(rollout: Rollout) -> GateStatus | None:
    """The gate that leads back from the present stage, where the process has one."""
    gate = BACKWARD.get(rollout.stage)
    return gate_status(rollout, gate) if gate else None


def undone_by_going_back(rollout: Rollout) -> list[Consequence]:
    """What going back from the present stage, or opening the rollout again, undoes, in the reader's language."""
    consequences = (item for plugin in plugins.plugins() for ask in plugin.going_back for item in ask(rollout))
    return [item if isinstance(item, Consequence) else Consequence(str(item)) for item in consequences]


@dataclass(frozen=True)
class Step:
    """One step of the stage rail. ``state`` is done, current, held or todo."""

    stage: Stage
    label: str
    state: str
    href: str = ""
    note: str = ""


def steps(rollout: Rollout) -> list[Step]:
    """The six stages as the rail shows them. A cancelled rollout keeps the rail up to where it stopped."""
    stage = rollout.stage
    if stage == Stage.CANCELLED:
        reached = (
            rollout.events.filter(kind__in=(Imported.kind, Advanced.kind, SentBack.kind, Reopened.kind))
            .order_by("-sequence")
            .first()
        )
        stage = reached.data["stage"] if reached else Stage.KICKOFF
    here = len(PATH) if stage == Stage.COMPLETED else PATH.index(Stage(stage))
    current = "held" if rollout.open_hold or rollout.stage == Stage.CANCELLED else "current"
    urls = {page.stage: reverse(page.url_name, args=[rollout.pk]) for page in plugins.pages() if page.stage}
    planned = {row.stage: row.starts for row in rollout.plan} if rollout.is_open else {}
    return [
        Step(
            step,
            str(step.label),
            "done" if place < here else current if place == here else "todo",
            urls.get(step, ""),
            _("previsto %(day)s") % {"day": date_format(planned[step], "d/m")}
            if place > here and step in planned
            else "",
        )
        for place, step in enumerate(PATH)
    ]


def assignees(rollout: Rollout) -> dict[str, Membership]:
    """Who takes care of what, by the requirement's key."""
    prefetch_related_objects([rollout], WITH_ASSIGNEES)
    return {row.requirement: row.membership for row in rollout.assignments.all()}


def listing(user, *, situation: str = "open", holder: str = "", stage: str = "", text: str = "") -> QuerySet[Rollout]:
    """The rollouts ``user`` may see, filtered as the list page and the API offer."""
    rollouts = Rollout.objects.visible_to(user).for_listing()
    if situation == "open":
        rollouts = rollouts.open()
    elif situation == "closed":
        rollouts = rollouts.exclude(pk__in=Rollout.objects.open())
    elif situation == "held":
        rollouts = rollouts.open().exclude(pk__in=Rollout.objects.running())
    if holder in PartyRole.values:
        rollouts = rollouts.filter(holder=holder)
    if stage in Stage.values:
        rollouts = rollouts.filter(stage=stage)
    return choices.search(rollouts, text) if text else rollouts

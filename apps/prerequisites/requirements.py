"""What the prerequisites ask of each gate, what a rollout starts with, and the room's page."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.blueprints.catalogues import content
from apps.core.localized import Localized
from apps.core.process import FORWARD, Gate, PartyRole
from apps.prerequisites.models import Prerequisite
from apps.rollouts import planning, registry
from apps.rollouts.gates import Requirement, requires, welcomes
from apps.rollouts.models import Rollout

SETTLED = (Prerequisite.State.ACCEPTED, Prerequisite.State.WITHDRAWN)


@registry.on_start
def copy_the_list(rollout: Rollout) -> None:
    """The list of the rollout's platform, as its blueprint has it today."""
    Prerequisite.objects.bulk_create(
        Prerequisite(
            rollout=rollout,
            key=item.key,
            position=position,
            title=item.title,
            help=item.help,
            where=item.where or Localized(),
            example=item.example or Localized(),
            days_before=item.days_before,
            owner=item.owner,
            gate=item.gate,
            kind=item.kind,
            environment=item.environment,
            waivable=item.waivable,
            fields=[asdict(field) for field in item.fields],
        )
        for position, item in enumerate(content.prerequisites_for(rollout.platform.slug), start=1)
    )


def _requirement(rollout: Rollout, item: Prerequisite, starts: dict[str, date]) -> Requirement:
    """What its owner owes is due on a day; what waits for review is Presence's, and waits from the delivery on."""
    in_review = item.state == Prerequisite.State.SUBMITTED
    text = _("Conferir: %(item)s") if in_review else "%(item)s"
    if item.state == Prerequisite.State.REJECTED:
        # Nobody sent it back: the platform stopped taking the credential.
        stopped = item.last is not None and item.last.decision == "rejected" and item.last.decided_by_id is None
        text = _("Deixou de funcionar: %(item)s") if stopped else _("Corrigir: %(item)s")
    return Requirement(
        key=item.requirement_key,
        text=text % {"item": item.title},
        owed_by=PartyRole.PRESENCE if in_review else item.owner,
        since=item.since,
        url=reverse("prerequisites:room", args=[rollout.pk]) + f"#item-{item.pk}",
        waivable=item.waivable,
        due=None if in_review else item.due_by(starts),
        review=in_review,
    )


def _register(gate: Gate) -> None:
    @requires(gate)
    def prerequisites_are_accepted(rollout: Rollout) -> Iterator[Requirement]:
        starts = planning.starts(rollout)
        for item in rollout.prerequisites.filter(gate=gate).exclude(state__in=SETTLED):
            yield _requirement(rollout, item, starts)


for _gate in FORWARD.values():
    _register(_gate)


@welcomes
def what_later_gates_will_ask(rollout: Rollout) -> Iterator[Requirement]:
    """An item can be delivered, and must be reviewed, long before its gate comes. What a passed gate let through is
    asked again only when it was sent back."""
    passed = [gate for stage, gate in FORWARD.items() if rollout.has_reached(stage) and stage != rollout.stage]
    items = rollout.prerequisites.exclude(state__in=SETTLED)
    waived = set(rollout.waivers.values_list("gate", "requirement"))
    starts = planning.starts(rollout)
    for item in items.exclude(gate__in=passed, state=Prerequisite.State.PENDING):
        if item.state == Prerequisite.State.SUBMITTED or (item.gate, item.requirement_key) not in waived:
            yield _requirement(rollout, item, starts)


def summary(rollout: Rollout) -> Iterator[registry.Fact]:
    asked = rollout.prerequisites.exclude(state=Prerequisite.State.WITHDRAWN)
    states = list(asked.values_list("state", flat=True))
    accepted = states.count("accepted")
    yield registry.Fact(
        _("Aceitos"), f"{accepted}/{len(states)}", "success" if states and accepted == len(states) else "neutral"
    )
    if waiting := states.count("submitted"):
        yield registry.Fact(_("Em conferência"), str(waiting), "info")
    if back := states.count("rejected"):
        yield registry.Fact(_("Devolvidos"), str(back), "warning")


registry.add_room(
    registry.Room(
        key="prerequisites",
        title=gettext_lazy("Pré-requisitos"),
        icon="list-checks",
        url_name="prerequisites:room",
        summary=summary,
        position=10,
    )
)

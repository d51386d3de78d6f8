"""What the prerequisites ask of each gate."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.localized import both
from apps.core.process import FORWARD, Gate, PartyRole
from apps.core.requirements import Answer, Requirement, asked_once, requirement
from apps.prerequisites import actions, kinds
from apps.prerequisites.forms import SubmitForm
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts import planning
from apps.rollouts.models import Rollout

# What nobody sent back: the platform stopped taking the credential, or a company left the rollout.
RETURNED = {
    Submission.Stopped.WRONG.value: _("Deixou de funcionar: %(item)s"),
    Submission.Stopped.LACKING.value: _("Deixou de funcionar: %(item)s"),
    Submission.Stopped.PURGED.value: _("Entregar de novo: %(item)s"),
    Submission.Stopped.REPLACED.value: _("Entregar de novo: %(item)s"),
}
SETTLED = (Prerequisite.State.ACCEPTED, Prerequisite.State.WITHDRAWN)


def answer_with_a_delivery(rollout: Rollout, key: str) -> Answer | None:
    item = (
        rollout.prerequisites.filter(key=key)
        .prefetch_related("submissions__secrets", "submissions__attached__file", "submissions__decided_by")
        .first()
    )
    if item is None or not item.is_due:
        return None
    last = item.last
    return Answer(
        button=_("Entregar de novo") if last else _("Entregar"),
        icon="upload",
        permission="prerequisites.submit",
        subject=item,
        make_form=lambda *args, **kwargs: SubmitForm(*args, prerequisite=item, **kwargs),
        act=lambda **data: actions.submit(item, **data),
        help=item.help,
        where=item.where,
        came_back=last.why_returned if last else "",
        unchanged=kinds.of(item).unchanged(),
    )


def _requirement(rollout: Rollout, item: Prerequisite, starts: dict[str, date]) -> Requirement:
    """What its owner owes is due on a day; what waits for review is Presence's, and waits from the delivery on."""
    in_review = item.state == Prerequisite.State.SUBMITTED
    text = _("Conferir: %(item)s") if in_review else "%(item)s"
    if item.state == Prerequisite.State.REJECTED:
        text = RETURNED.get(item.last.stopped if item.last else "", _("Corrigir: %(item)s"))
    return Requirement(
        key=item.requirement_key,
        text=both(text, item=item.title),
        owed_by=PartyRole.PRESENCE if in_review else item.owner,
        since=item.since,
        url=reverse("prerequisites:room", args=[rollout.pk]) + f"#item-{item.pk}",
        waivable=item.waivable,
        due=None if in_review else item.due_by(starts),
        review=in_review,
        also_by=PartyRole.CLIENT if item.owner == PartyRole.PLATFORM and not in_review else "",
    )


_starts = asked_once(planning.starts)


@requirement("prerequisite", *FORWARD.values(), answer=answer_with_a_delivery, by_gate=True)
def prerequisites_are_accepted(rollout: Rollout, gate: Gate) -> Iterator[Requirement]:
    starts = _starts(rollout)
    for item in rollout.prerequisites.filter(gate=gate).exclude(state__in=SETTLED):
        yield _requirement(rollout, item, starts)
    if gate == Gate.COMPLETE:
        yield from _production_that_came_back(rollout, starts)


def _production_that_came_back(rollout: Rollout, starts: dict[str, date]) -> Iterator[Requirement]:
    """What an earlier gate let through for production and was sent back since: a release rests on it."""
    came_back = (Prerequisite.State.REJECTED, Prerequisite.State.SUBMITTED)
    production = rollout.prerequisites.filter(environment=Prerequisite.Environment.PRODUCTION, state__in=came_back)
    waived = set(rollout.waivers.values_list("gate", "requirement"))
    for item in production.exclude(gate=Gate.COMPLETE):
        if (item.gate, item.requirement_key) not in waived:
            yield _requirement(rollout, item, starts)


@requirement("prerequisite")
def what_later_gates_will_ask(rollout: Rollout) -> Iterator[Requirement]:
    """An item can be delivered, and must be reviewed, long before its gate comes. What a passed gate let through is
    asked again only when it was sent back."""
    passed_gates = [gate for stage, gate in FORWARD.items() if rollout.has_reached(stage) and stage != rollout.stage]
    items = rollout.prerequisites.exclude(state__in=SETTLED)
    waived = set(rollout.waivers.values_list("gate", "requirement"))
    starts = _starts(rollout)
    for item in items.exclude(gate__in=passed_gates, state=Prerequisite.State.PENDING):
        if item.state == Prerequisite.State.SUBMITTED or (item.gate, item.requirement_key) not in waived:
            yield _requirement(rollout, item, starts)

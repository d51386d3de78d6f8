"""What the prerequisites ask of each gate."""

from collections.abc import Iterator
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.database.compiled import compiled_once
from apps.core.localized import both
from apps.core.process import FORWARD, Gate, PartyRole
from apps.core.requirements import Answer, Requirement, asked_once, requirement
from apps.prerequisites import actions, kinds
from apps.prerequisites.forms import SubmitForm
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts import gates, planning
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
        text = RETURNED.get(item.last_stopped or "", _("Corrigir: %(item)s"))  # type: ignore[attr-defined]
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


@asked_once
def items(rollout: Rollout) -> list[Prerequisite]:
    """All that the rollout asks, in order, as far as rules and summary read it; each with why the application itself sent the
    last delivery back (``last_stopped``), empty or None where it did not."""
    return _items(rollout.pk, rollout=rollout)


@compiled_once
def _items(rollout_pk: int) -> QuerySet[Prerequisite]:
    last = Submission.objects.filter(prerequisite=OuterRef("pk")).order_by("-number")
    rows = Prerequisite.objects.filter(rollout=rollout_pk).defer("help", "where", "example", "fields")
    return rows.annotate(last_stopped=Subquery(last.values("stopped")[:1]))


@requirement("prerequisite", *FORWARD.values(), answer=answer_with_a_delivery, by_gate=True)
def prerequisites_are_accepted(rollout: Rollout, gate: Gate) -> Iterator[Requirement]:
    for item in items(rollout):
        if item.gate == gate and item.state not in SETTLED:
            yield _requirement(rollout, item, _starts(rollout))
    if gate == Gate.COMPLETE:
        yield from _production_that_came_back(rollout)


def _production_that_came_back(rollout: Rollout) -> Iterator[Requirement]:
    """What an earlier gate let through for production and was sent back since: a release rests on it."""
    came_back = [
        item
        for item in items(rollout)
        if item.environment == Prerequisite.Environment.PRODUCTION
        and item.state in (Prerequisite.State.REJECTED, Prerequisite.State.SUBMITTED)
        and item.gate != Gate.COMPLETE
    ]
    waived = set(rollout.waivers.values_list("gate", "requirement")) if came_back else set()
    for item in came_back:
        if (item.gate, item.requirement_key) not in waived:
            yield _requirement(rollout, item, _starts(rollout))


@requirement("prerequisite")
def what_later_gates_will_ask(rollout: Rollout) -> Iterator[Requirement]:
    """An item can be delivered, and must be reviewed, long before its gate comes. What a passed gate let through is
    asked again only when it was sent back."""
    passed_gates = [gate for stage, gate in FORWARD.items() if rollout.has_reached(stage) and stage != rollout.stage]
    for item in items(rollout):
        if item.state in SETTLED or (item.state == Prerequisite.State.PENDING and item.gate in passed_gates):
            continue
        if item.state == Prerequisite.State.SUBMITTED or (item.gate, item.requirement_key) not in gates.waivers(
            rollout
        ):
            yield _requirement(rollout, item, _starts(rollout))

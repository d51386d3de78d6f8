"""Which nonconformities there are, for how long, and who owes their correction."""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.core import clock
from apps.core.process import PartyRole
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import Nonconformity


@dataclass(frozen=True)
class Aging:
    """What one party owes: how many corrections, how many of them late, and for how many days the oldest is open."""

    owner: str
    open: int
    overdue: int
    oldest: int


def days_open(nonconformity: Nonconformity) -> int:
    """Whole days from its opening until it was verified, or until now."""
    end = clock.now() if nonconformity.is_open else nonconformity.since
    return (end - nonconformity.opened_at).days


def aging(rollout: Rollout) -> list[Aging]:
    """By the party that owes the correction, in the parties' order; who owes none is left out."""
    return aging_of(rollout.nonconformities.filter(state=Nonconformity.State.OPEN))


def aging_of(nonconformities: Iterable[Nonconformity]) -> list[Aging]:
    """The same of ``nonconformities``, which are those of a rollout."""
    open_nonconformities = [row for row in nonconformities if row.state == Nonconformity.State.OPEN]
    rows = []
    for role in PartyRole.values:
        owed = [nonconformity for nonconformity in open_nonconformities if nonconformity.owner == role]
        if owed:
            overdue = sum(nonconformity.is_overdue for nonconformity in owed)
            rows.append(Aging(role, len(owed), overdue, max(map(days_open, owed))))
    return rows


def listed(rollout: Rollout, *, state: str = "", owner: str = "", severity: str = "") -> list[Nonconformity]:
    """The nonconformities that match, by number. ``state`` may also be "pending" (something is owed) or "overdue"."""
    nonconformities = rollout.nonconformities.select_related("case__script", "opened_by")
    if owner:
        nonconformities = nonconformities.filter(owner=owner)
    if severity:
        nonconformities = nonconformities.filter(severity=severity)
    if state in Nonconformity.State.values:
        nonconformities = nonconformities.filter(state=state)
    elif state:
        nonconformities = nonconformities.pending()
    return [nonconformity for nonconformity in nonconformities if state != "overdue" or nonconformity.is_overdue]

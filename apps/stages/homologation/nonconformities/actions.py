"""What a nonconformity needs besides its correction: a discussion, another owner, a day."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import Nonconformity, NonconformityComment

COMMENTED = timeline.kind(
    "homologation.nonconformity_comment", gettext_lazy("escreveu sobre a %(label)s"), "message-circle"
)
CHANGED = timeline.kind(
    "homologation.nonconformity_changed",
    gettext_lazy("definiu a %(label)s: %(severity)s, corrige %(owner)s"),
    "pencil",
    severity=Nonconformity.Severity,
    owner=PartyRole,
)


def comment(nonconformity: Nonconformity, *, by: User, text: str) -> NonconformityComment:
    """Say something about it, for one of the four companies."""
    require(by, "homologation.discuss", nonconformity)
    with timeline.changing(nonconformity.rollout) as rollout:
        if not text.strip():
            raise Invalid(_("Escreva a mensagem."), field="text")
        roles = rollout.roles_of(by)
        party = next((role for role in PartyRole.values if role in roles), PartyRole.PRESENCE.value)
        said = NonconformityComment.objects.create(
            nonconformity=nonconformity, author=by, party=party, text=text.strip()
        )
        timeline.record(rollout, COMMENTED, by, party=party, label=nonconformity.label)
        return said


def change(
    nonconformity: Nonconformity, *, by: User, severity: str, owner: str, due: date | None = None
) -> Nonconformity:
    """Presence settles how grave it is, who mends it and until when, while it is not verified."""
    require(by, "homologation.lead", nonconformity)
    with timeline.changing(nonconformity.rollout) as rollout:
        nonconformity = Nonconformity.objects.get(pk=nonconformity.pk)
        if not nonconformity.is_open:
            raise Refusal(_("A %(label)s já foi verificada.") % {"label": nonconformity.label})
        if severity not in Nonconformity.Severity.values:
            raise Invalid(_("Informe a gravidade."), field="severity")
        if owner not in PartyRole.values:
            raise Invalid(_("Informe quem deve corrigir."), field="owner")
        if due is not None and due != nonconformity.due and due < clock.today():
            raise Invalid(_("O prazo da correção não pode estar no passado."), field="due")
        if owner != nonconformity.owner:
            nonconformity.since = clock.now()
        nonconformity.severity, nonconformity.owner, nonconformity.due = severity, owner, due
        nonconformity.save(update_fields=["severity", "owner", "due", "since"])
        timeline.record(
            rollout, CHANGED, by, label=nonconformity.label, severity=severity, owner=owner,
            due=due.isoformat() if due else None,
        )  # fmt: skip
        return nonconformity


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
    found = list(rollout.nonconformities.filter(state=Nonconformity.State.OPEN))
    rows = []
    for role in PartyRole.values:
        mine = [each for each in found if each.owner == role]
        if mine:
            late = sum(each.is_overdue for each in mine)
            rows.append(Aging(role, len(mine), late, max(days_open(each) for each in mine)))
    return rows


def listed(rollout: Rollout, *, state: str = "", owner: str = "", severity: str = "") -> list[Nonconformity]:
    """The nonconformities that match, by number. ``state`` may also be "pending" (not verified) or "overdue"."""
    found = rollout.nonconformities.select_related("case__script", "opened_by")
    if owner:
        found = found.filter(owner=owner)
    if severity:
        found = found.filter(severity=severity)
    if state in Nonconformity.State.values:
        found = found.filter(state=state)
    elif state:
        found = found.exclude(state=Nonconformity.State.VERIFIED)
    return [each for each in found if state != "overdue" or each.is_overdue]

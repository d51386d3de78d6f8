"""What ends a nonconformity without a correction: it was none, or it is that of another. Who disagrees contests it."""

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock, plugins
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import timeline
from apps.stages.homologation.models import Nonconformity
from apps.stages.homologation.nonconformities import events

State = Nonconformity.State


def decline(nonconformity: Nonconformity, *, by: User, reason: str) -> None:
    """Presence finds that it is none: nobody owes its correction, and it makes no hours free from now on. What was merged
    into it is declined with it. Its owner and the client may contest that."""
    require(by, "homologation.lead", nonconformity)
    if not reason.strip():
        raise Invalid(_("Diga por que não é uma não conformidade."), field="reason")
    with timeline.changing(nonconformity.rollout) as rollout:
        nonconformity = _pending(nonconformity)
        _move(nonconformity, State.DECLINED)
        for duplicate in nonconformity.duplicates.filter(state=State.DUPLICATE):
            _move(duplicate, State.DECLINED)
        _follow(nonconformity)
        timeline.record(rollout, events.NonconformityDeclined(label=nonconformity.label, reason=reason.strip()), by)


def merge(nonconformity: Nonconformity, *, by: User, into: Nonconformity) -> None:
    """Presence finds that it is the same as ``into``, of which something is still owed; that one is corrected for both."""
    require(by, "homologation.lead", nonconformity)
    with timeline.changing(nonconformity.rollout) as rollout:
        nonconformity = _pending(nonconformity)
        into = Nonconformity.objects.get(pk=into.pk)
        if into == nonconformity or into.rollout_id != nonconformity.rollout_id or not into.is_open:
            raise Invalid(_("Escolha outra não conformidade em aberto deste projeto."), field="into")
        nonconformity.duplicates.update(duplicate_of=into)
        nonconformity.duplicate_of = into
        _move(nonconformity, State.DUPLICATE)
        timeline.record(rollout, events.NonconformityMerged(label=nonconformity.label, into=into.label), by)


def contest(nonconformity: Nonconformity, *, by: User, reason: str) -> None:
    """Its owner, the client or Presence disagrees that it was declined or merged: it is open again."""
    require(by, "homologation.contest", nonconformity)
    if not reason.strip():
        raise Invalid(_("Diga por que discorda."), field="reason")
    with timeline.changing(nonconformity.rollout) as rollout:
        nonconformity = Nonconformity.objects.get(pk=nonconformity.pk)
        if nonconformity.state not in (State.DECLINED, State.DUPLICATE):
            raise Refusal(
                _("A %(label)s não foi declarada improcedente nem duplicada.") % {"label": nonconformity.label}
            )
        nonconformity.duplicate_of = None
        _move(nonconformity, State.OPEN)
        for duplicate in nonconformity.duplicates.filter(state=State.DECLINED):
            _move(duplicate, State.DUPLICATE)
        _follow(nonconformity)
        timeline.record(rollout, events.NonconformityContested(label=nonconformity.label, reason=reason.strip()), by)


def _pending(nonconformity: Nonconformity) -> Nonconformity:
    """``nonconformity`` of a locked rollout, read again. Raises ``Refusal`` (409) when nothing is owed of it any more."""
    nonconformity = Nonconformity.objects.get(pk=nonconformity.pk)
    if not nonconformity.is_open:
        raise Refusal(_("A %(label)s já foi encerrada.") % {"label": nonconformity.label})
    return nonconformity


def _move(nonconformity: Nonconformity, state: str) -> None:
    nonconformity.state, nonconformity.since = state, clock.now()
    nonconformity.save(update_fields=["state", "since", "duplicate_of"])


def _follow(nonconformity: Nonconformity) -> None:
    """Let the apps above follow that it, and what was merged into it, was declined or is none no more."""
    for plugin in plugins.plugins():
        for follow in plugin.nonconformity_judged:
            follow(nonconformity)

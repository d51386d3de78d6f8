"""Open a nonconformity, correct and verify it, say who corrects it until when, and write about it."""

from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import numbering, timeline
from apps.rollouts.access import refuse_both_halves
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.models import Case, Nonconformity, NonconformityComment, NonconformityFix
from apps.stages.homologation.nonconformities import events

State = Nonconformity.State


def refuse_incomplete_failure(*, note: str, severity: str, owner: str, due: date | None) -> None:
    """Raise ``Invalid`` (422) for a failure that does not say what failed, how severe it is and who corrects it, or asks
    for its correction in the past."""
    if not note:
        raise Invalid(_("Diga o que falhou."), field="note")
    _refuse_unknown(severity, owner)
    if due is not None:
        _refuse_past(due)


def open_or_reopen(
    rollout: Rollout, case: Case, *, by: User, note: str, severity: str, owner: str, due: date | None
) -> Nonconformity:
    """The nonconformity of ``case``, which failed: the one of which something is owed, open again, or a new one.

    ``rollout`` is locked and the caller records what failed (``refuse_incomplete_failure`` went before). Without ``due``
    the one that there is keeps its day.
    """
    nonconformity = case.nonconformities.pending().first()
    if nonconformity is None:
        return Nonconformity.objects.create(
            rollout=rollout,
            number=numbering.next_number(rollout, rollout.nonconformities),
            case=case,
            title=note[:200],
            severity=severity,
            owner=owner,
            due=due,
            opened_by=by,
        )
    if nonconformity.state == State.FIXED:
        nonconformity.times_reopened += 1
    nonconformity.severity, nonconformity.owner, nonconformity.due = severity, owner, due or nonconformity.due
    _move(nonconformity, State.OPEN)
    return nonconformity


def mark_fixed(nonconformity: Nonconformity, *, by: User, fix_version: str, fix_note: str = "") -> None:
    """Its owner (or the integrator) says in which version it was corrected; it then awaits verification."""
    require(by, "homologation.fix", nonconformity)
    with timeline.changing(nonconformity.rollout) as rollout:
        nonconformity = Nonconformity.objects.get(pk=nonconformity.pk)
        if nonconformity.state != State.OPEN:
            raise Refusal(_("A %(label)s não está aberta.") % {"label": nonconformity.label})
        if not fix_version.strip():
            raise Invalid(_("Informe a versão em que foi corrigida."), field="fix_version")
        nonconformity.fix_version, nonconformity.fix_note = fix_version.strip(), fix_note
        _move(nonconformity, State.FIXED)
        NonconformityFix.objects.create(
            nonconformity=nonconformity, version=nonconformity.fix_version, note=fix_note, by=by
        )
        fixed = events.NonconformityFixed(label=nonconformity.label, version=nonconformity.fix_version)
        timeline.record(rollout, fixed, by)


def verify_fix(nonconformity: Nonconformity, *, by: User) -> None:
    """Presence or the client saw it work: the case must have passed after the correction was announced."""
    require(by, "homologation.verify", nonconformity)
    with timeline.changing(nonconformity.rollout) as rollout:
        nonconformity = Nonconformity.objects.get(pk=nonconformity.pk)
        if nonconformity.state != State.FIXED:
            raise Refusal(_("A %(label)s ainda não foi corrigida.") % {"label": nonconformity.label})
        fix = nonconformity.fixes.order_by("-pk").first()
        refuse_both_halves(by, fix.by_id if fix else None)
        status = queries.status_of(nonconformity.case)
        if status.awaits_confirmation:
            raise Refusal(
                _("Confirme antes que %(code)s passou: só uma máquina o informou.") % {"code": nonconformity.case.code}
            )
        if not status.passed_since(nonconformity.since):
            raise Refusal(
                _("Execute %(code)s de novo: a correção se verifica com o caso passando depois dela.")
                % {"code": nonconformity.case.code}
            )
        _move(nonconformity, State.VERIFIED)
        timeline.record(rollout, events.FixVerified(label=nonconformity.label), by)


def reopen(nonconformity: Nonconformity, *, by: User, reason: str) -> None:
    """The correction does not hold; the nonconformity is its owner's again. One that was declined or merged is contested
    instead (``judgement``)."""
    require(by, "homologation.verify", nonconformity)
    if not reason.strip():
        raise Invalid(_("Diga o que ainda falha."), field="reason")
    with timeline.changing(nonconformity.rollout) as rollout:
        nonconformity = Nonconformity.objects.get(pk=nonconformity.pk)
        if nonconformity.state == State.OPEN:
            raise Refusal(_("A %(label)s já está aberta.") % {"label": nonconformity.label})
        if nonconformity.state not in (State.FIXED, State.VERIFIED):
            raise Refusal(
                _("A %(label)s foi encerrada sem correção: conteste em vez de reabrir.")
                % {"label": nonconformity.label}
            )
        nonconformity.times_reopened += 1
        _move(nonconformity, State.OPEN)
        reopened = events.NonconformityReopened(label=nonconformity.label, reason=reason.strip())
        timeline.record(rollout, reopened, by)


def comment(nonconformity: Nonconformity, *, by: User, text: str) -> NonconformityComment:
    """Write about it, for one of the four companies."""
    require(by, "homologation.discuss", nonconformity)
    with timeline.changing(nonconformity.rollout) as rollout:
        if not text.strip():
            raise Invalid(_("Escreva a mensagem."), field="text")
        roles = rollout.roles_of(by)
        party = next((role for role in PartyRole.values if role in roles), PartyRole.PRESENCE.value)
        message = NonconformityComment.objects.create(
            nonconformity=nonconformity, author=by, party=party, text=text.strip()
        )
        timeline.record(rollout, events.NonconformityCommented(label=nonconformity.label), by, party=party)
        return message


def change(
    nonconformity: Nonconformity, *, by: User, severity: str, owner: str, due: date | None = None
) -> Nonconformity:
    """Presence settles how severe it is, who corrects it and until when, while it is not verified."""
    require(by, "homologation.lead", nonconformity)
    with timeline.changing(nonconformity.rollout) as rollout:
        nonconformity = Nonconformity.objects.get(pk=nonconformity.pk)
        if not nonconformity.is_open:
            raise Refusal(_("A %(label)s já foi encerrada.") % {"label": nonconformity.label})
        _refuse_unknown(severity, owner)
        if due is not None and due != nonconformity.due:
            _refuse_past(due)
        if owner != nonconformity.owner and nonconformity.state == State.OPEN:
            nonconformity.since = clock.now()
        nonconformity.severity, nonconformity.owner, nonconformity.due = severity, owner, due
        nonconformity.save(update_fields=["severity", "owner", "due", "since"])
        changed = events.NonconformityChanged(
            label=nonconformity.label,
            severity=Nonconformity.Severity(severity),
            owner=PartyRole(owner),
            due=due,
        )
        timeline.record(rollout, changed, by)
        return nonconformity


def _refuse_unknown(severity: str, owner: str) -> None:
    if severity not in Nonconformity.Severity.values:
        raise Invalid(_("Informe a gravidade."), field="severity")
    if owner not in PartyRole.values:
        raise Invalid(_("Informe quem deve corrigir."), field="owner")


def _refuse_past(due: date) -> None:
    if due < clock.today():
        raise Invalid(_("O prazo da correção não pode estar no passado."), field="due")


def _move(nonconformity: Nonconformity, state: str) -> None:
    nonconformity.state = state
    nonconformity.since = clock.now()
    nonconformity.save()

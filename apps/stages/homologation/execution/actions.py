"""Freeze the script, run its rounds, and settle what fails."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.companies.access import is_presence
from apps.core import clock
from apps.core.process import PartyRole, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal, require
from apps.files import actions as files
from apps.rollouts import numbering, timeline
from apps.rollouts.access import refuse_both_halves, refuse_two_companies
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.execution import evidence, retest
from apps.stages.homologation.models import (
    Case,
    Nonconformity,
    NonconformityFix,
    Outcome,
    Reservation,
    Result,
    Round,
    Script,
)

CONDITIONS = timeline.kind(
    "homologation.conditions", gettext_lazy("definiu as condições do roteiro"), "sliders-horizontal"
)
FROZEN = timeline.kind("homologation.frozen", gettext_lazy("congelou o roteiro com %(cases)s casos"), "snowflake")
ROUND_OPENED = timeline.kind("homologation.round_opened", gettext_lazy("abriu a rodada %(number)s"), "play")
ROUND_CLOSED = timeline.kind("homologation.round_closed", gettext_lazy("encerrou a rodada %(number)s"), "square")
RESULT = timeline.kind("homologation.result", gettext_lazy("%(case)s: %(outcome)s"), "clipboard-check", outcome=Outcome)
CONFIRMED = timeline.kind(
    "homologation.confirmed", gettext_lazy("confirmou que %(case)s passou, como a máquina informou"), "user-check"
)
EVIDENCE = timeline.kind(
    "homologation.evidence", gettext_lazy("juntou evidência ao resultado de %(case)s"), "paperclip"
)
FAILURE = timeline.kind("homologation.failure", gettext_lazy("%(case)s falhou e abriu a %(label)s: %(title)s"), "bug")
FIXED = timeline.kind("homologation.fixed", gettext_lazy("corrigiu a %(label)s na versão %(version)s"), "wrench")
VERIFIED = timeline.kind("homologation.verified", gettext_lazy("verificou a correção da %(label)s"), "check-check")
REOPENED = timeline.kind("homologation.reopened", gettext_lazy("reabriu a %(label)s: %(reason)s"), "rotate-ccw")
PROPOSED = timeline.kind(
    "homologation.reservation_proposed", gettext_lazy("propôs ressalva para %(case)s"), "message-square"
)
AGREED = timeline.kind(
    "homologation.reservation_agreed", gettext_lazy("concordou com a ressalva de %(case)s"), "handshake"
)
WITHDRAWN = timeline.kind("homologation.reservation_withdrawn", gettext_lazy("retirou a ressalva de %(case)s"), "x")

State = Nonconformity.State


class Overtaken(Refusal):
    """Somebody reported the case meanwhile: ``newest`` is their result, and one's own is kept too once one insists."""

    def __init__(self, newest: Result) -> None:
        super().__init__(
            _("%(who)s registrou “%(outcome)s” para %(code)s enquanto você preenchia. Confira e registre de novo: os dois "
              "resultados ficam guardados e o seu passa a valer.")
            % {"who": newest.by, "outcome": newest.get_outcome_display(), "code": newest.case.code}
        )  # fmt: skip
        self.newest = newest


def choose_conditions(script: Script, *, by: User, conditions: list[str]) -> None:
    """Say which conditional cases apply, by condition key; until the script is frozen."""
    require(by, "homologation.lead", script)
    with timeline.changing(script.rollout) as rollout:
        script = thawed(script)
        conditional = script.cases.exclude(condition_key="")
        conditional.update(applies=False)
        conditional.filter(condition_key__in=conditions).update(applies=True)
        timeline.record(rollout, CONDITIONS, by, conditions=sorted(conditions))


def freeze(script: Script, *, by: User) -> None:
    """Fix the script for this rollout. Nothing of it changes afterwards."""
    require(by, "homologation.lead", script)
    with timeline.changing(script.rollout) as rollout:
        script = thawed(script)
        cases = script.cases.filter(applies=True).count()
        if not cases:
            raise Refusal(_("O roteiro não tem casos."))
        script.frozen_at, script.frozen_by = clock.now(), by
        script.save(update_fields=["frozen_at", "frozen_by"])
        timeline.record(rollout, FROZEN, by, cases=cases, version=script.version)


def start_round(script: Script, *, by: User) -> Round:
    """Open the next round: the first takes every case that applies, a later one those that have not passed and what
    depends on them (``retest``)."""
    require(by, "homologation.lead", script)
    with timeline.changing(script.rollout) as rollout:
        refuse_outside_homologation(rollout)
        if queries.open_round(script):
            raise Refusal(_("Já existe uma rodada aberta."))
        number = numbering.next_number(rollout, script.rounds)
        wanted = retest.cases(queries.case_statuses(script, bare=True), first=number == 1)
        if not wanted:
            raise Refusal(_("Todos os casos já passaram; não há o que repetir."))
        opened = Round.objects.create(script=script, number=number)
        opened.cases.set(wanted)
        timeline.record(rollout, ROUND_OPENED, by, number=number, cases=len(wanted))
        return opened


def close_round(script: Script, *, by: User) -> None:
    """Close the open round; cases without a result wait for the next one."""
    require(by, "homologation.lead", script)
    with timeline.changing(script.rollout) as rollout:
        opened = queries.open_round(script)
        if opened is None:
            raise Refusal(_("Não há rodada aberta."))
        opened.closed_at = clock.now()
        opened.save(update_fields=["closed_at"])
        timeline.record(rollout, ROUND_CLOSED, by, number=opened.number)


def record_result(
    case: Case,
    *,
    by: User,
    outcome: str,
    note: str = "",
    evidence_text: str = "",
    evidence_link: str = "",
    evidence_files: Sequence[files.FormFile] = (),
    severity: str = "",
    owner: str = "",
    due: date | None = None,
    machine: str = "",
    seen: int | None = None,
) -> Result:
    """Report the outcome of ``case`` in the open round; an earlier result is kept, the newest counts.

    A binding case that passed needs evidence. A failure needs a note, a severity and an owner, and opens a
    nonconformity, to be mended until ``due``, unless one of this case is open or awaits verification, which it then
    reopens. ``machine`` is the label of the token that reports for ``by``: a pass of a binding case then awaits
    ``confirm_result``. ``seen`` is the key of the newest result that the person saw, 0 for none: ``Overtaken`` (409) when
    there is a newer one.
    """
    require(by, "homologation.execute", case)
    with timeline.changing(case.rollout) as rollout:
        refuse_outside_homologation(rollout)
        opened = queries.open_round(case.script)
        if opened is None:
            raise Refusal(_("Não há rodada aberta. A Presence precisa abrir a próxima."))
        if not opened.cases.filter(pk=case.pk).exists():
            raise Refusal(_("%(code)s não faz parte desta rodada.") % {"code": case.code})
        newest = case.results.select_related("by", "case").last()
        if seen is not None and newest is not None and newest.pk != seen:
            raise Overtaken(newest)
        note = note.strip()
        if outcome not in Outcome.values:
            raise Invalid(_("Informe o resultado."), field="outcome")
        proof = evidence.given(text=evidence_text, link=evidence_link, files=evidence_files, link_field="evidence_link")
        if outcome == Outcome.PASSED and case.is_binding and not proof:
            raise Invalid(_("Junte a evidência: texto, link ou arquivo."), field="evidence_text")
        if outcome == Outcome.NOT_APPLICABLE:
            if not is_presence(by):
                raise NotAllowed(_("Só a Presence marca um caso como não aplicável."))
            if not note:
                raise Invalid(_("Diga por que o caso não se aplica."), field="note")
        if outcome == Outcome.FAILED:
            if not note:
                raise Invalid(_("Diga o que falhou."), field="note")
            if severity not in Nonconformity.Severity.values:
                raise Invalid(_("Informe a gravidade."), field="severity")
            if owner not in PartyRole.values:
                raise Invalid(_("Informe quem deve corrigir."), field="owner")
            if due is not None and due < clock.today():
                raise Invalid(_("O prazo da correção não pode estar no passado."), field="due")
        result = Result.objects.create(
            round=opened, case=case, outcome=outcome, note=note, by=by, machine=machine.strip()[:80]
        )
        evidence.keep(result, proof, by=by, field="evidence_files")
        reported = {"machine": result.machine} if result.machine else {}
        if outcome == Outcome.FAILED:
            found = _open_nonconformity(rollout, case, note, severity, owner, due, by)
            timeline.record(
                rollout,
                FAILURE,
                by,
                case=case.code,
                label=found.label,
                title=found.title,
                severity=severity,
                **reported,
            )
        else:
            timeline.record(rollout, RESULT, by, case=case.code, outcome=outcome, **reported)
        return result


def confirm_result(result: Result, *, by: User) -> Result:
    """Presence or the client confirms that a binding case passed, as a machine reported; from then on it counts."""
    require(by, "homologation.verify", result.case)
    with timeline.changing(result.case.rollout) as rollout:
        refuse_outside_homologation(rollout)
        result = Result.objects.select_related("case__script").get(pk=result.pk)
        if not result.machine:
            raise Refusal(_("Este resultado foi registrado por uma pessoa e não pede confirmação."))
        if result.confirmed_at:
            raise Refusal(_("Este resultado já foi confirmado."))
        if result.case.results.last() != result:
            raise Refusal(_("%(code)s tem um resultado mais novo. Veja-o antes.") % {"code": result.case.code})
        refuse_both_halves(by, result.by_id)
        if not result.awaits_confirmation:
            raise Refusal(_("Só se confirma um caso obrigatório que passou."))
        result.confirmed_by, result.confirmed_at = by, clock.now()
        result.save(update_fields=["confirmed_by", "confirmed_at"])
        timeline.record(rollout, CONFIRMED, by, case=result.case.code, machine=result.machine)
        return result


def attach_evidence(
    result: Result, *, by: User, text: str = "", link: str = "", files: Sequence[files.FormFile] = ()
) -> None:
    """Add evidence to the newest result of a case in the open round, by who reported it or by Presence."""
    require(by, "homologation.execute", result.case)
    if result.by_id != by.pk:
        require(by, "homologation.lead", result.case)
    with timeline.changing(result.case.rollout) as rollout:
        refuse_outside_homologation(rollout)
        result = Result.objects.select_related("case__script", "round").get(pk=result.pk)
        if result.round.closed_at or result.case.results.last() != result:
            raise Refusal(_("Só se junta evidência ao resultado mais novo, com a rodada aberta."))
        proof = evidence.given(text=text, link=link, files=files)
        if not proof:
            raise Invalid(_("Junte a evidência: texto, link ou arquivo."), field="text")
        evidence.keep(result, proof, by=by, field="files")
        timeline.record(rollout, EVIDENCE, by, case=result.case.code)


def mark_fixed(nonconformity: Nonconformity, *, by: User, fix_version: str, fix_note: str = "") -> None:
    """Its owner (or the integrator) says in which version it was mended; it then awaits verification."""
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
        timeline.record(rollout, FIXED, by, label=nonconformity.label, version=nonconformity.fix_version)


def verify_fix(nonconformity: Nonconformity, *, by: User) -> None:
    """Presence or the client saw it work. A case that failed must have passed again since the fix."""
    require(by, "homologation.verify", nonconformity)
    with timeline.changing(nonconformity.rollout) as rollout:
        nonconformity = Nonconformity.objects.get(pk=nonconformity.pk)
        if nonconformity.state != State.FIXED:
            raise Refusal(_("A %(label)s ainda não foi corrigida.") % {"label": nonconformity.label})
        refuse_both_halves(by, nonconformity.fixes.order_by("-pk").values_list("by", flat=True).first())
        status = queries.status_of(nonconformity.case)
        if status.awaits_confirmation:
            raise Refusal(
                _("Confirme antes que %(code)s passou: só uma máquina o informou.") % {"code": nonconformity.case.code}
            )
        if not status.passed:
            raise Refusal(
                _("Execute %(code)s de novo: a correção se verifica com o caso passando.")
                % {"code": nonconformity.case.code}
            )
        _move(nonconformity, State.VERIFIED)
        timeline.record(rollout, VERIFIED, by, label=nonconformity.label)


def reopen(nonconformity: Nonconformity, *, by: User, reason: str) -> None:
    """The fix does not hold; it goes back to its owner."""
    require(by, "homologation.verify", nonconformity)
    if not reason.strip():
        raise Invalid(_("Diga o que ainda falha."), field="reason")
    with timeline.changing(nonconformity.rollout) as rollout:
        nonconformity = Nonconformity.objects.get(pk=nonconformity.pk)
        if nonconformity.state == State.OPEN:
            raise Refusal(_("A %(label)s já está aberta.") % {"label": nonconformity.label})
        nonconformity.times_reopened += 1
        _move(nonconformity, State.OPEN)
        timeline.record(rollout, REOPENED, by, label=nonconformity.label, reason=reason.strip())


def propose_reservation(case: Case, *, by: User, text: str, owner: str, deadline: date) -> Reservation:
    """Propose to accept ``case`` without its having passed, with an owner and a deadline in the future."""
    require(by, "homologation.execute", case)
    with timeline.changing(case.rollout) as rollout:
        refuse_outside_homologation(rollout)
        if not text.strip():
            raise Invalid(_("Escreva a ressalva."), field="text")
        if deadline <= clock.today():
            raise Invalid(_("O prazo precisa estar no futuro."), field="deadline")
        if case.reservations.filter(withdrawn_at=None).exists():
            raise Refusal(_("%(code)s já tem uma ressalva.") % {"code": case.code})
        roles = rollout.roles_of(by)
        reservation = Reservation.objects.create(
            rollout=rollout,
            case=case,
            text=text.strip(),
            owner=owner,
            deadline=deadline,
            proposed_by=by,
            proposed_party=next(role for role in PartyRole.values if role in roles),
        )
        timeline.record(rollout, PROPOSED, by, case=case.code, text=reservation.text)
        return reservation


def agree_reservation(reservation: Reservation, *, by: User) -> None:
    """Agree for one's side; with both client and Presence it takes effect. Who proposed it agrees only for the company for
    which they proposed it."""
    for_client = by.has_perm("homologation.agree_for_client", reservation)
    for_presence = by.has_perm("homologation.agree_for_presence", reservation)
    if not (for_client or for_presence):
        raise NotAllowed(_("A ressalva é acordada entre o cliente e a Presence."))
    with timeline.changing(reservation.rollout) as rollout:
        reservation = Reservation.objects.get(pk=reservation.pk)
        if reservation.withdrawn_at or reservation.is_agreed:
            raise Refusal(_("Esta ressalva já foi acordada ou retirada."))
        refuse_both_halves(by, reservation.presence_agreed_by_id if for_client else reservation.client_agreed_by_id)
        party = PartyRole.CLIENT if for_client else PartyRole.PRESENCE
        refuse_two_companies(rollout, by, party, [(reservation.proposed_party, reservation.proposed_by_id)])
        if for_client:
            reservation.client_agreed_by = by
        else:
            reservation.presence_agreed_by = by
        if reservation.client_agreed_by and reservation.presence_agreed_by:
            reservation.agreed_at = clock.now()
        reservation.save()
        timeline.record(rollout, AGREED, by, case=reservation.case.code)


def withdraw_reservation(reservation: Reservation, *, by: User) -> None:
    """Take a reservation back while the homologation lasts."""
    require(by, "homologation.lead", reservation)
    with timeline.changing(reservation.rollout) as rollout:
        refuse_outside_homologation(rollout)
        reservation.withdrawn_at = clock.now()
        reservation.save(update_fields=["withdrawn_at"])
        timeline.record(rollout, WITHDRAWN, by, case=reservation.case.code)


def thawed(script: Script) -> Script:
    """``script`` read again. Raises ``Refusal`` (409) once it is frozen."""
    script = Script.objects.get(pk=script.pk)
    if script.frozen_at:
        raise Refusal(_("O roteiro já foi congelado para este projeto."))
    return script


def refuse_outside_homologation(rollout: Rollout) -> None:
    """Raise ``Refusal`` unless ``rollout`` is at the homologation."""
    if rollout.stage != Stage.HOMOLOGATION:
        raise Refusal(
            _("O projeto está em %(stage)s; isto só se faz na homologação.") % {"stage": rollout.get_stage_display()}
        )


def _open_nonconformity(
    rollout: Rollout, case: Case, note: str, severity: str, owner: str, due: date | None, by: User
) -> Nonconformity:
    known = case.nonconformities.exclude(state=State.VERIFIED).first()
    if known is None:
        number = numbering.next_number(rollout, rollout.nonconformities)
        return Nonconformity.objects.create(
            rollout=rollout, number=number, case=case, title=note[:200], severity=severity, owner=owner, due=due,
            opened_by=by,
        )  # fmt: skip
    if known.state == State.FIXED:
        known.times_reopened += 1
    known.severity, known.owner, known.due = severity, owner, due or known.due
    _move(known, State.OPEN)
    return known


def _move(nonconformity: Nonconformity, state: str) -> None:
    nonconformity.state = state
    nonconformity.since = clock.now()
    nonconformity.save()

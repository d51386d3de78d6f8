"""Record results in the open round, confirm what one side alone reports, add evidence."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.access import is_presence
from apps.core import clock
from apps.core.refusals import Invalid, NotAllowed, Refusal, require
from apps.files import actions as files
from apps.rollouts import timeline
from apps.rollouts.access import refuse_both_halves
from apps.stages.homologation import events, queries
from apps.stages.homologation.access import refuse_outside_homologation
from apps.stages.homologation.execution import evidence, rounds, second_party, standing
from apps.stages.homologation.models import Case, Nonconformity, Outcome, Result
from apps.stages.homologation.nonconformities import actions as nonconformities
from apps.stages.homologation.nonconformities.events import CaseFailed

start_round, close_round = rounds.start_round, rounds.close_round


class Overtaken(Refusal):
    """Somebody reported the case meanwhile: ``newest`` is their result, and one's own is kept too once one insists."""

    def __init__(self, newest: Result) -> None:
        super().__init__(
            _("%(who)s registrou “%(outcome)s” para %(code)s enquanto você preenchia. Confira e registre de novo: os dois "
              "resultados ficam guardados e o seu passa a valer.")
            % {"who": newest.by, "outcome": newest.get_outcome_display(), "code": newest.case.code}
        )  # fmt: skip
        self.newest = newest


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
    seen_result: int | None = None,
) -> Result:
    """Report the outcome of ``case`` in the open round; an earlier result is kept, the newest counts.

    A binding case that passed needs evidence. A failure needs a note, a severity and an owner, and opens a
    nonconformity, to be corrected until ``due``, unless one of this case is open or awaits verification, which it then
    reopens. ``machine`` is the label of the token that reports for ``by``. A pass or "not applicable" of a binding case that
    one side alone reports (``second_party``) awaits ``confirm_result``. ``seen_result`` is the key of the newest result that
    the person saw, 0 for none: ``Overtaken`` (409) when there is a newer one.
    """
    require(by, "homologation.execute", case)
    with timeline.changing(case.rollout) as rollout:
        refuse_outside_homologation(rollout)
        round_ = queries.open_round_for(case)
        if round_ is None:
            raise Refusal(_("Não há rodada aberta. A Presence precisa abrir a próxima."))
        if not round_.has_case:  # type: ignore[attr-defined]
            raise Refusal(_("%(code)s não faz parte desta rodada.") % {"code": case.code})
        newest = round_.newest_result  # type: ignore[attr-defined]
        if seen_result is not None and newest not in (None, seen_result):
            raise Overtaken(Result.objects.select_related("by", "case").get(pk=newest))
        note = note.strip()
        if outcome not in Outcome.values:
            raise Invalid(_("Informe o resultado."), field="outcome")
        proof = evidence.proof_of(
            text=evidence_text, link=evidence_link, files=evidence_files, link_field="evidence_link"
        )
        if outcome == Outcome.PASSED and case.is_binding and not proof:
            raise Invalid(_("Junte a evidência: texto, link ou arquivo."), field="evidence_text")
        if outcome == Outcome.NOT_APPLICABLE:
            if not is_presence(by):
                raise NotAllowed(_("Só a Presence marca um caso como não aplicável."))
            if not note:
                raise Invalid(_("Diga por que o caso não se aplica."), field="note")
        if outcome == Outcome.FAILED:
            nonconformities.refuse_incomplete_failure(note=note, severity=severity, owner=owner, due=due)
        result = Result(round=round_, case=case, outcome=outcome, note=note, by=by, machine=machine.strip()[:80])
        result.version = rollout.connector_version
        result.needs_confirmation = second_party.must_confirm(result)
        result.save()
        evidence.add(result, proof, by=by, field="evidence_files")
        standing.note_result(result)
        if outcome == Outcome.FAILED:
            nonconformity = nonconformities.open_or_reopen(
                rollout, case, by=by, note=note, severity=severity, owner=owner, due=due
            )
            failure = CaseFailed(
                case=case.code,
                label=nonconformity.label,
                title=nonconformity.title,
                severity=Nonconformity.Severity(severity),
                machine=result.machine or None,
            )
            timeline.record(rollout, failure, by)
        elif result.awaits_agreement:
            timeline.record(rollout, events.NotApplicableProposed(case=case.code, reason=note), by)
        else:
            recorded = events.ResultRecorded(case=case.code, outcome=Outcome(outcome), machine=result.machine or None)
            timeline.record(rollout, recorded, by)
        return result


def confirm_result(result: Result, *, by: User) -> Result:
    """The other side confirms what one side reported of a binding case; from then on it counts. That it passed, Presence or
    the client confirms; that it does not apply, as Presence says, the client."""
    is_not_applicable = result.outcome == Outcome.NOT_APPLICABLE
    require(by, "homologation.agree_for_client" if is_not_applicable else "homologation.verify", result.case)
    with timeline.changing(result.case.rollout) as rollout:
        refuse_outside_homologation(rollout)
        result = Result.objects.select_related("case__script").get(pk=result.pk)
        if not (result.needs_confirmation or result.machine):
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
        standing.write([result.case])
        if is_not_applicable:
            timeline.record(rollout, events.NotApplicableAgreed(case=result.case.code), by)
        else:
            confirmed = events.ResultConfirmed(case=result.case.code, machine=result.machine or None)
            timeline.record(rollout, confirmed, by)
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
        proof = evidence.proof_of(text=text, link=link, files=files)
        if not proof:
            raise Invalid(_("Junte a evidência: texto, link ou arquivo."), field="text")
        evidence.add(result, proof, by=by, field="files", after=result.evidence.count())
        timeline.record(rollout, events.EvidenceAttached(case=result.case.code), by)

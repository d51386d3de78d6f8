"""What the homologation covers after the freeze: more with a reason, less with the client's agreement."""

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal, require
from apps.rollouts import timeline
from apps.rollouts.access import refuse_both_halves
from apps.rollouts.models import Rollout
from apps.stages.homologation import events, queries
from apps.stages.homologation.execution import standing
from apps.stages.homologation.models import Case, ScopeReduction, Script

STAGES_THAT_CHANGE_SCOPE = (Stage.DEVELOPMENT, Stage.TRAINING, Stage.HOMOLOGATION)


def change(script: Script, *, by: User, condition: str, reason: str) -> None:
    """Presence changes what a frozen script covers. A ``condition`` (its key) that is off is switched on, with its cases in
    the open round too; of one that is on it is proposed to the client to switch it off.

    Raises ``Refusal`` (409) before the freeze and after the homologation, or while such a proposal waits.
    """
    require(by, "homologation.lead", script)
    with timeline.changing(script.rollout) as rollout:
        script = _frozen_script(script, rollout)
        cases = list(script.cases.filter(condition_key=condition)) if condition else []
        if not cases:
            raise Invalid(_("Escolha uma condição do roteiro."), field="condition")
        if not reason.strip():
            raise Invalid(_("Diga o motivo."), field="reason")
        title = cases[0].condition
        if any(not case.applies for case in cases):
            _switch_on(script, cases)
            added = events.ConditionSwitchedOn(condition=title, cases=len(cases), reason=reason.strip())
            timeline.record(rollout, added, by)
            return
        if script.reductions.waiting().filter(condition_key=condition).exists():
            raise Refusal(
                _("Já se propôs desligar “%(condition)s”; falta a resposta do cliente.") % {"condition": title}
            )
        ScopeReduction.objects.create(
            script=script, condition_key=condition, condition=title, reason=reason.strip(), proposed_by=by
        )
        timeline.record(rollout, events.ConditionOffProposed(condition=title, reason=reason.strip()), by)


def agree(reduction: ScopeReduction, *, by: User) -> None:
    """The client agrees: the cases of the condition are not asked for any more. Their results are kept."""
    require(by, "homologation.agree_for_client", reduction)
    with timeline.changing(reduction.rollout) as rollout:
        reduction = _waiting(reduction)
        script = _frozen_script(reduction.script, rollout)
        refuse_both_halves(by, reduction.proposed_by_id)
        reduction.agreed_by, reduction.agreed_at = by, clock.now()
        reduction.save(update_fields=["agreed_by", "agreed_at"])
        _switch_off(script, list(script.cases.filter(condition_key=reduction.condition_key)))
        timeline.record(rollout, events.ConditionSwitchedOff(condition=reduction.condition), by)


def withdraw(reduction: ScopeReduction, *, by: User) -> None:
    """Presence takes the proposal back, or the client does not agree: the condition stays on."""
    if not (by.has_perm("homologation.lead", reduction) or by.has_perm("homologation.agree_for_client", reduction)):
        raise NotAllowed(_("O escopo é acordado entre o cliente e a Presence."))
    with timeline.changing(reduction.rollout) as rollout:
        reduction = _waiting(reduction)
        reduction.withdrawn_at = clock.now()
        reduction.save(update_fields=["withdrawn_at"])
        timeline.record(rollout, events.ConditionStaysOn(condition=reduction.condition), by)


def _switch_on(script: Script, cases: list[Case]) -> None:
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(applies=True)
    if round_ := queries.open_round(script):
        round_.cases.add(*cases)
    standing.write(cases)


def _switch_off(script: Script, cases: list[Case]) -> None:
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(applies=False)
    if round_ := queries.open_round(script):
        executed = set(round_.results.values_list("case", flat=True))
        round_.cases.remove(*[case for case in cases if case.pk not in executed])
    standing.write(cases)


def _frozen_script(script: Script, rollout: Rollout) -> Script:
    """``script`` of the locked ``rollout``, read again. Raises ``Refusal`` (409) where its scope is not changed like this."""
    script = Script.objects.get(pk=script.pk)
    if script.frozen_at is None:
        raise Refusal(_("O roteiro ainda não foi congelado: escolha as condições no próprio roteiro."))
    if rollout.stage not in STAGES_THAT_CHANGE_SCOPE:
        raise Refusal(
            _("O projeto está em %(stage)s; o escopo muda até o fim da homologação.")
            % {"stage": rollout.get_stage_display()}
        )
    script.rollout = rollout
    return script


def _waiting(reduction: ScopeReduction) -> ScopeReduction:
    """``reduction`` of a locked rollout, read again. Raises ``Refusal`` (409) when it was answered or withdrawn."""
    reduction = ScopeReduction.objects.select_related("script").get(pk=reduction.pk)
    if reduction.agreed_at or reduction.withdrawn_at:
        raise Refusal(_("Esta proposta já foi respondida ou retirada."))
    return reduction

"""The REST operations of what is judged in the homologation: nonconformities, the scope, which cases run again.

They join the router of ``api``.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Status

from apps.accounts.http import SignedInRequest
from apps.core.refusals import Refusal, require
from apps.core.web import rest
from apps.rollouts.api import visible
from apps.stages.homologation import queries
from apps.stages.homologation.api import router, script_for
from apps.stages.homologation.api_shapes import (
    ClassificationIn,
    ConditionOut,
    KeptOut,
    MergerIn,
    NonconformityOut,
    ReasonIn,
    RoundIn,
    RoundOut,
    ScopeIn,
    State,
)
from apps.stages.homologation.execution import rounds, scope
from apps.stages.homologation.models import Nonconformity, Script
from apps.stages.homologation.nonconformities import actions, judgement

NONCONFORMITIES = 100
"""The most nonconformities of one answer."""
REASON = _("Por quê. Todas as partes leem no histórico.")


def nonconformity_for(request: SignedInRequest, rollout_id: int, number: int) -> Nonconformity:
    """The nonconformity NC-``number`` as it stands, if the rollout exists for who asks (404 otherwise)."""
    nonconformity: Nonconformity = get_object_or_404(visible(request, rollout_id).nonconformities, number=number)
    return nonconformity


@router.get("/{int:rollout_id}/nonconformities/", response=list[NonconformityOut], summary="The nonconformities")
@rest.scope(rest.Scope.READ)
@rest.words(
    _("As não conformidades"),
    _(
        "Da mais antiga à mais nova, também as encerradas. Até 100 por vez; o cabeçalho Link traz o endereço das seguintes."
    ),
    state=_("Só as que estão nesta situação."),
    after=_("Só as que vêm depois; o cabeçalho Link traz o valor."),
)
def list_nonconformities(
    request: SignedInRequest, response: HttpResponse, rollout_id: int, state: State | None = None, after: int = 0
):
    """At most 100 at once, the oldest first, those that ended too; the header ``Link`` has the address of the others."""
    nonconformities = visible(request, rollout_id).nonconformities.filter(pk__gt=max(after, 0)).order_by("pk")
    if state:
        nonconformities = nonconformities.filter(state=state)
    return rest.page_of(request, response, nonconformities, most=NONCONFORMITIES)


@router.post(
    "/{int:rollout_id}/nonconformities/{int:number}/dismissal/",
    response={201: NonconformityOut},
    summary="Decline a nonconformity as unfounded",
    openapi_extra=rest.described(ReasonIn, example={"reason": "O pedido era de outra loja."}),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Declarar improcedente uma não conformidade"),
    _("Ninguém deve mais a correção, e ela deixa de tornar horas gratuitas. Quem corrige e o cliente podem contestar."),
    reason=REASON,
)
def decline_nonconformity(request: SignedInRequest, rollout_id: int, number: int):
    """Presence finds that it is none (409 when it ended already); its owner and the client may contest that."""
    nonconformity = nonconformity_for(request, rollout_id, number)
    body = rest.read(request, ReasonIn)
    judgement.decline(nonconformity, by=request.user, reason=body.reason)
    return Status(201, nonconformity_for(request, rollout_id, number))


@router.post(
    "/{int:rollout_id}/nonconformities/{int:number}/merger/",
    response={201: NonconformityOut},
    summary="Merge a nonconformity into another",
    openapi_extra=rest.described(MergerIn, example={"into": 2}),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Juntar uma não conformidade a outra"),
    _("É a mesma que outra em aberto, que se corrige pelas duas."),
    into=_("O número da outra: 2 é a NC-2."),
)
def merge_nonconformity(request: SignedInRequest, rollout_id: int, number: int):
    """Presence finds that it is the same as another of which something is owed, which is corrected for both."""
    nonconformity = nonconformity_for(request, rollout_id, number)
    body = rest.read(request, MergerIn)
    require(request.user, "homologation.lead", nonconformity)
    into = nonconformity.rollout.nonconformities.filter(number=body.into).first() or nonconformity
    judgement.merge(nonconformity, by=request.user, into=into)
    return Status(201, nonconformity_for(request, rollout_id, number))


@router.post(
    "/{int:rollout_id}/nonconformities/{int:number}/objection/",
    response={201: NonconformityOut},
    summary="Contest that a nonconformity was declined or merged",
    openapi_extra=rest.described(ReasonIn, example={"reason": "O erro se repete com outro pedido."}),
)
@rest.scope(rest.Scope.RESULTS, rest.Scope.ANSWERS)
@rest.words(
    _("Contestar o fim de uma não conformidade"),
    _("Declarada improcedente ou duplicada (409 se não), volta a ficar aberta. Quem corrige, o cliente e a Presence."),
    reason=REASON,
)
def contest_nonconformity(request: SignedInRequest, rollout_id: int, number: int):
    """Its owner, the client or Presence disagrees that it was declined or merged (409 otherwise): it is open again."""
    nonconformity = nonconformity_for(request, rollout_id, number)
    body = rest.read(request, ReasonIn)
    judgement.contest(nonconformity, by=request.user, reason=body.reason)
    return Status(201, nonconformity_for(request, rollout_id, number))


@router.post(
    "/{int:rollout_id}/nonconformities/{int:number}/classification/",
    response={201: NonconformityOut},
    summary="Settle how severe a nonconformity is, who corrects it and until when",
    openapi_extra=rest.described(ClassificationIn, example={"severity": "minor", "owner": "platform"}),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Reclassificar uma não conformidade"),
    _("Enquanto está em aberto (409). O que não vier fica como está; null em due tira o prazo."),
    severity=_("A gravidade: blocking, major ou minor."),
    owner=_("Quem corrige: presence, platform, integrator ou client."),
    due=_("Até quando."),
)
def classify_nonconformity(request: SignedInRequest, rollout_id: int, number: int):
    """Presence settles severity, owner and due date while something is owed (409 otherwise); what is left out stays."""
    nonconformity = nonconformity_for(request, rollout_id, number)
    body = rest.read(request, ClassificationIn)
    actions.change(
        nonconformity,
        by=request.user,
        severity=body.severity or nonconformity.severity,
        owner=body.owner or nonconformity.owner,
        due=body.due if "due" in body.model_fields_set else nonconformity.due,
    )
    return Status(201, nonconformity_for(request, rollout_id, number))


@router.get("/{int:rollout_id}/scope/", response=list[ConditionOut], summary="The conditions of the script")
@rest.scope(rest.Scope.READ)
@rest.words(_("As condições do roteiro"), _("Quais valem neste projeto e quais esperam a resposta do cliente."))
def read_scope(request: SignedInRequest, rollout_id: int):
    """Each condition of the script, whether it is on, and whether the client is asked to have it off."""
    return conditions(script_for(request, rollout_id))


@router.post(
    "/{int:rollout_id}/scope/",
    response={201: list[ConditionOut]},
    summary="Switch a condition on, or propose to switch it off",
    openapi_extra=rest.described(ScopeIn, example={"condition": "kit", "reason": "O cliente passou a vender kits."}),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Ligar uma condição, ou propor desligá-la"),
    _(
        "Depois do congelamento e até o fim da homologação (409). A que está desligada passa a valer, também na rodada "
        "aberta; para desligar uma que vale, o cliente precisa concordar, na página."
    ),
    condition=_("A chave da condição, como em GET."),
    reason=REASON,
)
def change_scope(request: SignedInRequest, rollout_id: int):
    """Switch on a condition that is off, with its cases in the open round too; of one that is on, propose to the client to
    switch it off."""
    script = script_for(request, rollout_id)
    body = rest.read(request, ScopeIn)
    scope.change(script, by=request.user, condition=body.condition, reason=body.reason)
    return Status(201, conditions(script))


@router.post(
    "/{int:rollout_id}/scope/{slug:condition}/withdrawal/",
    response={201: list[ConditionOut]},
    summary="Take back that a condition be switched off",
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Retirar a proposta de desligar uma condição"),
    _("Enquanto o cliente não respondeu (409 sem proposta à espera). A condição continua valendo."),
)
def withdraw_scope_reduction(request: SignedInRequest, rollout_id: int, condition: str):
    """Take back what was proposed to the client and not answered (409 where nothing is): the condition stays on."""
    script = script_for(request, rollout_id)
    require(request.user, "homologation.lead", script)
    waiting = script.reductions.waiting().select_related("script__rollout")
    reduction = waiting.filter(condition_key=condition).first()
    if reduction is None:
        raise Refusal(gettext("Nenhuma proposta de desligar esta condição espera resposta."))
    scope.withdraw(reduction, by=request.user)
    return Status(201, conditions(script))


@router.post(
    "/{int:rollout_id}/rounds/",
    response={201: RoundOut},
    summary="Open a round",
    openapi_extra=rest.described(RoundIn, example={"scope": "cases", "codes": ["PED-03"]}),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Abrir uma rodada"),
    _("A primeira executa todos os casos que se aplicam. Com outra rodada aberta é recusado (409)."),
    scope=_(
        "pending: o que não passou; all: todos; process: um processo; cases: os de codes; dependents: e o que depende deles."
    ),
    process=_("Com process: a chave do processo, como PED."),
    codes=_("Com cases ou dependents: os códigos dos casos; a lista só vai em JSON."),
)
def start_round(request: SignedInRequest, rollout_id: int):
    """Open the next round: the first takes every case that applies, a later one those of its ``scope`` (409 while another is
    open, or when nothing is to be repeated)."""
    script = script_for(request, rollout_id)
    body = rest.read(request, RoundIn)
    round_ = rounds.start_round(script, by=request.user, **body.model_dump())
    codes = list(round_.cases.order_by("position").values_list("code", flat=True))
    return Status(201, {"number": round_.number, "cases": codes})


@router.post(
    "/{int:rollout_id}/kept-results/",
    response={201: KeptOut},
    summary="Keep the results of a newer version of the connector",
    openapi_extra=rest.described(ReasonIn, example={"reason": "A versão 1.4.1 só muda o log."}),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Manter os resultados com a versão nova do conector"),
    _(
        "A versão entregue por último não envelhece nenhum resultado. Sem versão à espera desta decisão é recusado (409)."
    ),
    reason=REASON,
)
def keep_results(request: SignedInRequest, rollout_id: int):
    """Say that the newest version of the connector makes no result old (409 where none waits for that)."""
    script = script_for(request, rollout_id)
    body = rest.read(request, ReasonIn)
    rounds.keep_results(script, by=request.user, reason=body.reason)
    return Status(201, {"version": Script.objects.get(pk=script.pk).judged_version})


def conditions(script: Script) -> list[dict[str, Any]]:
    waiting = set(script.reductions.waiting().values_list("condition_key", flat=True))
    return [
        {"condition": key, "title": str(title), "on": is_on, "waiting": key in waiting}
        for key, title, is_on in queries.conditions(script)
    ]

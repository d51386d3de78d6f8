"""Operations of the REST API that set a rollout right or move it: the same actions as its pages, by who may there."""

from datetime import date
from typing import Annotated, Literal

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Schema, Status
from pydantic import Field

from apps.accounts.http import SignedInRequest
from apps.companies.models import Kind, Membership
from apps.core.network import mailboxes
from apps.core.process import Gate
from apps.core.refusals import Invalid, require
from apps.core.web import rest
from apps.rollouts import actions, phases
from apps.rollouts.api import RolloutOut, router, visible
from apps.rollouts.corrections import actions as corrections
from apps.rollouts.models import Analyst

Reason = Annotated[str, Field(min_length=1, max_length=20_000)]
Version = Annotated[int, Field(ge=0, le=2_147_483_647)]
Email = Annotated[str, Field(min_length=3, max_length=254)]
Role = Literal["presence", "platform", "integrator", "client"]
GatesBack = Literal["return_to_kickoff", "return_to_development", "return_to_homologation"]

REASON = _("Por quê. Todas as partes leem no histórico.")
VERSION = _("A versão do projeto que você leu: se ele mudou de etapa ou de situação desde então, nada é feito (409).")


class AnalystOut(Schema):
    """Somebody of Presence who works on the rollout beside its project manager."""

    id: int
    name: str

    @staticmethod
    def resolve_name(analyst: Analyst) -> str:
        return str(analyst)


class CorrectionIn(rest.Body):
    """What is left out stays as it is; a target date of null takes it away."""

    reason: Reason
    scope: str = Field(default="", max_length=20_000)
    target_date: date | None = None


class ManagerIn(rest.Body):
    to: Email
    reason: Reason


class AnalystIn(rest.Body):
    email: Email


class HoldIn(rest.Body):
    caused_by: Role
    reason: Reason
    version: Version


class VersionIn(rest.Body):
    version: Version


class BackIn(rest.Body):
    gate: GatesBack
    reason: Reason
    version: Version


class ReopenIn(rest.Body):
    reason: Reason
    version: Version


class CancelIn(rest.Body):
    reason: Reason
    version: Version


@router.post(
    "/{int:rollout_id}/correction/",
    response={201: RolloutOut},
    summary="Correct scope and target date",
    openapi_extra=rest.described(CorrectionIn, example={"target_date": "2030-03-31", "reason": "Nova data combinada."}),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Corrigir escopo e data prevista"),
    _("O que não vier fica como está; null em target_date tira a data. O plano das etapas não muda."),
    scope=_("O escopo, por inteiro."),
    target_date=_("A entrada em produção prevista."),
    reason=REASON,
)
def correct_rollout(request: SignedInRequest, rollout_id: int):
    """Write scope and target date as they should be; what is left out stays. The plan of the stages is not changed."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, CorrectionIn)
    names = body.model_fields_set
    corrections.correct(
        rollout,
        by=request.user,
        scope=body.scope if "scope" in names else rollout.scope,
        target_date=body.target_date if "target_date" in names else rollout.target_date,
        reason=body.reason,
    )
    return Status(201, visible(request, rollout_id))


@router.post(
    "/{int:rollout_id}/manager/",
    response={201: RolloutOut},
    summary="Hand over to another project manager",
    openapi_extra=rest.described(ManagerIn, example={"to": "bia@presence.example", "reason": "Férias de janeiro."}),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Passar a outro gerente de projeto"),
    _("Quem gerenciava e quem passa a gerenciar são avisados."),
    to=_("O e-mail de quem passa a gerenciar, gestor ou gerente de projeto da Presence."),
    reason=REASON,
)
def hand_over(request: SignedInRequest, rollout_id: int):
    """Give the rollout another project manager, who has that role at Presence."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, ManagerIn)
    require(request.user, "rollouts.hand_over", rollout)
    to = colleague(body.to, field="to").user
    corrections.hand_over(rollout, by=request.user, to=to, reason=body.reason)
    return Status(201, visible(request, rollout_id))


@router.get("/{int:rollout_id}/analysts/", response=list[AnalystOut], summary="Who of Presence works on it")
@rest.scope(rest.Scope.READ)
@rest.words(_("Analistas do projeto"), _("Quem da Presence trabalha no projeto, além do gerente."))
def list_analysts(request: SignedInRequest, rollout_id: int):
    """Who of Presence works on the rollout beside its project manager."""
    return list(visible(request, rollout_id).analysts.select_related("membership__user"))


@router.post(
    "/{int:rollout_id}/analysts/",
    response={201: AnalystOut},
    summary="Assign an analyst",
    openapi_extra=rest.described(AnalystIn, example={"email": "rui@presence.example"}),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Incluir um analista"),
    _("Alguém da Presence passa a trabalhar no projeto; podem ser vários."),
    email=_("O e-mail da pessoa na Presence."),
)
def assign_analyst(request: SignedInRequest, rollout_id: int):
    """Have somebody of Presence work on the rollout; several may."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, AnalystIn)
    require(request.user, "rollouts.assign_analyst", rollout)
    place = colleague(body.email, field="email")
    try:
        return Status(201, corrections.assign_analyst(rollout, by=request.user, membership=place))
    except Invalid as refusal:
        refusal.field = "email"  # the page calls it otherwise
        raise


@router.post(
    "/{int:rollout_id}/analysts/{int:analyst_id}/removal/",
    response={201: RolloutOut},
    summary="End an analyst's work",
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(_("Retirar um analista"), _("A pessoa é avisada; o que fez fica no registro."))
def remove_analyst(request: SignedInRequest, rollout_id: int, analyst_id: int):
    """End somebody's work on the rollout; what they did stays on the record."""
    rollout = visible(request, rollout_id)
    corrections.remove_analyst(get_object_or_404(Analyst, pk=analyst_id, rollout=rollout), by=request.user)
    return Status(201, visible(request, rollout_id))


@router.post(
    "/{int:rollout_id}/hold/",
    response={201: RolloutOut},
    summary="Put on hold",
    openapi_extra=rest.described(
        HoldIn, example={"caused_by": "platform", "reason": "A plataforma está fora do ar.", "version": 42}
    ),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Pausar o projeto"),
    _("Até que seja retomado, a bola e os prazos ficam com quem causou a pausa."),
    caused_by=_("A parte que causou: presence, platform, integrator ou client."),
    reason=REASON,
    version=VERSION,
)
def hold(request: SignedInRequest, rollout_id: int):
    """Pause the rollout; until it is resumed the ball and the clocks are with ``caused_by``."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, HoldIn)
    actions.hold(rollout, by=request.user, caused_by=body.caused_by, reason=body.reason, seen_version=body.version)
    return Status(201, visible(request, rollout_id))


@router.post(
    "/{int:rollout_id}/resumption/",
    response={201: RolloutOut},
    summary="Resume",
    openapi_extra=rest.described(VersionIn, example={"version": 43}),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(_("Retomar o projeto"), _("Termina a pausa."), version=VERSION)
def resume(request: SignedInRequest, rollout_id: int):
    """End the open hold of the rollout (409 where there is none)."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, VersionIn)
    actions.resume(rollout, by=request.user, seen_version=body.version)
    return Status(201, visible(request, rollout_id))


@router.post(
    "/{int:rollout_id}/return/",
    response={201: RolloutOut},
    summary="Send back to an earlier stage",
    openapi_extra=rest.described(
        BackIn, example={"gate": "return_to_homologation", "reason": "Defeito em produção.", "version": 42}
    ),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Devolver a uma etapa anterior"),
    _("Só pela passagem que sai da etapa atual (409). O que isso desfaz é o mesmo que a página avisa."),
    gate=_("A passagem de volta, como return_to_development."),
    reason=REASON,
    version=VERSION,
)
def send_back(request: SignedInRequest, rollout_id: int):
    """Return the rollout to an earlier stage, by the way back of the stage that it is at (409 for another)."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, BackIn)
    gate = Gate(body.gate)
    actions.send_back(rollout, gate, by=request.user, seen_version=body.version, reason=body.reason)
    return Status(201, visible(request, rollout_id))


@router.post(
    "/{int:rollout_id}/reopening/",
    response={201: RolloutOut},
    summary="Reopen a completed rollout",
    openapi_extra=rest.described(ReopenIn, example={"reason": "Pedidos sem frete.", "version": 120}),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Reabrir um projeto concluído"),
    _("Dentro da garantia, volta à entrada em produção. Só gestores da Presence."),
    reason=REASON,
    version=VERSION,
)
def reopen(request: SignedInRequest, rollout_id: int):
    """Open a completed rollout again within its guarantee time (409 otherwise), at the go-live; by managers of Presence."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, ReopenIn)
    phases.reopen(rollout, by=request.user, reason=body.reason, seen_version=body.version)
    return Status(201, visible(request, rollout_id))


@router.post(
    "/{int:rollout_id}/cancellation/",
    response={201: RolloutOut},
    summary="Cancel",
    openapi_extra=rest.described(CancelIn, example={"reason": "O cliente desistiu da integração.", "version": 42}),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Cancelar o projeto"),
    _("De qualquer etapa aberta, em pausa ou não. Um projeto cancelado não se reabre."),
    reason=REASON,
    version=VERSION,
)
def cancel_rollout(request: SignedInRequest, rollout_id: int):
    """Cancel the rollout from any open stage, on hold or not; it cannot be opened again (409 for a closed one)."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, CancelIn)
    actions.cancel(rollout, by=request.user, reason=body.reason, seen_version=body.version)
    return Status(201, visible(request, rollout_id))


def colleague(email: str, *, field: str) -> Membership:
    """The place at Presence of who signs in with ``email``. Raises ``Invalid`` (422) on ``field`` where nobody does."""
    places = Membership.objects.filter(company__kind=Kind.PRESENCE, user__email=mailboxes.comparable(email))
    place = places.select_related("company", "user").first()
    if place is None:
        raise Invalid(gettext("Ninguém da Presence entra com este e-mail."), field=field)
    return place

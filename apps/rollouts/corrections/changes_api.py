"""Operations of the REST API that change what a rollout consists of: its companies, its plan, the phase that follows it."""

from datetime import date
from typing import Annotated, Literal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Schema, Status
from pydantic import Field

from apps.accounts.http import SignedInRequest
from apps.companies.api import company_with
from apps.core.process import Stage
from apps.core.refusals import Invalid, require
from apps.core.web import rest
from apps.rollouts import parties, phases, planning
from apps.rollouts.api import RolloutOut, visible
from apps.rollouts.corrections import actions as corrections
from apps.rollouts.corrections.api import REASON, Email, Reason, colleague, router
from apps.rollouts.events import Credentials
from apps.rollouts.models import Rollout

Replaceable = Literal["client", "integrator", "platform"]
OfTheVault = Literal["purge", "hand_over"]
Text = Annotated[str, Field(max_length=20_000)]


class ReplacementIn(rest.Body):
    role: Replaceable
    cnpj: Annotated[str, Field(min_length=1, max_length=20)]
    credentials: OfTheVault
    reason: Reason


class HandoverIn(rest.Body):
    """``rollouts`` are some of those that ``manager`` manages; left out, all that are open."""

    manager: Email
    to: Email
    reason: Reason
    rollouts: Annotated[list[int], Field(min_length=1, max_length=1_000)] | None = None


class HandoverOut(Schema):
    """The ids of the rollouts that ``to`` manages from now on."""

    rollouts: list[int]


class PlanLineOut(Schema):
    """A stage as planned and as it was; ``days_late``: business days from the planned to the actual one, or to today."""

    stage: Stage
    planned: date | None
    actual: date | None
    days_late: int


class PlanIn(rest.Body):
    """The day on which each stage is to begin. What is left out, or null, stays as it is."""

    development: date | None = None
    training: date | None = None
    homologation: date | None = None
    acceptance: date | None = None
    go_live: date | None = None
    completed: date | None = None
    reason: Text = ""


class PhaseIn(rest.Body):
    scope: Annotated[str, Field(min_length=1, max_length=20_000)]
    target_date: date | None = None
    manager: Email | None = None


@router.post(
    "/{int:rollout_id}/replacement/",
    response={201: RolloutOut},
    summary="Replace a company",
    openapi_extra=rest.described(
        ReplacementIn,
        example={
            "role": "integrator",
            "cnpj": "11.222.333/0001-81",
            "credentials": "purge",
            "reason": "O cliente trocou de integrador.",
        },
    ),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Trocar uma empresa"),
    _(
        "O que a anterior entregou, assinou e aceitou continua sendo dela no registro; o que está em aberto passa à nova."
    ),
    role=_("O lugar: client, integrator ou platform."),
    cnpj=_("O CNPJ da nova empresa, já cadastrada."),
    credentials=_("purge destrói as credenciais do cofre e pede novas; hand_over as mantém com a nova empresa."),
    reason=REASON,
)
def replace_party(request: SignedInRequest, rollout_id: int):
    """Put another company, which is registered, in the place of one: what was delivered and signed stays the former one's."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, ReplacementIn)
    require(request.user, "rollouts.replace_party", rollout)
    company = company_with(body.cnpj, field="cnpj")
    credentials = Credentials(body.credentials)
    try:
        parties.replace(
            rollout, body.role, by=request.user, company=company, reason=body.reason, credentials=credentials
        )
    except Invalid as refusal:
        if refusal.field == "company":  # as the page calls it
            refusal.field = "cnpj"
        raise
    return Status(201, visible(request, rollout_id))


@router.post(
    "/handover/",
    response={201: HandoverOut},
    summary="Hand over several rollouts at once",
    openapi_extra=rest.described(
        HandoverIn,
        example={"manager": "lia@presence.example", "to": "bia@presence.example", "reason": "A Lia deixa a Presence."},
    ),
)
@rest.for_people_alone(
    _(
        "Passar vários projetos de uma vez muda todos eles, e um token é de um só. Com ele, passe o seu projeto: manager/."
    )
)
@rest.words(
    _("Passar vários projetos a outro gerente"),
    _("Todos ou nenhum. Sem rollouts, todos os que estão em andamento. Cada um tem o registro no seu histórico."),
    manager=_("O e-mail de quem os gerencia hoje."),
    to=_("O e-mail de quem passa a gerenciar, gestor ou gerente de projeto da Presence."),
    reason=REASON,
    rollouts=_("Só estes, pelo id; a lista só vai em JSON."),
)
def hand_over_several(request: SignedInRequest):
    """Give the open rollouts of one project manager, or some of them, to another: all or none."""
    body = rest.read(request, HandoverIn)
    require(request.user, "rollouts.hand_over")
    rollouts = corrections.managed_by(colleague(body.manager, field="manager").user)
    if body.rollouts is not None:
        rollouts = rollouts.filter(pk__in=body.rollouts)
        if missing := {*body.rollouts} - {*rollouts.values_list("pk", flat=True)}:
            raise Invalid(
                gettext("Este projeto não está em andamento com quem você indicou: %(id)d.") % {"id": min(missing)},
                field="rollouts",
            )
    keys = list(rollouts.values_list("pk", flat=True))
    to = colleague(body.to, field="to").user
    corrections.hand_over_several(Rollout.objects.filter(pk__in=keys), by=request.user, to=to, reason=body.reason)
    return Status(201, {"rollouts": keys})


@router.get("/{int:rollout_id}/plan/", response=list[PlanLineOut], summary="The plan of the stages")
@rest.scope(rest.Scope.READ)
@rest.words(_("O plano das etapas"), _("O dia previsto e o dia real de cada etapa, e os dias úteis de atraso."))
def read_plan(request: SignedInRequest, rollout_id: int):
    """The planned and the actual first day of each stage; none for a rollout without a plan."""
    return planning.lines(visible(request, rollout_id))


@router.post(
    "/{int:rollout_id}/plan/",
    response={201: list[PlanLineOut]},
    summary="Plan other days",
    openapi_extra=rest.described(
        PlanIn, example={"go_live": "2030-03-31", "completed": "2030-04-15", "reason": "Nova data combinada."}
    ),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Mudar o plano das etapas"),
    _(
        "O que não vier fica como está; uma etapa que já começou não muda (409). Os prazos dos pré-requisitos acompanham."
    ),
    development=_("Início do desenvolvimento."),
    training=_("Início do treinamento."),
    homologation=_("Início da homologação."),
    acceptance=_("Início do aceite."),
    go_live=_("A entrada em produção."),
    completed=_("O fim do acompanhamento."),
    reason=_("Por quê. Obrigatório depois que o desenvolvimento começou; todas as partes leem no histórico."),
)
def change_plan(request: SignedInRequest, rollout_id: int):
    """Plan other days for stages that have not begun (409 for one that has); what is left out stays."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, PlanIn)
    days = body.model_dump(exclude={"reason"}, exclude_none=True)
    try:
        planning.change(rollout, by=request.user, dates=days, reason=body.reason)
    except Invalid as refusal:
        refusal.field = refusal.field.removeprefix("date_") if refusal.field else refusal.field
        raise
    return Status(201, planning.lines(visible(request, rollout_id)))


@router.post(
    "/{int:rollout_id}/phases/",
    response={201: RolloutOut},
    summary="Start a second phase",
    openapi_extra=rest.described(PhaseIn, example={"scope": "Notas e devoluções", "target_date": "2030-09-30"}),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Abrir uma segunda fase"),
    _(
        "Um projeto novo, ligado a este, que precisa estar concluído: as mesmas empresas, pessoas e ficha. A resposta é o "
        "projeto novo, que tem tokens próprios."
    ),
    scope=_("O que a fase acrescenta."),
    target_date=_("A entrada em produção prevista."),
    manager=_("O e-mail de quem gerencia; sem ele, quem gerenciou este projeto."),
)
def start_second_phase(request: SignedInRequest, rollout_id: int):
    """Open a rollout that follows this completed one. The answer is the new rollout, which has tokens of its own."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, PhaseIn)
    require(request.user, "rollouts.create")
    manager = colleague(body.manager, field="manager").user if body.manager else None
    try:
        following = phases.start_second_phase(
            rollout, by=request.user, scope=body.scope, target_date=body.target_date, project_manager=manager
        )
    except Invalid as refusal:
        if refusal.field == "project_manager":  # as the page calls it
            refusal.field = "manager"
        raise
    return Status(201, Rollout.objects.get(pk=following.pk))

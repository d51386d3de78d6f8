"""The REST router of the go-live: how it stands, and what sets it back. ``apps/api`` mounts it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema, Status
from pydantic import Field

from apps.accounts.http import SignedInRequest
from apps.core.process import PartyRole
from apps.core.web import rest
from apps.rollouts.api import visible
from apps.rollouts.models import Rollout
from apps.stages.golive import actions, queries, setbacks, windows
from apps.stages.golive.models import ChecklistItem, WindowAnswer

router = Router(tags=["golive"])
Role = Literal["presence", "platform", "integrator", "client"]
Reason = Annotated[str, Field(min_length=1, max_length=300)]


class AnswerOut(Schema):
    """What a party said of the window; ``owner`` settles a no-go and is empty otherwise."""

    role: Role
    answer: Literal["go", "no_go"]
    reason: str
    owner: str


class WindowOut(Schema):
    """When the shop goes live, in UTC, and the parties' answers."""

    number: int
    starts_at: datetime
    ends_at: datetime
    answers: list[AnswerOut]

    @staticmethod
    def resolve_answers(window) -> list[WindowAnswer]:
        return list(window.answers.all())


class PointOut(Schema):
    """A point of the checklist; ``owner`` is the party that does it."""

    key: str
    title: str
    owner: Role
    mandatory: bool
    done: bool

    @staticmethod
    def resolve_title(point) -> str:
        return str(point.title)

    @staticmethod
    def resolve_done(point) -> bool:
        return point.done_at is not None


class GoLiveOut(Schema):
    """``window`` is the one in force, null without one."""

    window: WindowOut | None
    points: list[PointOut]


class RollBackIn(rest.Body):
    reason: Reason


class NoGoIn(rest.Body):
    role: Role
    reason: Reason
    owner: Role = "presence"


@router.get("/{int:rollout_id}/go-live/", response=GoLiveOut, summary="The window in force and the checklist")
@rest.scope(rest.Scope.READ)
@rest.words(
    _("A janela e a lista da entrada em produção"),
    _("A janela que vale, com a resposta de cada parte, e os itens da lista."),
)
def read_golive(request: SignedInRequest, rollout_id: int):
    """The window in force with the answers of the parties, and the points of the checklist."""
    return standing(visible(request, rollout_id))


@router.post(
    "/{int:rollout_id}/go-live/rollback/",
    response={201: GoLiveOut},
    summary="Roll back",
    openapi_extra=rest.described(RollBackIn, example={"reason": "Pedidos sem frete; a loja voltou ao ERP antigo."}),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Desfazer a entrada"),
    _(
        "Depois que a janela começou (409). Ela deixa de valer, os itens concluídos desde então reabrem, e a confirmação do "
        "cliente é pedida de novo."
    ),
    reason=_("O que aconteceu. Todas as partes leem no histórico."),
)
def roll_back(request: SignedInRequest, rollout_id: int):
    """The shop left production again, once a window in force has begun (409 otherwise): it lapses, points ticked since are
    open again, and so is the client's confirmation."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, RollBackIn)
    setbacks.roll_back(rollout, by=request.user, reason=body.reason)
    return Status(201, standing(rollout))


@router.post(
    "/{int:rollout_id}/go-live/windows/{int:window}/no-go/",
    response={201: GoLiveOut},
    summary="Say no-go",
    openapi_extra=rest.described(
        NoGoIn, example={"role": "presence", "reason": "Falta a carga de preços.", "owner": "integrator"}
    ),
)
@rest.scope(rest.Scope.PROJECT, rest.Scope.ANSWERS)
@rest.words(
    _("Dizer que ainda não se pode entrar"),
    _(
        "À janela que vale, até ela passar (409); a confirmação do cliente é pedida de novo. “Pode entrar” se diz na página."
    ),
    role=_("A parte que responde: o responsável pela empresa, ou um gestor ou gerente de projeto por presence (403)."),
    reason=_("O que falta para poder entrar."),
    owner=_("Quem resolve; sem ele, a Presence."),
)
def say_no_go(request: SignedInRequest, rollout_id: int, window: int):
    """No-go of a party to the window in force, until that is over (409 otherwise). A go is said on the page."""
    rollout = visible(request, rollout_id)
    row = get_object_or_404(rollout.golive_windows, number=window)
    body = rest.read(request, NoGoIn)
    windows.answer(
        row,
        role=PartyRole(body.role),
        by=request.user,
        answer=WindowAnswer.Answer.NO_GO,
        reason=body.reason,
        owner=PartyRole(body.owner),
    )
    return Status(201, standing(rollout))


@router.post(
    "/{int:rollout_id}/go-live/points/{slug:key}/untick/",
    response={201: GoLiveOut},
    summary="Open a point of the checklist again",
)
@rest.scope(rest.Scope.PROJECT, rest.Scope.ANSWERS)
@rest.words(
    _("Reabrir um item da lista"),
    _(
        "O que foi concluído deixou de valer (409 se não foi), por quem o faz ou pela Presence (403). De um item "
        "obrigatório, a confirmação é pedida de novo."
    ),
)
def untick_point(request: SignedInRequest, rollout_id: int, key: str):
    """What was ticked is done no more (409 where it was not); a mandatory point takes the client's confirmation with it."""
    rollout = visible(request, rollout_id)
    actions.uncheck_item(get_object_or_404(ChecklistItem, rollout=rollout, key=key), by=request.user)
    return Status(201, standing(rollout))


def standing(rollout: Rollout) -> dict[str, Any]:
    return {"window": queries.in_force(queries.windows(rollout)), "points": queries.items_of(rollout)}

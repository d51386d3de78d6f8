"""The REST router of the development: how far the connector is, and what was delivered. ``apps/api`` mounts it."""

from datetime import date, datetime
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema, Status
from pydantic import Field

from apps.accounts.http import SignedInRequest
from apps.core.web import rest
from apps.rollouts.api import visible
from apps.stages.development import actions, queries

router = Router(tags=["development"])
Text = Annotated[str, Field(min_length=1, max_length=20_000)]


class NoteOut(Schema):
    """A progress note: ``percent`` from 0 to 100."""

    id: int
    percent: int
    text: str
    by: str
    at: datetime

    @staticmethod
    def resolve_by(note) -> str:
        return str(note.written_by)

    @staticmethod
    def resolve_at(note) -> datetime:
        return note.written_at


class DeliveryOut(Schema):
    """A version of the connector that was declared delivered."""

    id: int
    version: str
    notes: str
    limitations: str
    by: str
    at: datetime

    @staticmethod
    def resolve_by(delivery) -> str:
        return str(delivery.declared_by)

    @staticmethod
    def resolve_at(delivery) -> datetime:
        return delivery.declared_at


class DevelopmentOut(Schema):
    """The delivery date that holds, and by how many whole days it is overdue; newest note and delivery first."""

    due: date | None
    days_late: int
    notes: list[NoteOut]
    deliveries: list[DeliveryOut]


class NoteIn(rest.Body):
    percent: int = Field(ge=0, le=100)
    text: Text


class DeliveryIn(rest.Body):
    version: str = Field(min_length=1, max_length=40)
    notes: Text
    limitations: str = Field(default="", max_length=20_000)


@router.get("/{int:rollout_id}/development/", response=DevelopmentOut, summary="Progress and deliveries")
@rest.scope(rest.Scope.READ)
@rest.words(
    _("Andamento e entregas"),
    _("O prazo, as notas de andamento e as versões entregues."),
)
def read_development(request: SignedInRequest, rollout_id: int):
    """When the connector is due, how its progress was reported, and which versions were delivered."""
    rollout = visible(request, rollout_id)
    due = queries.due_date(rollout)
    return {
        "due": due.date if due else None,
        "days_late": queries.days_late(rollout),
        "notes": list(rollout.progress_notes.select_related("written_by")),
        "deliveries": list(rollout.deliveries.select_related("declared_by")),
    }


@router.post(
    "/{int:rollout_id}/progress/",
    response={201: NoteOut},
    summary="Log progress",
    openapi_extra=rest.described(NoteIn, example={"percent": 60, "text": "Pedidos prontos; faltam os cancelamentos."}),
)
@rest.scope(rest.Scope.PROGRESS)
@rest.words(
    _("Registrar andamento"),
    _("Quanto do conector está pronto. Só o integrador, e só durante o desenvolvimento."),
    percent=_("De 0 a 100."),
    text=_("O que está pronto e o que ainda falta."),
)
def log_progress(request: SignedInRequest, rollout_id: int):
    """How far the connector is. Only the integrator, and only while the rollout is in development (409 otherwise)."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, NoteIn)
    return Status(201, actions.log_progress(rollout, by=request.user, percent=body.percent, text=body.text))


@router.post(
    "/{int:rollout_id}/deliveries/",
    response={201: DeliveryOut},
    summary="Declare a delivery",
    openapi_extra=rest.described(
        DeliveryIn, example={"version": "1.4.0", "notes": "Cancelamento e devolução.", "limitations": ""}
    ),
)
@rest.scope(rest.Scope.DELIVERY)
@rest.words(
    _("Declarar uma entrega"),
    _("Uma versão do conector entregue. Cada versão se entrega uma vez, do desenvolvimento à entrada em produção."),
    version=_("A versão, como 1.4.0."),
)
def declare_delivery(request: SignedInRequest, rollout_id: int):
    """Declare a version of the connector delivered, in development, homologation, acceptance or go-live (409 otherwise). A
    version is delivered once (422)."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, DeliveryIn)
    return Status(201, actions.declare_delivery(rollout, by=request.user, **body.model_dump()))

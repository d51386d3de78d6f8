"""Operations of the REST API about what a gate opens without: the waivers, which managers of Presence give and take back."""

from datetime import datetime
from typing import Annotated, Literal

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Schema, Status
from pydantic import Field

from apps.accounts.http import SignedInRequest
from apps.core.process import Gate
from apps.core.refusals import require
from apps.core.web import rest
from apps.rollouts import actions
from apps.rollouts.api import visible
from apps.rollouts.corrections.api import Reason
from apps.rollouts.corrections.changes_api import router
from apps.rollouts.models import Waiver

GatesAhead = Literal[
    "start_development", "start_training", "start_homologation", "start_acceptance", "start_go_live", "complete"
]


class WaiverOut(Schema):
    """A decision that ``gate`` opens without the requirement of that key; it stands in the acceptance term."""

    id: int
    gate: GatesAhead
    requirement: str
    text: str
    reason: str
    by: str
    at: datetime

    @staticmethod
    def resolve_text(waiver: Waiver) -> str:
        return str(waiver.text)

    @staticmethod
    def resolve_by(waiver: Waiver) -> str:
        return str(waiver.waived_by)

    @staticmethod
    def resolve_at(waiver: Waiver) -> datetime:
        return waiver.waived_at


class WaiverIn(rest.Body):
    gate: GatesAhead
    requirement: Annotated[str, Field(min_length=1, max_length=120)]
    reason: Reason


@router.get("/{int:rollout_id}/waivers/", response=list[WaiverOut], summary="What was waived")
@rest.scope(rest.Scope.READ)
@rest.words(_("As dispensas"), _("O que foi dispensado, de qual passagem, por quem e por quê."))
def list_waivers(request: SignedInRequest, rollout_id: int):
    """What gates were opened without, or may be, and why."""
    return list(visible(request, rollout_id).waivers.select_related("waived_by"))


@router.post(
    "/{int:rollout_id}/waivers/",
    response={201: WaiverOut},
    summary="Waive a requirement",
    openapi_extra=rest.described(
        WaiverIn,
        example={"gate": "complete", "requirement": "golive:window", "reason": "A loja já estava em produção."},
    ),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Dispensar uma pendência"),
    _("Só o que está pendente e pode ser dispensado (409). A dispensa consta do termo. Só gestores da Presence."),
    gate=_("A passagem que a pede, como start_acceptance."),
    requirement=_("A chave da pendência (key), como vem em gate/."),
    reason=_("Por quê. Todas as partes leem no histórico e no termo."),
)
def waive_requirement(request: SignedInRequest, rollout_id: int):
    """Let the gate open without a requirement that is missing and waivable (409 otherwise); by managers of Presence."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, WaiverIn)
    waiver = actions.waive(rollout, Gate(body.gate), body.requirement, by=request.user, reason=body.reason)
    return Status(201, waiver)


@router.post(
    "/{int:rollout_id}/waivers/{int:waiver_id}/removal/",
    response={201: list[WaiverOut]},
    summary="Take a waiver back",
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Retirar uma dispensa"),
    _("Enquanto a passagem não foi feita (409); a pendência volta. A resposta são as dispensas que ficam."),
)
def withdraw_waiver(request: SignedInRequest, rollout_id: int, waiver_id: int):
    """Ask for the requirement again, while its gate still lies ahead (409 otherwise). The answer is the waivers that stay."""
    rollout = visible(request, rollout_id)
    require(request.user, "rollouts.waive", rollout)
    actions.withdraw_waiver(get_object_or_404(rollout.waivers, pk=waiver_id), by=request.user)
    return Status(201, list(rollout.waivers.select_related("waived_by")))

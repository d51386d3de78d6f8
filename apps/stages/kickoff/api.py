"""The REST router of the worksheet's amendments: what is proposed, answered and taken back. ``apps/api`` mounts it."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema, Status
from pydantic import Field

from apps.accounts.http import SignedInRequest
from apps.core.web import rest
from apps.rollouts.api import visible
from apps.stages.kickoff import amendments
from apps.stages.kickoff.models import Amendment

router = Router(tags=["kickoff"])
State = Literal["open", "accepted", "declined", "withdrawn"]
AMENDMENTS = 100
"""The most amendments of one answer."""


class AmendmentOut(Schema):
    """A change of what the minutes agreed: ``after`` in place of ``before`` in ``column`` of ``row``, or with ``removes`` the
    row goes. ``party`` proposed it and ``concerned`` answers."""

    number: int
    row: str
    column: str
    before: str
    after: str
    removes: bool
    reason: str
    party: str
    concerned: str
    state: State
    proposed_at: datetime
    note: str

    @staticmethod
    def resolve_row(amendment: Amendment) -> str:
        return str(amendment.row)

    @staticmethod
    def resolve_column(amendment: Amendment) -> str:
        return "" if amendment.removes else amendment.column

    @staticmethod
    def resolve_note(amendment: Amendment) -> str:
        return amendment.decision_note


class AnswerIn(rest.Body):
    accepts: bool
    note: Annotated[str, Field(max_length=300)] = ""


@router.get("/{int:rollout_id}/amendments/", response=list[AmendmentOut], summary="The amendments of the worksheet")
@rest.scope(rest.Scope.READ)
@rest.words(
    _("Os aditivos da ficha"),
    _(
        "Do mais antigo ao mais novo, também os respondidos. Até 100 por vez; o cabeçalho Link traz o endereço dos seguintes."
    ),
    state=_("Só os que estão nesta situação."),
    after=_("Só os que vêm depois; o cabeçalho Link traz o valor."),
)
def list_amendments(
    request: SignedInRequest, response: HttpResponse, rollout_id: int, state: State | None = None, after: int = 0
):
    """At most 100 at once, the oldest first, answered ones too; the header ``Link`` has the address of the others."""
    rows = Amendment.objects.filter(kickoff__rollout=visible(request, rollout_id), pk__gt=max(after, 0))
    rows = rows.select_related("row__method").order_by("pk")
    return rest.page_of(request, response, rows.filter(state=state) if state else rows, most=AMENDMENTS)


@router.post(
    "/{int:rollout_id}/amendments/{int:number}/answer/",
    response={201: AmendmentOut},
    summary="Accept or decline an amendment",
    openapi_extra=rest.described(AnswerIn, example={"accepts": False, "note": "O prazo do contrato é outro."}),
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Aceitar ou recusar um aditivo"),
    _("Só a parte que ele espera (403), e não quem o propôs. Aceito, passa a valer na ficha."),
    accepts=_("true aceita, false recusa."),
    note=_("Por que não. Obrigatório quando se recusa."),
)
def answer_amendment(request: SignedInRequest, rollout_id: int, number: int):
    """Accept it, so that it stands in the worksheet, or decline it with a ``note``; by the party that it waits for."""
    amendment = amendment_for(request, rollout_id, number)
    body = rest.read(request, AnswerIn)
    amendments.answer(amendment.kickoff, by=request.user, numbers=[number], accepts=body.accepts, note=body.note)
    return Status(201, amendment_for(request, rollout_id, number))


@router.post(
    "/{int:rollout_id}/amendments/{int:number}/withdrawal/",
    response={201: AmendmentOut},
    summary="Take an amendment back",
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(_("Retirar um aditivo"), _("Enquanto não foi respondido (409), por alguém da parte que o propôs (403)."))
def withdraw_amendment(request: SignedInRequest, rollout_id: int, number: int):
    """Take back what was proposed and not answered (409 otherwise), by the side that proposed it."""
    amendments.withdraw(amendment_for(request, rollout_id, number), by=request.user)
    return Status(201, amendment_for(request, rollout_id, number))


def amendment_for(request: SignedInRequest, rollout_id: int, number: int) -> Amendment:
    """The amendment as it stands, if the rollout exists for who asks (404 otherwise)."""
    rows = Amendment.objects.filter(kickoff__rollout=visible(request, rollout_id))
    amendment: Amendment = get_object_or_404(rows.select_related("kickoff__rollout", "row__method"), number=number)
    return amendment

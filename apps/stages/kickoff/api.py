"""The REST router of the worksheet: what it says, and its amendments. ``apps/api`` mounts it."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema, Status
from pydantic import Field

from apps.accounts.http import SignedInRequest
from apps.core.refusals import Invalid, require
from apps.core.web import rest
from apps.rollouts.api import visible
from apps.stages.kickoff import amendments, proposing
from apps.stages.kickoff.models import Amendment, Row
from apps.stages.kickoff.sheets import LONGEST
from apps.stages.kickoff.worksheet import Part

router = Router(tags=["kickoff"])
State = Literal["open", "accepted", "declined", "withdrawn"]
AMENDMENTS = 100
"""The most amendments of one answer."""
ROWS = 200
"""The most rows of the worksheet of one answer."""


class RowOut(Schema):
    """A row of the worksheet: ``part`` is its table, ``cells`` its texts by column, ``versions`` how often each of them
    changed or was proposed."""

    id: int
    part: str
    row: str
    cells: dict[str, str]
    versions: dict[str, int]

    @staticmethod
    def resolve_part(row: Row) -> str:
        return Part.of_row(row).key

    @staticmethod
    def resolve_row(row: Row) -> str:
        return str(row.label or row)

    @staticmethod
    def resolve_cells(row: Row) -> dict[str, str]:
        return {column.name: row.cell(column.name) for column in row.spec.columns}

    @staticmethod
    def resolve_versions(row: Row) -> dict[str, int]:
        return {column.name: row.version(column.name) for column in row.spec.columns}


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


class ProposalIn(rest.Body):
    """``value`` for ``column``, of which ``version`` was read; or, with ``removes``, that the row goes."""

    row: Annotated[int, Field(ge=1, le=2_147_483_647)]
    column: Annotated[str, Field(max_length=40)] = ""
    value: Annotated[str, Field(max_length=LONGEST)] = ""
    version: Annotated[int, Field(ge=0, le=2_147_483_647)] = 0
    removes: bool = False
    reason: Annotated[str, Field(max_length=LONGEST)] = ""


class AnswerIn(rest.Body):
    accepts: bool
    note: Annotated[str, Field(max_length=300)] = ""


@router.get("/{int:rollout_id}/worksheet/", response=list[RowOut], summary="The rows of the worksheet")
@rest.scope(rest.Scope.READ)
@rest.words(
    _("As linhas da ficha de integração"),
    _("O que está combinado, linha por linha. Até 200 por vez; o cabeçalho Link traz o endereço das seguintes."),
    after=_("Só as que vêm depois; o cabeçalho Link traz o valor."),
)
def read_worksheet(request: SignedInRequest, response: HttpResponse, rollout_id: int, after: int = 0):
    """What is agreed, row by row, at most 200 at once; the header ``Link`` has the address of the others."""
    rows = Row.objects.filter(kickoff__rollout=visible(request, rollout_id), removed_at=None, pk__gt=max(after, 0))
    return rest.page_of(request, response, rows.select_related("method").order_by("pk"), most=ROWS)


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
    "/{int:rollout_id}/amendments/",
    response={201: AmendmentOut},
    summary="Propose an amendment",
    openapi_extra=rest.described(
        ProposalIn,
        example={"row": 7, "column": "rule", "value": "Só o saldo da loja 1", "version": 0, "reason": "Combinado"},
    ),
)
@rest.scope(rest.Scope.PROJECT, rest.Scope.ANSWERS)
@rest.words(
    _("Propor um aditivo da ficha"),
    _(
        "Depois da ata e até o termo ser assinado por todos (409). A ficha só muda quando a outra parte aceita; a mesma "
        "proposta de novo é a que já espera."
    ),
    row=_("O id da linha, como em worksheet/."),
    column=_("A coluna, como em cells. Sem ela só com removes."),
    value=_("O que passa a valer. Vazio apaga a célula."),
    version=_("A versão da célula que você leu (versions): se ela mudou desde então, nada é proposto (409)."),
    removes=_("true propõe retirar a linha; column e value não se enviam."),
    reason=_("Por que muda. A outra parte lê."),
)
def propose_amendment(request: SignedInRequest, rollout_id: int):
    """Propose what a cell says, or that a row goes, after the minutes (409 before them): the other side concerned answers."""
    rollout = visible(request, rollout_id)
    body = rest.read(request, ProposalIn)
    require(request.user, "kickoff.fill", rollout)
    rows = Row.objects.filter(kickoff__rollout=rollout, removed_at=None).select_related("kickoff__rollout", "method")
    row = rows.filter(pk=body.row).first()
    if row is None:
        raise Invalid(gettext("Esta linha não existe na ficha."), field="row")
    if body.removes:
        proposed = proposing.propose_removal(row, by=request.user, reason=body.reason)
    else:
        proposed = proposing.propose_cell(
            row, by=request.user, column=body.column, value=body.value, version=body.version, reason=body.reason
        )
    return Status(201, amendment_for(request, rollout_id, proposed.number))


@router.post(
    "/{int:rollout_id}/amendments/{int:number}/answer/",
    response={201: AmendmentOut},
    summary="Accept or decline an amendment",
    openapi_extra=rest.described(AnswerIn, example={"accepts": False, "note": "O prazo do contrato é outro."}),
)
@rest.scope(rest.Scope.PROJECT, rest.Scope.ANSWERS)
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
@rest.scope(rest.Scope.PROJECT, rest.Scope.ANSWERS)
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

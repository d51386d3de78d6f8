"""The REST router of the acceptance: the term and whose turn it is to sign, and their reminder. ``apps/api`` mounts it.

Nothing is signed or passed on here: that wants fresh proof of who it is. Who signs in the place of somebody who left is named
by a token that a manager of Presence made for it, with fresh proof, for a few days (``Scope.SIGNATORIES``); whoever is named
signs in person as everybody does.
"""

from typing import Annotated, Any, Literal

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema, Status
from pydantic import Field

from apps.accounts.http import SignedInRequest
from apps.accounts.proof import fresh
from apps.companies.models import Membership
from apps.core.network import mailboxes
from apps.core.refusals import Invalid, require
from apps.core.web import rest
from apps.rollouts.api import visible
from apps.rollouts.models import Rollout
from apps.stages.acceptance import queries
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.acceptance.signing import standing_in

router = Router(tags=["acceptance"])


class SignatoryOut(Schema):
    """Who signs for ``role``; with ``turn`` the term waits for them now."""

    role: Literal["presence", "platform", "integrator", "client"]
    state: str
    turn: bool


class TermOut(Schema):
    """The term in force and its signatories in the order in which they sign."""

    version: int
    state: str
    signatories: list[SignatoryOut]


class DesignationIn(rest.Body):
    role: Literal["presence", "platform", "integrator", "client"]
    to: Annotated[str, Field(min_length=3, max_length=254)]
    reason: Annotated[str, Field(min_length=1, max_length=300)]


@router.get("/{int:rollout_id}/term/", response=TermOut, summary="The term in force and whose turn it is")
@rest.scope(rest.Scope.READ)
@rest.words(_("O termo em vigor"), _("A versão, a situação e de quem é a vez de assinar. Sem termo em vigor, 404."))
def read_term(request: SignedInRequest, rollout_id: int):
    """The term that is being rendered, signed or was signed; 404 without one."""
    return described(term_for(visible(request, rollout_id)))


@router.post(
    "/{int:rollout_id}/term/reminder/",
    response={201: TermOut},
    summary="Remind those whose turn it is to sign",
)
@rest.scope(rest.Scope.PROJECT)
@rest.words(
    _("Lembrar quem falta assinar"),
    _(
        "Por e-mail, só quem tem a vez e continua na empresa (409 se não há ninguém); uma vez a cada doze horas e cinco por "
        "semana (429)."
    ),
)
def remind_signatories(request: SignedInRequest, rollout_id: int):
    """Mail those whose turn it is (409 where nobody is awaited), at most every twelve hours and five times a week (429)."""
    term = term_for(visible(request, rollout_id))
    standing_in.remind(term, by=request.user)
    return Status(201, described(term))


@router.post(
    "/{int:rollout_id}/term/designation/",
    response={201: TermOut},
    summary="Say who signs in the place of somebody who left",
    openapi_extra=rest.described(
        DesignationIn,
        example={"role": "client", "to": "ana@loja.example", "reason": "Quem ia assinar saiu da empresa."},
    ),
)
@rest.scope(rest.Scope.SIGNATORIES)
@rest.words(
    _("Designar quem assina no lugar de quem saiu"),
    _(
        "Só quando quem ia assinar não é mais da empresa (409). O documento não muda, e a pessoa designada assina no "
        "navegador. O token é de um gestor da Presence e vale no máximo sete dias."
    ),
    role=_("A parte pela qual se assina."),
    to=_("O e-mail com que entra a pessoa da mesma empresa que passa a assinar."),
    reason=_("Por quê. Os demais signatários leem, e fica no histórico."),
)
def designate_signatory(request: SignedInRequest, rollout_id: int):
    """Name who signs for the party whose signatory left the company (409 while they are there); the term stays as it is."""
    rollout = visible(request, rollout_id)
    term = term_for(rollout)
    body = rest.read(request, DesignationIn)
    signatory = get_object_or_404(term.signatories, role=body.role)
    signatory.term = term
    require(request.user, "acceptance.designate", signatory)
    if not rest.machine(request) and fresh.newest(request) is None:
        raise rest.PersonRequired(gettext("Designe na página do termo: ali você confirma antes que é você."))
    company = rollout.company(body.role)
    places = Membership.objects.filter(company=company, user__email=mailboxes.comparable(body.to))
    place = places.select_related("user").first()
    if place is None:
        raise Invalid(gettext("Ninguém de %(company)s entra com este e-mail.") % {"company": company}, field="to")
    standing_in.designate(signatory, by=request.user, to=place.user, reason=body.reason, machine=rest.machine(request))
    return Status(201, described(term_for(rollout)))


def term_for(rollout: Rollout) -> AcceptanceTerm:
    term = queries.term_in_force(rollout)
    if term is None:
        raise Http404
    term.rollout = rollout
    return term


def described(term: AcceptanceTerm) -> dict[str, Any]:
    signatories = list(term.signatories.order_by("step", "pk"))
    awaited = queries.next_to_sign(term, signatories)
    rows = [{"role": row.role, "state": row.state, "turn": row in awaited} for row in signatories]
    return {"version": term.version, "state": term.state, "signatories": rows}

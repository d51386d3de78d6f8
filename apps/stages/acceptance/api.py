"""The REST router of the acceptance: the term and whose turn it is to sign, and their reminder. ``apps/api`` mounts it.

Nothing is signed here, and nobody is named to sign: both want fresh proof of who it is, which a token is not.
"""

from typing import Any, Literal

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema, Status

from apps.accounts.http import SignedInRequest
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

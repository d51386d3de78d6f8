"""The pages of what is closed: a client's months, a rollout's, their files; and the policy."""

from typing import Any

from django.db.models import F
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.companies.models import Company
from apps.core import clock
from apps.core.refusals import Refusal, require
from apps.core.web.edits import remember
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.files.http import attachment
from apps.hours import queries
from apps.hours.ledger import closing, forms, policies
from apps.hours.models import ClientStatement, Statement, StatementPdf
from apps.hours.statements import documents, exports, overdue
from apps.rollouts.views import visible_rollout

CLIENTS_OF_A_PAGE = 20
"""How many clients with a month to close a page shows: each has a form and its warnings."""


@require_GET
def client_list(request: SignedInRequest) -> HttpResponse:
    return _client_list(request)


@require_POST
def close_client(request: SignedInRequest, pk: int) -> HttpResponse:
    """Close the month of a client over all of its rollouts."""
    require(request.user, "hours.close_client")
    client = get_object_or_404(Company.objects.visible_to(request.user), pk=pk, kind="client")
    form = forms.CloseForm(request.POST)
    if attempt(request, form, closing.close_client_month, client, by=request.user):
        return redirect("hours:client_statements")
    return _client_list(request, form)


@require_GET
def client_statement(request: SignedInRequest, number: int) -> HttpResponse:
    closed = _client_statement(request, number)
    context = {
        "statement": closed,
        "waiting": _pdf(client_statement=closed) is None,
        **documents.presented(closed.content),
    }
    return render(request, "hours/client_statement.html", context)


@require_GET
def client_file(request: SignedInRequest, number: int, kind: str) -> HttpResponseBase:
    closed = _client_statement(request, number)
    return _file(closed, kind, _pdf(client_statement=closed))


@require_GET
def statement(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    require(request.user, "hours.view_money", rollout)
    closed = get_object_or_404(Statement, rollout=rollout, number=number)
    context = {"rollout": rollout, "room": "hours", "statement": closed, "waiting": _pdf(statement=closed) is None}
    return render(request, "hours/statement.html", context | documents.presented(closed.content))


@require_GET
def statement_file(request: SignedInRequest, pk: int, number: int, kind: str) -> HttpResponseBase:
    rollout = visible_rollout(request, pk)
    require(request.user, "hours.view_money", rollout)
    closed = get_object_or_404(Statement, rollout=rollout, number=number)
    return _file(closed, kind, _pdf(statement=closed))


def policy(request: SignedInRequest, pk: int) -> HttpResponse:
    """The policy in force and its history; the form that changes it, for project managers."""
    rollout = visible_rollout(request, pk)
    require(request.user, "hours.view", rollout)
    current = queries.policy_in_force(rollout, clock.today())
    form = forms.PolicyForm(request.POST or None, initial={"effective_from": clock.today(), **current.terms()})
    remember(form, rollout, lambda row: queries.policy_in_force(row, clock.today()).terms(), shown=current.terms())
    if request.method == "POST":
        require(request.user, "hours.change_policy", rollout)
        if attempt(request, form, policies.change, rollout, by=request.user):
            return redirect("hours:policy", pk)
    refusal = getattr(request, "refusal", None)
    effects = refusal.effects if isinstance(refusal, policies.UnseenEffects) else []
    context = {
        "rollout": rollout,
        "room": "hours",
        "present": current,
        "versions": list(reversed(queries.policies(rollout))),
        "first_open": queries.first_open_month(rollout),
        "effects": [
            {
                "effect": effect,
                "before": queries.with_words(effect.before),
                "after": queries.with_words(effect.after),
            }
            for effect in effects
        ],
        "receipt": policies.receipt(effects) if effects else "",
        "may_see_money": request.user.has_perm("hours.view_money", rollout),
        "form": form if rollout.is_open and request.user.has_perm("hours.change_policy", rollout) else None,
    }
    return render(request, "hours/policy.html", context, status=refusal_status(form))


def _client_list(request: SignedInRequest, refused_form=None) -> HttpResponse:
    require(request.user, "hours.statements")
    may_close = request.user.has_perm("hours.close_client")
    statements = ClientStatement.objects.visible_to(request.user).select_related("client").order_by("-number")
    statements = statements.annotate(totals=F("content__totals")).defer("content")
    waiting = (
        page_of(request, overdue.clients_to_close(), CLIENTS_OF_A_PAGE, parameter="waiting") if may_close else None
    )
    context: dict[str, Any] = {
        "page": page_of(request, statements),
        "waiting": waiting,
        "months_to_close": overdue.described(waiting) if waiting else [],
        "may_close": may_close,
        "shows_clients": request.user.has_perm("hours.export"),
        "errors": [text for errors in refused_form.errors.values() for text in errors] if refused_form else [],
    }
    return render(request, "hours/client_statements.html", context, status=refusal_status(refused_form))


def _client_statement(request: SignedInRequest, number: int) -> ClientStatement:
    return get_object_or_404(ClientStatement.objects.visible_to(request.user), number=number)


def _pdf(**statement: Statement | ClientStatement) -> StatementPdf | None:
    return StatementPdf.objects.filter(**statement).select_related("file").first()


def _file(statement: Statement | ClientStatement, kind: str, rendered: StatementPdf | None) -> HttpResponseBase:
    if kind == "pdf":
        if rendered is None:
            raise Refusal(_("O PDF ainda está sendo gerado. Tente de novo em um minuto."))
        return attachment(rendered.file)
    return exports.export(statement.code, exports.rows(statement.content), statement.closed_at).download(kind)

"""The browser door to the clauses of a rollout's term: the four parties read, who drafts changes."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.blueprints.catalogues.clauses import WRITTEN, filled
from apps.core.numbers import whole_number
from apps.core.refusals import require
from apps.core.web.forms import attempt, refusal_status
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout
from apps.stages.acceptance.wording import clauses as wording
from apps.stages.acceptance.wording import forms, record


@require_GET
def clauses(request: SignedInRequest, pk: int) -> HttpResponse:
    """Each clause as the term says it, and in what, since when and why it differs from the template."""
    rollout = visible_rollout(request, pk)
    text = wording.text_of(rollout)
    newer, names = wording.newer_version(rollout, text), record.names_of(rollout)
    context = {
        "clauses": [(clause, filled(clause.text, names)) for clause in wording.with_people(text.clauses)],
        "version": text.version,
        "newer": newer,
        "changes": wording.changes_of_newer_version(rollout) if newer else [],
        "may_change": wording.may_change(request.user, rollout),
    }
    return _page(request, rollout, "clauses.html", **context)


@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    require(request.user, "acceptance.draft", rollout)
    form = forms.OwnClauseForm(request.POST or None)
    keys: list[str] = []
    if request.method == "POST" and attempt(
        request, form, lambda **typed: keys.append(wording.add(rollout, by=request.user, **typed))
    ):
        return _to_clause(pk, keys[0])
    return _page(request, rollout, "clause.html", form=form, keep=f"clause-{pk}-new")


@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    require(request.user, "acceptance.draft", rollout)
    clause = wording.find(rollout, key)
    if clause is None and request.method == "GET":
        raise Http404
    form = forms.OwnClauseForm(request.POST or None, clause=clause)
    fingerprint_shown = request.POST.get("seen", "")
    if request.method == "POST" and attempt(
        request, form, wording.change, rollout, key, by=request.user, expected=fingerprint_shown
    ):
        return _to_clause(pk, key)
    return _clause_page(request, rollout, key, form=form)


@require_POST
def leave_out(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    require(request.user, "acceptance.draft", rollout)
    form = forms.LeaveOutForm(request.POST, prefix="out")
    fingerprint_shown = request.POST.get("seen", "")
    if attempt(request, form, wording.leave_out, rollout, key, by=request.user, expected=fingerprint_shown):
        return _to_clause(pk, key)
    return _clause_page(request, rollout, key, out_form=form)


@require_POST
def take_back(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    wording.take_back(rollout, key, by=request.user)
    messages.success(request, _("Mudança desfeita."))
    return redirect("acceptance:clauses", pk)


@require_POST
def take_newer(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    version = whole_number(request.POST.get("version")) or 0
    wording.take_newer(rollout, by=request.user, version=version)
    messages.success(request, _("O termo parte agora da versão %(version)d do modelo.") % {"version": version})
    return redirect("acceptance:clauses", pk)


def _clause_page(request: SignedInRequest, rollout: Rollout, key: str, form=None, out_form=None) -> HttpResponse:
    clause, fingerprint_shown = wording.find(rollout, key), request.POST.get("seen", "")
    context: dict[str, Any] = {
        "clause": clause,
        "form": form or forms.OwnClauseForm(clause=clause),
        "out_form": out_form or forms.LeaveOutForm(prefix="out"),
        # What somebody else saved meanwhile, beside what was typed.
        "overtaken": request.method == "POST" and clause is not None and fingerprint_shown != clause.fingerprint,
        "keep": f"clause-{rollout.pk}-{key}",
    }
    if clause is None:  # It went meanwhile: what was typed may be added.
        context["action"] = reverse("acceptance:add_clause", args=[rollout.pk])
    return _page(request, rollout, "clause.html", **context)


def _page(request: SignedInRequest, rollout: Rollout, template: str, **context: Any) -> HttpResponse:
    shared = {"rollout": rollout, "room": "acceptance", "parties": WRITTEN}
    status = refusal_status(context.get("form"), context.get("out_form"))
    return render(request, f"acceptance/{template}", {**shared, **context}, status=status)


def _to_clause(pk: int, key: str) -> HttpResponse:
    return redirect(f"{reverse('acceptance:clauses', args=[pk])}#clausula-{key}")

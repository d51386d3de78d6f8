"""The way of who signs with a digital certificate: download the PDF, sign it with their own program, bring it back."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.http import SignedInRequest
from apps.core.forms import attempt
from apps.core.refusals import require
from apps.rollouts.views import visible_rollout
from apps.seals import certificates
from apps.stages.acceptance import elsewhere as actions
from apps.stages.acceptance import forms, queries
from apps.stages.acceptance.models import AcceptanceTerm


@require_http_methods(["GET", "POST"])
def elsewhere(request: SignedInRequest, pk: int, version: int) -> HttpResponse:
    """How to sign with a certificate, step by step, and the form that takes the signed file."""
    rollout = visible_rollout(request, pk)
    term = get_object_or_404(AcceptanceTerm.objects.select_related("rollout", "pdf"), rollout=rollout, version=version)
    require(request.user, "acceptance.bring", term)
    posted = request.method == "POST"
    form = forms.ElsewhereForm(request.POST if posted else None, request.FILES if posted else None)
    if posted:
        if attempt(request, form, actions.bring, term, by=request.user):
            return redirect("acceptance:room", pk)
    elif term.state != AcceptanceTerm.State.READY:
        return redirect("acceptance:room", pk)
    roots, _others = certificates.trusted()
    context = {
        "rollout": rollout,
        "room": "acceptance",
        "term": term,
        "turn": queries.whose_turn(term),
        "form": form,
        "roots": roots,
        "manages": request.user.has_perm("acceptance.draft", rollout),
        "stale": queries.is_stale(term),
    }
    return render(request, "acceptance/elsewhere.html", context, status=getattr(form, "refusal_status", 200))

"""The way of who signs with a digital certificate: download the PDF, sign it with their own program, bring it back."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from apps.accounts.http import SignedInRequest
from apps.accounts.proof import fresh
from apps.core.refusals import require
from apps.core.untrusted.bodies import takes_files
from apps.core.web.forms import attempt, refusal_status
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout
from apps.seals import certificates
from apps.stages.acceptance import queries
from apps.stages.acceptance.models import AcceptanceTerm, Signatory
from apps.stages.acceptance.signing import elsewhere as actions
from apps.stages.acceptance.signing import forms, identity


@takes_files
@require_http_methods(["GET", "POST"])
def elsewhere(request: SignedInRequest, pk: int, version: int) -> HttpResponse:
    """How to sign with a certificate, step by step, and the form that takes the signed file."""
    rollout, term = _term(request, pk, version)
    require(request.user, "acceptance.bring", term)
    posted = request.method == "POST"
    form = forms.ElsewhereForm(request.POST if posted else None, request.FILES if posted else None)
    if posted:
        if attempt(request, form, actions.bring, term, by=request.user):
            return redirect("acceptance:room", pk)
    elif term.state != AcceptanceTerm.State.READY:
        return redirect("acceptance:room", pk)
    roots, _others = certificates.trusted_authorities()
    own_signature = term.signatories.filter(user=request.user, state=Signatory.State.PENDING).first()
    context = {
        "rollout": rollout,
        "room": "acceptance",
        "term": term,
        "turn": queries.whose_turn(term),
        "form": form,
        "own": own_signature,
        "given": identity.cpf_of(own_signature) if own_signature else None,
        "roots": roots,
        "manages": request.user.has_perm("acceptance.draft", rollout),
        "stale": queries.is_stale(term),
    }
    return render(request, "acceptance/elsewhere.html", context, status=refusal_status(form))


@never_cache
@sensitive_post_parameters("cpf")
@require_http_methods(["GET", "POST"])
def give_cpf(request: SignedInRequest, pk: int, version: int) -> HttpResponse:
    """A signatory says, after a fresh sign-in, with whose CPF their certificate will sign."""
    rollout, term = _term(request, pk, version)
    # Who signs for two roles of one company gives it for the first that waits.
    own_signatures = term.signatories.filter(user=request.user).select_related("term__rollout").order_by("step", "pk")
    signatory = own_signatures.filter(state=Signatory.State.PENDING).first() or own_signatures.first()
    if signatory is None:
        raise Http404
    require(request.user, "acceptance.sign", signatory)
    fresh.require(request)  # The number is typed again: it is kept nowhere, the session included.
    posted = request.method == "POST"
    form = forms.CPFForm(request.POST if posted else None)
    if posted and attempt(request, form, identity.give_cpf, signatory, by=request.user):
        return redirect("acceptance:elsewhere", rollout.pk, signatory.term.version)
    context = {"rollout": rollout, "room": "acceptance", "term": signatory.term, "form": form}
    return render(request, "acceptance/cpf.html", context, status=refusal_status(form))


def _term(request: SignedInRequest, pk: int, version: int) -> tuple[Rollout, AcceptanceTerm]:
    rollout = visible_rollout(request, pk)
    terms = AcceptanceTerm.objects.select_related("rollout", "pdf")
    return rollout, get_object_or_404(terms, rollout=rollout, version=version)

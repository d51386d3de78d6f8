"""The signatory's way: read, confirm who they are, sign; or refuse, or pass it to a colleague."""

import time

from allauth.account.adapter import get_adapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.forms import attempt
from apps.core.refusals import Refusal, require
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout
from apps.stages.acceptance import codes, forms, queries, rendering, signing
from apps.stages.acceptance.models import AcceptanceTerm, Signatory


@require_GET
def sign(request: SignedInRequest, pk: int, signatory_pk: int) -> HttpResponse:
    """Read the term. Others than the signatory read what is to be signed and by whom."""
    return _page(request, *_signatory(request, pk, signatory_pk))


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def confirm(request: SignedInRequest, pk: int, signatory_pk: int) -> HttpResponse:
    """Sign, after a fresh sign-in, with a mailed code or the passkey that was just used."""
    rollout, signatory = _signatory(request, pk, signatory_pk)
    require(request.user, "acceptance.sign", signatory)
    return _confirm(request, rollout, signatory)


@never_cache
@require_POST
def send_code(request: SignedInRequest, pk: int, signatory_pk: int) -> HttpResponse:
    _rollout, signatory = _signatory(request, pk, signatory_pk)
    require(request.user, "acceptance.sign", signatory)
    return _send_code(request, signatory)


@require_POST
def refuse(request: SignedInRequest, pk: int, signatory_pk: int) -> HttpResponse:
    rollout, signatory = _signatory(request, pk, signatory_pk)
    form = forms.RefuseForm(request.POST, auto_id="refuse_%s")
    if attempt(request, form, signing.refuse, signatory, by=request.user):
        return redirect("acceptance:room", pk)
    return _page(request, rollout, signatory, refusal=form)


@require_POST
def delegate(request: SignedInRequest, pk: int, signatory_pk: int) -> HttpResponse:
    rollout, signatory = _signatory(request, pk, signatory_pk)
    require(request.user, "acceptance.sign", signatory)
    form = forms.DelegateForm(request.POST, signatory=signatory, auto_id="delegate_%s")
    if attempt(request, form, signing.delegate, signatory, by=request.user):
        return redirect("acceptance:room", pk)
    return _page(request, rollout, signatory, delegation=form)


@reauthentication_required
def _confirm(request: SignedInRequest, rollout: Rollout, signatory: Signatory) -> HttpResponse:
    passkey = _has_just_used_a_passkey(request)
    form = forms.SignForm(request.POST or None, passkey=passkey)
    if request.method == "POST":
        address, agent = get_adapter().get_client_ip(request), request.headers.get("User-Agent", "")
        act = {"by": request.user, "passkey": passkey, "address": address, "agent": agent}
        if attempt(request, form, signing.sign, signatory, **act):
            return redirect("acceptance:room", rollout.pk)
    elif not _may_answer(request, signatory):
        return redirect("acceptance:sign", rollout.pk, signatory.pk)
    context = {
        "rollout": rollout,
        "room": "acceptance",
        "signatory": signatory,
        "term": signatory.term,
        "form": form,
        "passkey": passkey,
        "could_use_passkey": not passkey
        and Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN).exists(),
        "code_sent": signatory.codes.filter(used_at=None).last(),
    }
    return render(request, "acceptance/confirm.html", context, status=getattr(form, "refusal_status", 200))


@reauthentication_required
def _send_code(request: SignedInRequest, signatory: Signatory) -> HttpResponse:
    try:
        codes.send(signatory, by=request.user)
        messages.success(request, _("Código enviado para %(email)s.") % {"email": request.user.email})
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("acceptance:confirm", signatory.rollout.pk, signatory.pk)


def _has_just_used_a_passkey(request: SignedInRequest) -> bool:
    """Their newest sign-in again was with a passkey, and is fresh."""
    again = [each for each in get_authentication_records(request, request.user) if each.get("reauthenticated")]
    fresh = again[-1:] and time.time() - again[-1]["at"] < REAUTHENTICATION_TIMEOUT
    return bool(fresh) and again[-1].get("type") == Authenticator.Type.WEBAUTHN


def _signatory(request: SignedInRequest, pk: int, signatory_pk: int) -> tuple[Rollout, Signatory]:
    rollout = visible_rollout(request, pk)
    found = Signatory.objects.select_related("term__rollout", "term__pdf")
    return rollout, get_object_or_404(found, pk=signatory_pk, term__rollout=rollout)


def _may_answer(request: SignedInRequest, signatory: Signatory) -> bool:
    term = signatory.term
    return (
        signatory.state == Signatory.State.PENDING
        and term.state == AcceptanceTerm.State.READY
        and not queries.is_over(term)
        and queries.has_turn(signatory)
        and request.user.has_perm("acceptance.sign", signatory)
    )


def _page(
    request: SignedInRequest, rollout: Rollout, signatory: Signatory, refusal=None, delegation=None
) -> HttpResponse:
    term = signatory.term
    open_, answers = term.state == AcceptanceTerm.State.READY, _may_answer(request, signatory)
    context = {
        "rollout": rollout,
        "room": "acceptance",
        "signatory": signatory,
        "term": term,
        "body": rendering.body(term.envelope, term.record) if term.envelope else "",
        "stale": queries.is_stale(term) if open_ else False,
        "waits": open_ and signatory.state == Signatory.State.PENDING and not queries.has_turn(signatory),
        "may_answer": answers,
        "may_bring": queries.may_bring(request.user, term),
        "refuse_form": refusal or forms.RefuseForm(auto_id="refuse_%s"),
        "delegate_form": delegation or forms.DelegateForm(signatory=signatory, auto_id="delegate_%s"),
    }
    return render(
        request, "acceptance/sign.html", context, status=getattr(refusal or delegation, "refusal_status", 200)
    )

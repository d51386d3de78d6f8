"""The signatory's way: read, confirm who they are, sign; or refuse, or pass it to a colleague."""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts import address_changes as addresses
from apps.accounts.http import SignedInRequest
from apps.accounts.proof import fresh
from apps.companies.people import choices
from apps.core.refusals import Refusal, require
from apps.core.web import form_keys
from apps.core.web.forms import attempt, refusal_status
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout
from apps.stages.acceptance import choosing, queries
from apps.stages.acceptance.models import AcceptanceTerm, Signatory
from apps.stages.acceptance.sealing import evidence, rendering
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.signing import codes, forms, standing_in


@require_GET
def sign(request: SignedInRequest, pk: int, signatory_pk: int) -> HttpResponse:
    """Read the term. Others than the signatory read what is to be signed and by whom."""
    return _page(request, *_signatory(request, pk, signatory_pk))


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def confirm(request: SignedInRequest, pk: int, signatory_pk: int) -> HttpResponse:
    """Sign, after fresh proof, with a mailed code or the passkey that was just used."""
    rollout, signatory = _signatory(request, pk, signatory_pk, with_the_others=request.method == "POST")
    require(request.user, "acceptance.sign", signatory)
    fresh.require(request)
    proof = fresh.newest(request)
    passkey = signing.has_known_passkey(signatory, proof)
    form = forms.SignForm(request.POST or None, consent=evidence.consent(signatory.term), passkey=passkey)
    if request.method == "POST":
        address, agent = get_adapter().get_client_ip(request), request.headers.get("User-Agent", "")
        act = {"by": request.user, "passkey": passkey, "fresh": proof, "address": address, "agent": agent}
        if attempt(request, form, signing.sign, signatory, **act):
            return redirect("acceptance:room", rollout.pk)
    elif not _may_answer(request, signatory):
        return redirect("acceptance:sign", rollout.pk, signatory.pk)
    passkeys = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN)
    context = {
        "rollout": rollout,
        "room": "acceptance",
        "signatory": signatory,
        "term": signatory.term,
        "form": form,
        "passkey": passkey,
        "could_use_passkey": not passkey and passkeys.filter(created_at__lt=signatory.term.drafted_at).exists(),
        "sent_to": addresses.masked(signatory.email),
        "code_sent": signatory.codes.filter(used_at=None).last(),
    }
    return render(request, "acceptance/confirm.html", context, status=refusal_status(form))


@never_cache
@require_POST
def send_code(request: SignedInRequest, pk: int, signatory_pk: int) -> HttpResponse:
    rollout, signatory = _signatory(request, pk, signatory_pk)
    require(request.user, "acceptance.sign", signatory)
    fresh.require(request, back=reverse("acceptance:confirm", args=[rollout.pk, signatory.pk]))
    try:
        codes.send(signatory, by=request.user)
        messages.success(request, _("Código enviado para %(email)s.") % {"email": addresses.masked(signatory.email)})
    except Refusal as refusal:
        form_keys.not_done(request)
        messages.error(request, refusal.message)
    return redirect("acceptance:confirm", rollout.pk, signatory.pk)


@require_POST
def refuse(request: SignedInRequest, pk: int, signatory_pk: int) -> HttpResponse:
    rollout, signatory = _signatory(request, pk, signatory_pk)
    require(request.user, "acceptance.sign", signatory)
    fresh.require(request, back=_back(signatory), keep=["reason"])
    form = forms.RefuseForm(request.POST, auto_id="refuse_%s")
    if attempt(request, form, signing.refuse, signatory, by=request.user):
        return redirect("acceptance:room", pk)
    return _page(request, rollout, signatory, refusal=form)


@require_POST
def delegate(request: SignedInRequest, pk: int, signatory_pk: int) -> HttpResponse:
    rollout, signatory = _signatory(request, pk, signatory_pk)
    require(request.user, "acceptance.sign", signatory)
    fresh.require(request, back=_back(signatory), keep=choices.names_of("to"))
    form = forms.DelegateForm(request.POST, signatory=signatory, by=request.user, auto_id="delegate_%s")
    if choosing.attempt_choosing(request, form, signing.delegate_to_person, signatory, by=request.user):
        return redirect("acceptance:room", pk)
    return _page(request, rollout, signatory, delegation=form)


@require_http_methods(["GET", "POST"])
def designate(request: SignedInRequest, pk: int, signatory_pk: int) -> HttpResponse:
    """Say who signs in the place of somebody who left the company, after fresh proof."""
    rollout, signatory = _signatory(request, pk, signatory_pk)
    require(request.user, "acceptance.designate", signatory)
    fresh.require(request)
    form = forms.DesignateForm(request.POST or None, signatory=signatory, by=request.user)
    if request.method == "POST" and choosing.attempt_choosing(
        request, form, standing_in.designate_person, signatory, by=request.user
    ):
        return redirect("acceptance:room", pk)
    context = {"rollout": rollout, "room": "acceptance", "signatory": signatory, "term": signatory.term, "form": form}
    return render(request, "acceptance/designate.html", context, status=refusal_status(form))


def _signatory(
    request: SignedInRequest, pk: int, signatory_pk: int, *, with_the_others: bool = False
) -> tuple[Rollout, Signatory]:
    rollout = visible_rollout(request, pk)
    if with_the_others:
        try:
            return rollout, signing.with_the_others(signatory_pk, rollout)
        except Signatory.DoesNotExist:
            raise Http404 from None
    signatories = Signatory.objects.select_related("term__pdf")
    if request.method == "GET":  # Who else signs is read once for a page; an action asks under its lock.
        signatories = signatories.prefetch_related("term__signatories")
    signatory = get_object_or_404(signatories, pk=signatory_pk, term__rollout=rollout)
    signatory.term.rollout = rollout
    return rollout, signatory


def _back(signatory: Signatory) -> str:
    """Where one comes back to after fresh proof: the forms to refuse and to pass it on are there."""
    return reverse("acceptance:sign", args=[signatory.rollout.pk, signatory.pk]) + "#assinar"


def _may_answer(request: SignedInRequest, signatory: Signatory) -> bool:
    term = signatory.term
    return (
        signatory.state == Signatory.State.PENDING
        and term.can_be_signed
        and not queries.is_over(term)
        and queries.has_turn(signatory)
        and request.user.has_perm("acceptance.sign", signatory)
    )


def _page(
    request: SignedInRequest, rollout: Rollout, signatory: Signatory, refusal=None, delegation=None
) -> HttpResponse:
    term = signatory.term
    at = [signatory.rollout.pk, signatory.pk]
    refused_with = fresh.typed(request, at=reverse("acceptance:refuse", args=at))
    passed_to = choices.as_typed(fresh.typed(request, at=reverse("acceptance:delegate", args=at)), "to")
    open_, answers = term.state == AcceptanceTerm.State.READY, _may_answer(request, signatory)
    context = {
        "rollout": rollout,
        "room": "acceptance",
        "signatory": signatory,
        "term": term,
        "body": rendering.body(term.envelope, term.record) if term.envelope else "",
        "stale": queries.is_stale(term) if open_ else False,
        "waits": term.can_be_signed and signatory.state == Signatory.State.PENDING and not queries.has_turn(signatory),
        "may_answer": answers,
        "may_bring": queries.may_bring(request.user, term),
        "refuse_form": refusal or forms.RefuseForm(initial=refused_with, auto_id="refuse_%s"),
        "delegate_form": delegation
        or forms.DelegateForm(
            initial={"to": passed_to} if passed_to else {}, signatory=signatory, by=request.user, auto_id="delegate_%s"
        ),
        "address_change": addresses.unsettled(request.user) if answers else None,
    }
    return render(request, "acceptance/sign.html", context, status=refusal_status(refusal, delegation))

"""The page where a person proves that it is them, with each way they have."""

from typing import Any

from allauth.account.forms import ReauthenticateForm
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa.base.forms import ReauthenticateForm as AppForm
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from apps.accounts import address_changes as addresses
from apps.accounts.http import SignedInRequest
from apps.accounts.proof import codes, fresh
from apps.accounts.proof.forms import MailedCodeForm
from apps.accounts.proof.fresh import Way
from apps.core.own_pages import own_page
from apps.core.refusals import Refusal
from apps.core.web import form_keys

# The field by which a posted form is told from the others on the page.
FIELDS = {Way.PASSKEY: "credential", Way.PASSWORD: "password", Way.APP: "code", Way.MAIL: "mailed"}


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def prove(request: SignedInRequest) -> HttpResponse:
    """Prove that it is you, in one of the ways you have, and go back to where you were asked."""
    second_factor = request.GET.get("factor") == "second"
    ways = fresh.ways(request.user, second_factor=second_factor)
    status = 200
    posted: tuple[Way, forms.Form] | None = None
    if request.method == "POST":
        asks_for_code = "send" in request.POST
        if asks_for_code and Way.MAIL in ways:
            return _send_code(request)
        # To ask for a code is no try (``attempts``), so nothing that comes along with it is judged.
        way = None if asks_for_code else next((way for way in ways if FIELDS[way] in request.POST), None)
        form = _form(way, request) if way else None
        if way and form and _proves(request, way, form):
            fresh.renew_session(request)
            messages.success(request, _("Confirmado que é você. Continue de onde parou."))
            return redirect(_onward(request))
        posted, status = ((way, form) if way and form else None), 422
    return render(request, "account/reauthenticate.html", _context(request, ways, posted, second_factor), status=status)


def _form(way: Way, request: SignedInRequest, *, is_bound: bool = True) -> forms.Form:
    data = request.POST if is_bound else None
    if way == Way.PASSKEY:
        return ReauthenticateWebAuthnForm(data, user=request.user)
    if way == Way.PASSWORD:
        return ReauthenticateForm(data, user=request.user)
    if way == Way.APP:
        return AppForm(data, user=request.user)
    return MailedCodeForm(data)


def _proves(request: SignedInRequest, way: Way, form: forms.Form) -> bool:
    """Whether the posted form is a proof, which is kept in the session then; else the form says what is wrong."""
    if not form.is_valid():
        return False
    if way == Way.PASSWORD:
        reauthenticate_by_password(request)
    elif way == Way.MAIL:
        try:
            codes.prove(request, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.message)
            return False
    else:
        form.save()  # type: ignore[attr-defined]
    return True


def _send_code(request: SignedInRequest) -> HttpResponse:
    try:
        address = codes.send(request)
        messages.success(request, _("Código enviado para %(email)s.") % {"email": addresses.masked(address)})
    except Refusal as refusal:
        form_keys.not_done(request)
        messages.error(request, refusal.message)
    return redirect(request.get_full_path())


def _onward(request: SignedInRequest) -> str:
    onward = request.POST.get("next") or request.GET.get("next", "")
    return own_page(request, onward, otherwise=resolve_url(settings.LOGIN_REDIRECT_URL))


def _context(
    request: SignedInRequest, ways: list[Way], posted: tuple[Way, forms.Form] | None, second_factor: bool
) -> dict[str, Any]:
    """One form for each way the person has: the posted one as it was, the others empty."""
    by_way = {way.value: _form(way, request, is_bound=False) for way in ways}
    if posted:
        by_way[posted[0].value] = posted[1]
    address = codes.held_address(request)
    context: dict[str, Any] = {
        "forms": by_way,
        "second_factor": second_factor and Way.MAIL not in ways,
        "address": addresses.masked(address),
        "address_changed": address != request.user.email,
        "code_sent": request.user.proof_codes.filter(used_at=None).last(),
    }
    if Way.PASSKEY in ways:
        context["js_data"] = {"request_options": webauthn.begin_authentication(request.user)}
    return context

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.i18n import set_language

from apps.accounts import actions, personal_data
from apps.accounts import address_changes as addresses
from apps.accounts.forms import ConsentForm, EraseForm, ProfileForm
from apps.accounts.http import SignedInRequest
from apps.accounts.models import User
from apps.accounts.proof import fresh
from apps.core.exports.downloads import as_download
from apps.core.own_pages import own_page
from apps.core.web.forms import attempt, refusal_status


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    # A copy of the person: a name that is refused must not show up in the page's menu.
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and attempt(request, form, actions.update_profile, request.user):
        return redirect("accounts:profile")
    status = refusal_status(form)
    return render(request, "account/profile.html", {"form": form}, status=status)


@login_not_required
@require_GET
def terms(request: HttpRequest) -> HttpResponse:
    """The terms of use and privacy, readable before one has an account."""
    return render(request, "account/terms.html", {"version": actions.TERMS_VERSION})


MENTIONS_SHOWN = 20
"""Places with the person's name that the page of erasure shows; of further ones it gives the number."""


@require_http_methods(["GET", "POST"])
def consent(request: SignedInRequest) -> HttpResponse:
    """Ask again when the terms have changed, then go on to where the person was going."""
    onward = own_page(request, request.GET.get("next", ""), otherwise=resolve_url(settings.LOGIN_REDIRECT_URL))
    form = ConsentForm(request.POST or None)
    if request.method == "POST" and attempt(request, form, actions.consent, request.user):
        return redirect(onward)
    context = {"form": form, "version": actions.TERMS_VERSION, "before": request.user.consents.last()}
    return render(request, "account/consent.html", context, status=refusal_status(form))


@require_GET
def privacy(request: SignedInRequest) -> HttpResponse:
    """What a person may do with their own data."""
    form = EraseForm(initial=fresh.typed(request, at=reverse("accounts:erase")))
    return _privacy(request, form)


@require_GET
def export(request: SignedInRequest) -> HttpResponse:
    """All that is kept of the person, as a JSON file, after fresh proof that it is them."""
    fresh.require(request, back=reverse("accounts:privacy"))
    data = JsonResponse(personal_data.export(request.user), json_dumps_params={"indent": 2, "ensure_ascii": False})
    return as_download(data, "presence-rollout-meus-dados.json")


@require_POST
def erase(request: SignedInRequest) -> HttpResponse:
    """Erase one's own account, after fresh proof that it is theirs."""
    fresh.require(request, second_factor=True, back=reverse("accounts:privacy") + "#apagar", keep=["email"])
    user = User.objects.get(pk=request.user.pk)
    form = EraseForm(request.POST)
    if attempt(request, form, actions.erase, user):
        logout(request)
        messages.success(request, _("A sua conta foi apagada. Obrigado pelo seu trabalho nos projetos."))
        return redirect("account_login")
    return _privacy(request, form)


def _privacy(request: SignedInRequest, form: EraseForm) -> HttpResponse:
    mentions = personal_data.mentions(request.user)
    context = {
        "form": form,
        "objections": personal_data.objections(request.user),
        "mentions": mentions[:MENTIONS_SHOWN],
        "further_mentions": max(0, len(mentions) - MENTIONS_SHOWN),
        "replacement": personal_data.erased_name(request.user),
    }
    return render(request, "account/privacy.html", context, status=refusal_status(form))


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Django's own language view, which also tells the person's account: the choice follows them to other devices."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        actions.choose_language(request.user, chosen)
    return set_language(request)


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def address_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm or undo a change of address, from the link that went to the address before. Opening it does nothing."""
    address_change = addresses.by_token(token)
    if address_change is None:
        return render(request, "account/address_answer.html", {"address_change": None}, status=410)
    if request.method == "POST":
        answers = {"confirm": addresses.confirm, "undo": addresses.undo}
        answer = answers.get(request.POST.get("answer", ""))
        if answer is None:
            raise Http404
        answer(address_change)
        address_change.refresh_from_db()
    context = {"address_change": address_change, "counts_from": addresses.counts_from(address_change)}
    return render(request, "account/address_answer.html", context)

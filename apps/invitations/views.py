from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.accounts.models import User
from apps.companies.models import Company
from apps.companies.pages import visible_company
from apps.core.numbers import whole_number
from apps.core.refusals import require
from apps.core.web.forms import attempt, refusal_status
from apps.invitations import actions, forms, queries
from apps.invitations.models import Invitation, State
from apps.rollouts.models import Rollout


@require_http_methods(["GET", "POST"])
def company(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who was invited to a company, and the form that invites; ``?rollout=`` says from which project, ``?person=`` whom."""
    invited_company = visible_company(request, pk)
    require(request.user, "invitations.invite", invited_company)
    rollout_pk = whole_number(request.GET.get("rollout"))
    rollout = Rollout.objects.visible_to(request.user).filter(pk=rollout_pk, parties__company=invited_company).first()
    leads = request.user.has_perm("invitations.invite_lead", invited_company)
    form = forms.InviteForm(
        request.POST or None,
        company=invited_company,
        may_name_leads=leads,
        initial={"person": invited_company.people.filter(pk=whole_number(request.GET.get("person"))).first()},
    )
    if request.method == "POST" and attempt(
        request, form, actions.invite, invited_company, by=request.user, rollout=rollout
    ):
        return redirect(request.get_full_path())
    context = {
        "company": invited_company,
        "rollout": rollout,
        "form": form,
        "invitations": queries.of_company(invited_company),
    }
    return render(request, "invitations/company.html", context, status=refusal_status(form))


@require_POST
def send_again(request: SignedInRequest, pk: int) -> HttpResponse:
    invitation = _managed(request, pk)
    actions.send_again(invitation, by=request.user)
    messages.success(request, _("Convite enviado de novo. O link anterior deixou de valer."))
    return redirect("invitations:company", invitation.company_id)


@require_POST
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    invitation = _managed(request, pk)
    actions.revoke(invitation, by=request.user)
    messages.success(request, _("Convite cancelado."))
    return redirect("invitations:company", invitation.company_id)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The door behind an invitation's link. Reading it changes nothing; the button does, once."""
    opened = actions.open_link(token)
    if opened is None:
        return _closed(request, None, "tampered", 404)
    invitation = opened.invitation
    if invitation.state == State.ACCEPTED:
        if invitation.accepted_by == request.user:
            return redirect(_landing())
        return _closed(request, invitation, "used", 410)
    if invitation.state == State.REVOKED:
        return _closed(request, invitation, "revoked", 410)
    if invitation.state == State.EXPIRED:
        return _closed(request, invitation, "expired", 410)
    if opened.replaced:
        return _closed(request, invitation, "replaced", 410)
    if request.user.is_authenticated:
        return _for_somebody_signed_in(request, invitation)
    if User.objects.filter(email=invitation.email).exists():
        return render(request, "invitations/sign_in.html", {"invitation": invitation})
    return _for_somebody_new(request, invitation)


def _for_somebody_signed_in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    fits = request.user.email == invitation.email  # type: ignore[union-attr]
    if request.method == "POST":
        actions.accept(invitation, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Bem-vindo a %(company)s.") % {"company": invitation.company})
        return redirect(_landing())
    return render(request, "invitations/accept.html", {"invitation": invitation, "fits": fits})


def _for_somebody_new(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    terms_url = reverse("accounts:terms")
    form = forms.EnterForm(request.POST or None, initial={"name": invitation.name}, terms_url=terms_url)
    if request.method == "POST":
        new_users: list[User] = []
        if attempt(request, form, lambda **data: new_users.append(actions.accept_as_new_person(invitation, **data))):
            # The link came to the address itself, so it has proved whose it is.
            return perform_login(request, new_users[0], redirect_url=_landing())
    context = {"invitation": invitation, "form": form}
    return render(request, "invitations/enter.html", context, status=refusal_status(form))


def _closed(request: HttpRequest, invitation: Invitation | None, why: str, status: int) -> HttpResponse:
    return render(request, "invitations/closed.html", {"invitation": invitation, "why": why}, status=status)


def _landing() -> str:
    """Where signing in leads anybody: to what the projects wait for from them."""
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def _managed(request: SignedInRequest, pk: int) -> Invitation:
    visible = Company.objects.visible_to(request.user)
    invitation = get_object_or_404(Invitation.objects.select_related("company"), pk=pk, company__in=visible)
    require(request.user, "invitations.manage", invitation)
    return invitation

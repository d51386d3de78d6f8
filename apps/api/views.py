from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from apps.accounts.http import SignedInRequest
from apps.accounts.proof import fresh
from apps.api import actions
from apps.api.forms import TokenForm
from apps.api.models import ApiToken
from apps.core.refusals import require
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.rollouts.views import visible_rollout

TOKENS_OF_A_PAGE = 20


@sensitive_variables("issued")
def tokens(request: SignedInRequest, pk: int) -> HttpResponse:
    """The tokens of a rollout. A new one is shown in the answer to the form that made it, and nowhere else."""
    rollout = visible_rollout(request, pk)
    require(request.user, "api.issue_token", rollout)
    scopes = actions.scopes_for(request.user, rollout)
    if request.method == "POST":
        fresh.require(request, keep=["name", "scopes", "expires"])
    form = TokenForm(request.POST or None, initial=fresh.typed(request), scopes=scopes)
    issued: list[tuple[ApiToken, str]] = []
    if request.method == "POST" and attempt(
        request, form, lambda **data: issued.append(actions.issue_token(rollout, by=request.user, **data))
    ):
        form = TokenForm(scopes=scopes)
    rows = ApiToken.objects.visible_to(request.user).filter(rollout=rollout)
    context = {
        "rollout": rollout,
        "room": "api",
        "form": form,
        "issued": issued[0] if issued else None,
        "tokens": page_of(request, rows.select_related("membership__user", "membership__company"), TOKENS_OF_A_PAGE),
        "address": settings.SITE_URL + reverse("api-1:read_gate", args=[rollout.pk]),
    }
    response = render(request, "api/tokens.html", context, status=refusal_status(form))
    if request.method == "POST":  # It may show the new token.
        response["Cache-Control"] = "no-store"
    return response


@require_POST
def revoke(request: SignedInRequest, pk: int, token_pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=token_pk, rollout=rollout)
    fresh.require(request, back=reverse("api:tokens", args=[pk]))
    actions.revoke_token(token, by=request.user)
    messages.success(request, _("Token revogado. Quem o usava recebe 401 a partir de agora."))
    return redirect("api:tokens", pk)

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.accounts.middleware import is_always_open
from apps.companies.access import is_presence
from apps.core.refusals import problem


class SecondFactorMiddleware:
    """Presence's people see every client's project: with ``REQUIRE_MFA`` they set up a second factor before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.REQUIRE_MFA or not is_presence(request.user) or is_always_open(request.path):
            return self.get_response(request)
        if is_mfa_enabled(request.user):
            return self.get_response(request)
        needed = _("A Presence exige a verificação em duas etapas. Ative-a para continuar.")
        if request.path.startswith("/api/"):
            return problem(needed, status=403, code="second_factor_required")
        messages.warning(request, needed)
        return redirect("mfa_index")

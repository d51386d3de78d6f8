from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.accounts.http import is_always_open
from apps.companies.access import is_presence
from apps.core import clock
from apps.core.refusals import problem


class SessionAgeMiddleware:
    """Sign somebody out who signed in too long ago, or has done nothing for too long (``SESSION_HOURS``)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and self._is_over(request):
            logout(request)
        response = self.get_response(request)
        if getattr(request, "api_token", None):  # A tool has no session; its person was put in for this request alone.
            return response
        if request.user.is_authenticated and "started" not in request.session:  # They signed in just now.
            self._is_over(request)
        return response

    def _is_over(self, request: HttpRequest) -> bool:
        """Whether the session is over; one that is not is noted as in use, at most once a minute."""
        now = int(clock.now().timestamp())
        started, used = request.session.get("started", now), request.session.get("used", now)
        longest, idle = settings.SESSION_HOURS["presence" if is_presence(request.user) else "others"]
        if now - started > longest * 3600 or now - used > idle * 3600:
            return True
        if "started" not in request.session or now - used >= 60:
            request.session["started"], request.session["used"] = started, now
        return False


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

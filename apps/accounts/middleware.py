from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts import fresh_proof
from apps.accounts.actions import TERMS_VERSION, has_consented
from apps.core.refusals import problem


def is_always_open(path: str) -> bool:
    """What somebody reaches whatever they still have to agree to or set up: the terms, the account's own pages, the
    language and the assets."""
    account = reverse("account_login").removesuffix("login/")
    return path.startswith((reverse("accounts:terms"), account, reverse("set_language"), settings.STATIC_URL))


class PreferencesMiddleware:
    """Show each person their own language and time zone, whatever device they sign in from."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        try:
            zone = ZoneInfo(request.user.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            zone = timezone.get_default_timezone()
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(zone):
            return self.get_response(request)


class ConsentMiddleware:
    """Whoever has not agreed to the terms as they stand today is asked, once, before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or request.session.get("terms") == TERMS_VERSION or is_always_open(request.path):
            return self.get_response(request)
        if has_consented(user):
            request.session["terms"] = TERMS_VERSION
            return self.get_response(request)
        if request.path.startswith("/api/"):
            message = _("Aceite os termos de uso no navegador para continuar.")
            return problem(message, status=403, code="terms_not_accepted")
        came_for = {"next": request.get_full_path()} if request.method == "GET" else {}
        return redirect(f"{reverse('accounts:consent')}?{urlencode(came_for)}")


class FreshProofMiddleware:
    """Ask for fresh proof on the sign-in library's own pages, and lead whoever owes one to the page that takes it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        route = request.resolver_match.view_name if request.resolver_match else ""
        if route not in fresh_proof.LIBRARY or not request.user.is_authenticated:
            return None
        try:
            # Of their forms only the new address is worth keeping: all else is a secret, or one word.
            fresh_proof.require(request, second_factor=fresh_proof.LIBRARY[route], keep=["email"])
        except fresh_proof.FreshProofRequired as owed:
            return self.process_exception(request, owed)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ReauthenticationRequired):
            return None
        back = getattr(exception, "back", request.get_full_path())
        url = fresh_proof.page_url(back=back, second_factor=getattr(exception, "second_factor", False))
        return HttpResponseClientRedirect(url) if request.headers.get("HX-Request") else redirect(url)

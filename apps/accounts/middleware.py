from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts import attempts, devices, fresh_proof
from apps.accounts.actions import TERMS_VERSION, has_consented
from apps.core import clock
from apps.core.refusals import TooMany, answer_to, problem
from apps.core.web.pages import own_page


def is_always_open(path: str) -> bool:
    """What somebody reaches whatever they still have to agree to or set up: the terms, the account's own pages, the
    language and the assets."""
    return path.startswith((reverse("accounts:terms"), account_pages(), reverse("set_language"), settings.STATIC_URL))


def account_pages() -> str:
    """What the addresses of the account's own pages begin with."""
    return reverse("account_login").removesuffix("login/")


class SignInMiddleware(LoginRequiredMiddleware):
    """Whoever is nobody signs in first, and then comes back to where they were: for a form that was sent, to its page, where
    the browser has kept what was typed (static/js/app.js)."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        page = urlsplit(own_page(request, request.headers.get("Referer", ""), otherwise=""))
        onward = f"{page.path}?{page.query}" if page.query else page.path
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            messages.info(request, _("Sua sessão terminou. Entre de novo e envie outra vez: nada foi gravado ainda."))
        return redirect_to_login(onward or resolve_url(settings.LOGIN_REDIRECT_URL))


class DoorMiddleware:
    """Count who tries to prove who they are (``accounts.attempts``), and know the browser of whoever did."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or request.path.startswith("/api/"):
            return self.get_response(request)
        had_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if attempt := getattr(request, "attempt", None):
            attempt.end(request, response)
        if request.user.is_authenticated:
            # A known browser stays one when its own request ended the trust in all the others.
            was_known = getattr(request, "comes_from_known_device", False)
            if not had_signed_in or (was_known and not devices.is_known(request, request.user)):
                devices.remember(response, request.user)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        is_account_page = request.path.startswith(account_pages())
        if request.method != "POST" or not (is_account_page or not request.user.is_authenticated):
            return None
        if request.path.startswith("/api/"):  # It counts by token.
            return None
        if request.user.is_authenticated:
            request.comes_from_known_device = devices.is_known(request, request.user)  # type: ignore[attr-defined]
        name = request.resolver_match.view_name if request.resolver_match else ""
        try:
            request.attempt = attempts.begin(request, name)  # type: ignore[attr-defined]
        except TooMany as refusal:
            return answer_to(request, refusal)
        return None


class PreferencesMiddleware:
    """Show each person their own language and time zone, whatever device they sign in from."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = translation.get_language()
        with clock.read_in(clock.zone_named(request.user.time_zone)):
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

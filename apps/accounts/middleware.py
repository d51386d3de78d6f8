from collections.abc import Callable
from urllib.parse import urlsplit

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

from apps.accounts.actions import TERMS_VERSION, has_consented
from apps.accounts.http import is_always_open
from apps.core import clock
from apps.core.own_pages import own_page
from apps.core.refusals import problem


class SignInMiddleware(LoginRequiredMiddleware):
    """Ask for a sign-in where nobody is signed in, and lead back afterwards: to the page asked for, or to that of the form
    that was sent, where the browser has kept what was typed (static/js/app.js)."""

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


class PreferencesMiddleware:
    """Show pages in the language and time zone of the person's profile, whatever device they sign in from."""

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
    """Ask for consent to the current terms of use, once a person and version, before any other page is shown."""

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

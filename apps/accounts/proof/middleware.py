from collections.abc import Callable
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts import devices
from apps.accounts.http import account_pages
from apps.accounts.proof import attempts, fresh
from apps.core.refusals import TooMany, answer_to
from apps.core.web import form_keys, retries


class AttemptMiddleware:
    """Count tries to prove who one is (``attempts``), and remember the browser of a person who signed in (``devices``)."""

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
        if retries.is_repeated(request):  # The try was counted.
            return None
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


class FreshProofMiddleware:
    """Ask for fresh proof on the sign-in library's own pages, and redirect to the page of proof when a view asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        route = request.resolver_match.view_name if request.resolver_match else ""
        if route not in fresh.LIBRARY or not request.user.is_authenticated:
            return None
        try:
            # Of their forms only the new address is worth keeping: all else is a secret, or one word.
            fresh.require(request, second_factor=fresh.LIBRARY[route], keep=["email"])
        except fresh.FreshProofRequired as owed:
            return self.process_exception(request, owed)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ReauthenticationRequired):
            return None
        form_keys.not_done(request)
        back = getattr(exception, "back", request.get_full_path())
        url = fresh.page_url(back=back, second_factor=getattr(exception, "second_factor", False))
        return HttpResponseClientRedirect(url) if request.headers.get("HX-Request") else redirect(url)

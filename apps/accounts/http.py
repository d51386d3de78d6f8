"""What views and middleware need to know of requests by people, and of the pages of accounts."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from apps.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request behind the sign-in wall (LoginRequiredMiddleware): there is always a person. For annotations."""

    user: User


def is_always_open(path: str) -> bool:
    """What somebody reaches whatever they still have to agree to or set up: the terms, the account's own pages, the
    language and the assets."""
    return path.startswith((reverse("accounts:terms"), account_pages(), reverse("set_language"), settings.STATIC_URL))


def account_pages() -> str:
    """What the addresses of the account's own pages begin with."""
    return reverse("account_login").removesuffix("login/")

"""Browsers that a person is known from: after a full sign-in a browser carries a signed cookie.

It opens nothing. It keeps whoever holds it from being slowed down by the failures of strangers at the same account
(``accounts.proof.attempts``), since its own failures are counted apart. It is made anew at every sign-in, and ends with the
password, with “sign out of the others” and with ``forget``.
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

from apps.accounts.models import User

LIFETIME = timedelta(days=180)
_SALT = "known device"


def known_device(request: HttpRequest, mailbox: str) -> str | None:
    """The number of the browser that sent ``request`` if the account of ``mailbox`` is known from it, else None."""
    device = _read(request)
    if device is None:
        return None
    number, user = device
    return number if user.email == mailbox else None


def is_known(request: HttpRequest, user: User) -> bool:
    """Whether ``user`` is known from the browser that sent ``request``."""
    return known_device(request, user.email) is not None


def remember(response: HttpResponse, user: User) -> None:
    """Have the browser that gets ``response`` be known as one of ``user``'s, under a new number."""
    current = User.objects.get(pk=user.pk)  # The request may have changed what the trust hangs on.
    value = signing.dumps([current.pk, secrets.token_urlsafe(16), _digest(current)], salt=_SALT)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        value,
        max_age=LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def forget(user: User) -> None:
    """Forget every browser that ``user`` is known from."""
    user.devices_key = get_random_string(32)
    User.objects.filter(pk=user.pk).update(devices_key=user.devices_key)


def _read(request: HttpRequest) -> tuple[str, User] | None:
    try:
        pk, number, digest = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=LIFETIME
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or not constant_time_compare(digest, _digest(user)):
        return None
    return str(number), user


def _digest(user: User) -> str:
    """A keyed hash of the person's password and trust key: it changes when either does, and reveals neither."""
    return salted_hmac(_SALT, f"{user.pk}:{user.password}:{user.devices_key}", algorithm="sha256").hexdigest()

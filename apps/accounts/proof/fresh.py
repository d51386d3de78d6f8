"""Fresh proof: whoever asks for something weighty shows once more that they are the person whose session is open.

Everybody has a way to: the password, a passkey, the authenticator app or a recovery code, and a code by e-mail to the
address that the account had when the session began. A sign-in with a code, an app or a passkey is a proof itself; one with
a password alone is not, browsers fill it in by themselves. A proof holds for ``ACCOUNT_REAUTHENTICATION_TIMEOUT`` (300 s).

``require`` asks for it. The person comes back to the page they came from, with what they had typed; nothing is sent on by
itself. What touches the second factor of somebody who has one asks for that factor.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.http import HttpRequest
from django.urls import reverse

from apps.accounts.models import User

LIBRARY = {
    "account_email": False,
    "account_change_password": False,
    "account_set_password": False,
    "mfa_activate_totp": True,
    "mfa_deactivate_totp": True,
    "mfa_view_recovery_codes": True,
    "mfa_generate_recovery_codes": True,
    "mfa_download_recovery_codes": True,
    "mfa_add_webauthn": True,
    "mfa_edit_webauthn": True,
    "mfa_remove_webauthn": True,
}
"""The sign-in library's pages that ask for fresh proof, and whether for one with the second factor. Ending other sessions
asks for nothing: it only takes away, and is what somebody needs at once who sees a stranger in the list."""

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
TYPED = "fresh_proof_typed"
LONGEST = 8000


class Way(StrEnum):
    """How a person may prove that it is them."""

    PASSKEY = "passkey"
    PASSWORD = "password"  # noqa: S105
    APP = "app"
    MAIL = "mail"


@dataclass(frozen=True)
class Proof:
    """``way`` as the record keeps it: password, code (by e-mail), totp, recovery_codes or webauthn; ``authenticator`` is
    the key of the second factor that was used."""

    way: str
    at: datetime
    authenticator: int | None = None


class FreshProofRequired(ReauthenticationRequired):
    """Answered by ``FreshProofMiddleware`` with the page where the person proves that it is them."""

    def __init__(self, *, back: str, second_factor: bool) -> None:
        super().__init__()
        self.back, self.second_factor = back, second_factor


def require(
    request: HttpRequest, *, second_factor: bool = False, back: str = "", keep: Sequence[str] = (), at: str = ""
) -> None:
    """Go on only with fresh proof of ``request.user``; raises ``FreshProofRequired`` without it.

    ``back`` is the page to come back to, this one where nothing is said. ``keep`` names the fields of a form that are kept
    meanwhile, for ``typed``: never a password, a code or another secret. ``at`` is the address under which they are kept.
    """
    if newest(request, second_factor=second_factor):
        return
    if request.method == "POST" and keep:
        request.session[TYPED] = {
            "at": at or request.path,
            "fields": {name: _short(request.POST.getlist(name)) for name in keep if name in request.POST},
        }
    raise FreshProofRequired(back=back or request.get_full_path(), second_factor=second_factor)


def typed(request: HttpRequest, at: str = "") -> dict[str, Any]:
    """What had been typed into the form that posts to ``at`` (this address where nothing is said), once; for ``initial``."""
    stored = request.session.get(TYPED)
    if request.method != "GET" or not stored or stored["at"] != (at or request.path):
        return {}
    del request.session[TYPED]
    return {name: values[0] if len(values) == 1 else values for name, values in stored["fields"].items()}


def newest(request: HttpRequest, *, second_factor: bool = False) -> Proof | None:
    """The newest proof in this session that is still fresh.

    With ``second_factor`` it is one made with the second factor, where the person had one at that moment: who has just set
    up their first goes on with the proof that let them do so.
    """
    user = request.user
    if not isinstance(user, User):
        return None
    for record in reversed(get_authentication_records(request, user)):
        if time.time() - record["at"] >= REAUTHENTICATION_TIMEOUT:
            return None
        method, moment = record["method"], datetime.fromtimestamp(record["at"], UTC)
        if not (record.get("reauthenticated") or method in ("code", "mfa")):
            continue
        if second_factor and method != "mfa" and _factors(user).filter(created_at__lte=moment).exists():
            continue
        return Proof(record.get("type") or method, moment, record.get("id"))
    return None


def ways(user: User, *, second_factor: bool = False) -> list[Way]:
    """How ``user`` may prove that it is them; with ``second_factor`` those alone, where they have one."""
    types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    has_app = bool(types - {Authenticator.Type.WEBAUTHN})
    possible = {
        Way.PASSKEY: Authenticator.Type.WEBAUTHN in types,
        Way.PASSWORD: user.has_usable_password() and not (second_factor and types),
        Way.APP: has_app,
        Way.MAIL: not (second_factor and types),
    }
    return [way for way, is_open in possible.items() if is_open]


def proved_by_mail(request: HttpRequest, *, email: str) -> None:
    """Keep that a code sent to ``email`` came back in this session."""
    record_authentication(request, request.user, method="code", email=email, reauthenticated=True)


def renew_session(request: HttpRequest) -> None:
    """Give the session another key: a copy of the cookie that somebody else holds ends here, and is not proved with it."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def page_url(*, back: str, second_factor: bool) -> str:
    """The page that asks for proof, and leads to ``back`` afterwards."""
    query = {"next": back, **({"factor": "second"} if second_factor else {})}
    return f"{reverse('account_reauthenticate')}?{urlencode(query)}"


def _factors(user: User):
    return Authenticator.objects.filter(user=user, type__in=FACTORS)


def _short(values: list[str]) -> list[str]:
    return [value[:LONGEST] for value in values[:100]]

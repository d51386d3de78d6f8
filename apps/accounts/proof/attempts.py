"""How often somebody may try to prove who they are, or have a mail sent to an account, and from one place.

Every try counts before it is judged and is given back when it succeeds, so that many at once are no way around. An account
is slowed down by the failures at it from wherever they come; a browser that the person is known from (``devices``) has a
count of its own, so that a stranger's failures never keep the owner out. The kinds of proof are counted apart for the same
reason. A passkey cannot be guessed and names its account only by what a stranger may send: signing in with one counts for the
place alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.stagekit import unstash_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.accounts import devices
from apps.core.network.mailboxes import comparable
from apps.limits import actions as limits
from apps.limits.actions import DAY, HOUR, MINUTE, Counted, Limit
from apps.limits.places import network_of

FROM_ONE_PLACE = Limit("from-one-place", ((30, MINUTE), (400, HOUR)))
"""Forms sent by whoever has not signed in, for each address of a page. An office shares one place."""
MAILS_FROM_ONE_PLACE = Limit("mails-from-one-place", ((15, MINUTE), (100, HOUR)))
"""Mails that a visitor has sent to any address, theirs or not."""
BY_ONE_PERSON = Limit("account-page", ((30, MINUTE), (200, HOUR)))
"""Forms of the account's own pages, sent by whoever signed in."""
FAILURES = ((5, 5 * MINUTE), (15, HOUR), (50, DAY))
MAILS = ((3, 5 * MINUTE), (8, HOUR), (20, DAY))


def _typed_into(field: str) -> Callable[[HttpRequest], str]:
    return lambda request: comparable(request.POST.get(field, ""))


def _signing_in(request: HttpRequest) -> str:
    """Whoever has given one proof and still owes another."""
    login = unstash_login(request, peek=True)
    if login is None:
        return ""
    return login.user.email if login.user else comparable(login.email or "")


def _signed_in(request: HttpRequest) -> str:
    return request.user.email if request.user.is_authenticated else ""


def _has_proved(request: HttpRequest, response: HttpResponse, before: list[Any]) -> bool:
    """allauth notes each proof in the session."""
    return _proofs(request) not in ([], before)


def _proved_or_asked_for_a_code(request: HttpRequest, response: HttpResponse, before: list[Any]) -> bool:
    """To have a code sent is no try at anything; how often that may be is limited apart (``mailed_codes``)."""
    return "send" in request.POST or _has_proved(request, response, before)


def _was_redirected(request: HttpRequest, response: HttpResponse, before: list[Any]) -> bool:
    return response.status_code == 302


@dataclass(frozen=True)
class GuardedForm:
    """A form at which an account's secrets can be guessed, or that sends mail to it. ``whose`` gives the account's address,
    empty where there is none; ``succeeded`` says that the try was no failure and is given back; None: it counts anyway."""

    limit: Limit
    whose: Callable[[HttpRequest], str]
    succeeded: Callable[[HttpRequest, HttpResponse, list[Any]], bool] | None = _has_proved


PASSWORD = Limit("password", FAILURES)
CODE = Limit("sign-in-code", FAILURES)
SECOND_FACTOR = Limit("second-factor", FAILURES)
FRESH_PROOF = Limit("fresh-proof", FAILURES)

GUARDED_FORMS = {
    "account_login": GuardedForm(PASSWORD, _typed_into("login")),
    "account_confirm_login_code": GuardedForm(CODE, _signing_in),
    "mfa_authenticate": GuardedForm(SECOND_FACTOR, _signing_in),
    "account_reauthenticate": GuardedForm(FRESH_PROOF, _signed_in, _proved_or_asked_for_a_code),
    "mfa_reauthenticate": GuardedForm(FRESH_PROOF, _signed_in),
    "mfa_reauthenticate_webauthn": GuardedForm(FRESH_PROOF, _signed_in),
    "account_change_password": GuardedForm(FRESH_PROOF, _signed_in, _was_redirected),
    "account_request_login_code": GuardedForm(Limit("sign-in-code-mail", MAILS), _typed_into("email"), None),
    "account_reset_password": GuardedForm(Limit("password-reset-mail", MAILS), _typed_into("email"), None),
    "account_email": GuardedForm(Limit("address-mail", ((5, 5 * MINUTE), (15, HOUR), (40, DAY))), _signed_in, None),
}
"""By the name of the page's address."""


@dataclass(frozen=True)
class Attempt:
    """A try that was counted. ``before`` is what the session knew of proofs."""

    form: GuardedForm
    counted: Counted
    before: list[Any]

    def end(self, request: HttpRequest, response: HttpResponse) -> None:
        """Give the try back if it succeeded."""
        if self.form.succeeded is not None and self.form.succeeded(request, response, self.before):
            limits.give_back(self.counted)


def begin(request: HttpRequest, name: str) -> Attempt | None:
    """Count a form that is sent to the page called ``name``; None where no account's secret is at stake.

    Raises ``TooMany`` (429): from this place, by this person, or at this account.
    """
    if request.user.is_authenticated:
        limits.take(BY_ONE_PERSON, name, request.user.pk)
    else:
        limits.take(FROM_ONE_PLACE, name, network_of(request))
    form = GUARDED_FORMS.get(name)
    account = form.whose(request) if form else ""
    if form is None or not account:
        return None
    if form.succeeded is None and not request.user.is_authenticated:
        limits.take(MAILS_FROM_ONE_PLACE, network_of(request))
    device = devices.known_device(request, account)
    whose = ("device", device) if device else ("account", account)
    counted = limits.take(form.limit, *whose, details=[] if device else _other_ways(name))
    return Attempt(form, counted, _proofs(request))


def _other_ways(name: str) -> list[str]:
    """What the owner of an account that strangers try to enter can still do."""
    ways = [_("Num navegador em que você já entrou antes, este limite não vale para você.")]
    if name == "account_login":
        ways.append(_("Você também pode receber um código por e-mail ou entrar com chave de acesso."))
    return ways


def _proofs(request: HttpRequest) -> list[Any]:
    return list(request.session.get(AUTHENTICATION_METHODS_SESSION_KEY) or [])

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts import address_changes as addresses
from apps.accounts import devices, mails
from apps.accounts.models import User
from apps.accounts.proof import codes, fresh
from apps.core.network.mailboxes import comparable
from apps.core.own_pages import is_address
from apps.outbox import actions as outbox

CHANGED = "account/email/email_changed"


class AccountAdapter(DefaultAccountAdapter):
    """People are brought in by Presence or by their company's lead; there is no open sign-up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("E-mail ou senha incorretos."),
        "incorrect_code": gettext_lazy("Código incorreto ou vencido."),
        "too_many_login_attempts": gettext_lazy("Muitas tentativas seguidas. Aguarde alguns minutos e tente de novo."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Where ``?next=`` may lead: one of our own pages, by an address."""
        return bool(url) and is_address(str(url)) and super().is_safe_url(url)

    def format_email_subject(self, subject: str) -> str:
        return f"Presence Rollout: {subject}"

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        codes.hold_address(request, user)  # type: ignore[arg-type]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """The library takes somebody who has no password for proved just now; ours asks everybody (``proof.fresh``)."""
        fresh.require(self.request)
        return False

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict]:
        """One page that offers each way; the library's own pages lead there."""
        page = {"id": "fresh_proof", "description": _("Confirme que é você"), "url": reverse("account_reauthenticate")}
        return [page] if user.is_authenticated else []

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Take the new address, and put the message to the one before into the outbox, or neither."""
        with transaction.atomic():
            return super().confirm_email(request, email_address)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """The library's message, as what it is: after its code or link has ended it is not sent any more."""
        message = super().render_mail(template_prefix, email, context, headers)
        user = context.get("user")
        return outbox.marked(message, mails.kind_of(template_prefix), user if isinstance(user, User) else None)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """The library's notices of what changed in an account. Of another address it tells the one before, by which way
        so ever it came: there the change is noted, and may be answered."""
        if template_prefix == CHANGED and context:
            before, after = context["from_email"], context["to_email"]
            address_change = addresses.record_change(user, before=before, after=after)  # type: ignore[arg-type]
            days = addresses.SETTLES.days
            context = {**context, "days": days, "answer_url": addresses.answer_url(address_change)}
        super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email)

    def clean_email(self, email: str) -> str:
        """An address in the one form in which it is kept."""
        return comparable(email)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Whoever ``credentials`` are of, whichever way they write their address."""
        if email := credentials.get("email"):
            credentials["email"] = comparable(email)
        return super().authenticate(request, **credentials)


class SessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions) -> None:
        """Sign somebody out of ``sessions``: browsers are no longer trusted as theirs either."""
        super().end_sessions(sessions)
        for user in {session.user for session in sessions}:
            devices.forget(user)

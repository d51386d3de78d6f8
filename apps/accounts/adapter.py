from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts import devices
from apps.core.mailboxes import comparable


class AccountAdapter(DefaultAccountAdapter):
    """People are brought in by Presence or by their company's lead; there is no open sign-up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("E-mail ou senha incorretos."),
        "incorrect_code": _("Código incorreto ou vencido."),
        "too_many_login_attempts": _("Muitas tentativas seguidas. Aguarde alguns minutos e tente de novo."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        return f"Presence Rollout: {subject}"

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

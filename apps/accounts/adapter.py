from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


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

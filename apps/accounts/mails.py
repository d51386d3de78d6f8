"""The e-mails about an account: the library's and our own, as the outbox knows them."""

from datetime import timedelta

from allauth.account import app_settings
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.accounts.proof.mailed_codes import MINUTES
from apps.core.mails import MailKind

SIGN_IN = MailKind("accounts.code", _("Código de entrada"), timedelta(seconds=app_settings.LOGIN_BY_CODE_TIMEOUT))
PROOF = MailKind("accounts.proof", _("Código de confirmação"), timedelta(minutes=MINUTES))
PASSWORD = MailKind("accounts.password", _("Senha nova"), timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT))
ADDRESS = MailKind(
    "accounts.address", _("Confirmação de um e-mail"), timedelta(days=app_settings.EMAIL_CONFIRMATION_EXPIRE_DAYS)
)
CHANGE = MailKind("accounts.change", _("Aviso sobre a conta"))
KINDS = [SIGN_IN, PROOF, PASSWORD, ADDRESS, CHANGE]

OF_TEMPLATES = {
    "account/email/login_code": SIGN_IN,
    "account/email/proof_code": PROOF,
    "account/email/password_reset_key": PASSWORD,
    "account/email/email_confirmation": ADDRESS,
}
"""Any other template tells somebody of something that changed in their account."""


def kind_of(template_prefix: str) -> MailKind:
    """What the message of the library's template is."""
    return OF_TEMPLATES.get(template_prefix, CHANGE)

"""E-mail addresses in the one form in which they are kept: two that reach one mailbox are the same text.

Capital letters, Unicode's compatible forms (``ＡＮＡ``, ``ﬁ``), Turkish letters and the international form of a domain
(``lojaaçaí.com.br`` for ``xn--lojaaa-0ua3c.com.br``) are ways to write an address, never another address.
"""

import re
import unicodedata
from typing import Any

import idna
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _

NORMALISED = r"^[!-@\[-~]*$"
"""What a kept address is made of: printable ASCII without capitals. Constraints of the database ask for it."""
LONGEST = 254
"""Characters of the longest address that mail reaches (RFC 3696, erratum 1690)."""
_MANY_DOTS = re.compile("[\u3002\uff0e\uff61]")
_DOTLESS = str.maketrans({"\u0131": "i", "\u0307": None})


def normalised(mailbox: str) -> str:
    """The form in which ``mailbox`` is kept. Raises ``ValueError`` for what is no address, or one outside of ASCII before
    the @, which few mail servers take."""
    text = _MANY_DOTS.sub(".", unicodedata.normalize("NFKC", mailbox)).strip()
    local, at, domain = text.rpartition("@")
    local = unicodedata.normalize("NFKC", local.casefold().translate(_DOTLESS))
    if not at or not local.isascii():
        raise ValueError(mailbox)
    address = f"{local}@{_ascii(domain)}"
    try:
        validate_email(address)
    except ValidationError:
        raise ValueError(mailbox) from None
    return address


def comparable(mailbox: str) -> str:
    """``normalised``, or for what is no address the text without capitals: to look for, never to keep."""
    try:
        return normalised(mailbox)
    except ValueError:
        return mailbox.strip().lower()


def _ascii(domain: str) -> str:
    """The ASCII form of ``domain``, in small letters. Raises ``ValueError`` when it has none."""
    if domain.isascii() and "xn--" not in domain.lower():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise ValueError(domain) from error


class MailboxFormField(forms.EmailField):
    """An e-mail address as somebody types it, cleaned to the form in which it is kept."""

    default_validators = []

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LONGEST, **kwargs})

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if not text:
            return ""
        if len(text) > LONGEST:
            raise ValidationError(_("Informe um e-mail válido."), code="invalid")
        try:
            return normalised(text)
        except ValueError:
            raise ValidationError(_("Informe um e-mail válido."), code="invalid") from None


class MailboxField(models.EmailField):
    """An e-mail address that is kept, and looked for, in its one form."""

    default_validators = []

    def to_python(self, value: Any) -> Any:
        return comparable(value) if isinstance(value, str) and value else value

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return comparable(prepared) if isinstance(prepared, str) and prepared else prepared

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        mailbox = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, mailbox)
        return mailbox

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": MailboxFormField, **kwargs})

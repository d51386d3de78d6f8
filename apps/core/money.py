"""Money is integer centavos of BRL everywhere; this module reads and writes it as people do."""

import re

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core.typed import plain

MOST = 999_999_999
"""The largest amount that is read, in centavos: R$ 9.999.999,99."""
_CURRENCY = re.compile(r"^(?:r\$|brl|reais)\s?|\s?(?:r\$|brl|reais|real)$")
_GROUPED = re.compile(r"^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:(?!\1)[.,](\d{1,2}))?$")
_PLAIN = re.compile(r"^(\d{1,9})(?:[.,](\d{1,2}))?$")


def parse(text: str) -> int:
    """Centavos in ``text`` as typed; ``docs/typing.md`` has the table: ``250``, ``250,00``, ``R$ 1.250,00``, ``1,250.00``.

    Of two separators the last one divides reais from centavos; one before exactly three digits groups thousands, since nobody
    writes a thousandth of a real. Anything else, a negative amount and one beyond ``MOST`` is a ``ValueError``.
    """
    value = _CURRENCY.sub("", plain(text))
    if match := _GROUPED.match(value):
        cents = match[2] or ""
        reais = re.sub(r"\D", "", value[: len(value) - len(cents)])
    elif match := _PLAIN.match(value):
        reais, cents = match[1], match[2] or ""
    else:
        raise ValueError(text)
    centavos = int(reais) * 100 + int(cents.ljust(2, "0") or 0)
    if centavos > MOST:
        raise ValueError(text)
    return centavos


def show(centavos: int) -> str:
    """``123456`` as ``R$ 1.234,56``."""
    sign = "-" if centavos < 0 else ""
    reais, cents = divmod(abs(centavos), 100)
    return f"{sign}R$ {reais:,}".replace(",", ".") + f",{cents:02d}"


def for_minutes(minutes: int, hourly_rate: int) -> int:
    """Price in centavos of ``minutes`` at ``hourly_rate`` centavos an hour, half a centavo rounded away from zero."""
    doubled = 2 * abs(minutes) * hourly_rate
    cents = (doubled + 60) // 120
    return cents if minutes >= 0 else -cents


class MoneyField(forms.Field):
    """Reais as people type them, in whichever language they read; gives whole centavos."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def to_python(self, value: str | None) -> int | None:
        if value in self.empty_values:
            return None
        try:
            return parse(str(value))
        except ValueError:
            raise forms.ValidationError(
                _("Não entendi “%(value)s”. Escreva o valor em reais, como 250,00 ou 1.250,00.") % {"value": value}
            ) from None

    def prepare_value(self, value: object) -> object:
        if not isinstance(value, int):
            return value
        point = "." if get_language() == "en" else ","
        return f"{value // 100}{point}{value % 100:02d}"

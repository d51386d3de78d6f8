"""Durations are whole minutes everywhere; this module reads and writes them as people do."""

import re

from django import forms
from django.utils.translation import gettext as _

_CLOCK = re.compile(r"^(\d{1,3})\s*[h:]\s*(\d{1,2})?\s*(?:m|min)?$")
_MINUTES = re.compile(r"^(\d{1,4})\s*(?:m|min|minutos)$")
_DECIMAL = re.compile(r"^(\d{1,3})(?:[.,](\d{1,2}))?\s*h?$")


def parse(text: str) -> int:
    """Minutes in ``text`` as typed: ``1h30``, ``1:30``, ``90m``, ``1,5``, ``2`` (hours). ValueError otherwise."""
    value = text.strip().lower()
    if match := _MINUTES.match(value):
        return int(match[1])
    if match := _CLOCK.match(value):
        minutes = int(match[2] or 0)
        if minutes > 59:
            raise ValueError(text)
        return int(match[1]) * 60 + minutes
    if match := _DECIMAL.match(value):
        hundredths = int((match[2] or "0").ljust(2, "0"))
        return int(match[1]) * 60 + round(hundredths * 60 / 100)
    raise ValueError(text)


def show(minutes: int) -> str:
    """``90`` as ``1h30``; negative values (adjustments) keep their sign."""
    sign = "-" if minutes < 0 else ""
    hours, rest = divmod(abs(minutes), 60)
    return f"{sign}{hours}h{rest:02d}"


class MinutesField(forms.Field):
    """A form field that takes a duration as people type it and gives whole minutes."""

    def to_python(self, value: str | None) -> int | None:
        if value in self.empty_values:
            return None
        try:
            return parse(str(value))
        except ValueError:
            raise forms.ValidationError(
                _("Não entendi “%(value)s”. Escreva a duração como 1h30, 1:30, 90m ou 1,5.") % {"value": value}
            ) from None

    def prepare_value(self, value: object) -> object:
        return show(value) if isinstance(value, int) else value

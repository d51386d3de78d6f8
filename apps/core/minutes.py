"""Durations are whole minutes everywhere; this module reads and writes them as people do."""

import re

from django import forms
from django.utils.translation import gettext as _

_CLOCK = re.compile(r"^(\d{1,3})\s*(?:h|hs|hora|horas|:)\s*(?:e\s*)?(?:(\d{1,2})\s*(?:m|min|minuto|minutos)?)?$")
_MINUTES = re.compile(r"^(\d{1,4})\s*(?:m|min|minuto|minutos)$")
_DECIMAL = re.compile(r"^(\d{1,3})[.,](\d{1,2})\s*(?:h|hora|horas)?$")
_NUMBER = re.compile(r"^\d{1,4}$")
_SURE = {"00", "25", "50", "75"}
"""Hundredths that people mean as a part of an hour; of any other two digits they may mean minutes."""


class Ambiguous(ValueError):
    """What was typed may mean either of two durations: ``readings``, in minutes."""

    def __init__(self, text: str, *readings: int) -> None:
        super().__init__(text)
        self.readings = readings


def parse(text: str) -> int:
    """Minutes in ``text`` as typed: ``1h30``, ``1:30``, ``90m``, ``1,5`` (hours), ``2`` (hours), ``90`` (minutes).

    A bare whole number is hours up to 8 and minutes from 25 on; in between, and in ``1,30``, it is ``Ambiguous``.
    Anything else is a ``ValueError``.
    """
    value = " ".join(text.lower().split())
    if match := _MINUTES.match(value):
        return int(match[1])
    if match := _CLOCK.match(value):
        minutes = int(match[2] or 0)
        if minutes > 59:
            raise ValueError(text)
        return int(match[1]) * 60 + minutes
    if match := _DECIMAL.match(value):
        hours, digits = int(match[1]), match[2]
        as_hours = hours * 60 + round(int(digits.ljust(2, "0")) * 60 / 100)
        if len(digits) == 2 and digits not in _SURE and int(digits) < 60:
            raise Ambiguous(text, hours * 60 + int(digits), as_hours)
        return as_hours
    if _NUMBER.match(value):
        number = int(value)
        if 8 < number < 25:
            raise Ambiguous(text, number * 60, number)
        return number * 60 if number <= 8 else number
    raise ValueError(text)


def show(minutes: int) -> str:
    """``90`` as ``1h30``; negative values (adjustments) keep their sign."""
    sign = "-" if minutes < 0 else ""
    hours, remainder = divmod(abs(minutes), 60)
    return f"{sign}{hours}h{remainder:02d}"


class MinutesField(forms.Field):
    """A form field that takes a duration as people type it and gives whole minutes."""

    def to_python(self, value: str | None) -> int | None:
        if value in self.empty_values:
            return None
        try:
            return parse(str(value))
        except Ambiguous as doubt:
            first, second = map(show, doubt.readings)
            raise forms.ValidationError(
                _("“%(value)s” pode ser %(first)s ou %(second)s. Escreva a duração com h ou min.")
                % {"value": value, "first": first, "second": second}
            ) from None
        except ValueError:
            raise forms.ValidationError(
                _("Não entendi “%(value)s”. Escreva a duração como 1h30, 1:30, 90m ou 1,5 (horas).") % {"value": value}
            ) from None

    def prepare_value(self, value: object) -> object:
        return show(value) if isinstance(value, int) else value

"""Durations are whole minutes everywhere; this module reads and writes them as people do."""

import re

from django import forms
from django.utils.translation import gettext as _

from apps.core.typed import plain

_HOURS = r"(?:h|hs|hr|hrs|hora|horas|hour|hours)"
_MINS = r"(?:m|min|mins|minuto|minutos|minute|minutes|')"
_NUMBERS = {
    "um": 1, "uma": 1, "one": 1, "an": 1, "a": 1, "dois": 2, "duas": 2, "two": 2, "três": 3, "tres": 3, "three": 3,
    "quatro": 4, "four": 4, "cinco": 5, "five": 5, "seis": 6, "six": 6, "sete": 7, "seven": 7, "oito": 8, "eight": 8,
}  # fmt: skip
_HALF = {"meia hora", "meia", "half an hour", "half hour"}
_WORDS = re.compile(rf"^({'|'.join(_NUMBERS)}) {_HOURS}\b")
_AND_A_HALF = re.compile(rf"^(?:(\d{{1,3}})\s?{_HOURS}|hora)\s?(?:e meia|and a half)$")
_CLOCK = re.compile(rf"^(\d{{1,3}})\s?(?:{_HOURS}|:)\s?(?:(?:e|and)\s)?(?:(\d{{1,2}})\s?{_MINS}?)?$")
_TWO_NUMBERS = re.compile(r"^(\d{1,2}) (\d{2})$")
_MINUTES = re.compile(rf"^(\d{{1,4}})\s?{_MINS}$")
_DECIMAL = re.compile(rf"^(\d{{1,3}})[.,](\d{{1,2}})\s?{_HOURS}?$")
_NUMBER = re.compile(r"^\d{1,4}$")
_TIME = r"(\d{1,2})(?::|h)(\d{2})?h?"
_SPAN = re.compile(rf"^(?:das |from )?{_TIME}\s?(?:-|a|as|às|até|to|until)\s?{_TIME}$")
_SURE = {"00"}
"""Hundredths of an hour that mean nothing else; of any other two digits below 60 they may mean minutes."""
_DAY = 24 * 60


class Ambiguous(ValueError):
    """What was typed may mean either of two durations: ``readings``, in minutes."""

    def __init__(self, text: str, *readings: int) -> None:
        super().__init__(text)
        self.readings = readings


def parse(text: str) -> int:
    """Minutes in ``text`` as typed; ``docs/typing.md`` has the table: ``1h30``, ``1:30``, ``90m``, ``1,5`` (hours), ``2``
    (hours), ``90`` (minutes), ``meia hora``, ``08:00-09:30`` (from and to, also past midnight).

    A bare whole number is hours up to 8 and minutes from 25 on; in between, and in ``1,30`` or ``1,50``, it is ``Ambiguous``.
    Anything else is a ``ValueError``.
    """
    value = plain(text)
    if value in _HALF:
        return 30
    value = _WORDS.sub(lambda words: f"{_NUMBERS[words[1]]}h", value).strip()
    if match := _SPAN.match(value):
        return _span(text, *(int(part or 0) for part in match.groups()))
    if match := _AND_A_HALF.match(value):
        return int(match[1] or 1) * 60 + 30
    if match := _MINUTES.match(value):
        return int(match[1])
    if match := _CLOCK.match(value) or _TWO_NUMBERS.match(value):
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


def parse_allowance(text: str) -> int:
    """The same of an allowance, which is as often given in hours beyond 24 as in minutes: a bare number beyond 8 is
    ``Ambiguous``."""
    value = plain(text)
    if _NUMBER.match(value) and int(value) > 8:
        raise Ambiguous(text, int(value) * 60, int(value))
    return parse(text)


def _span(text: str, from_hour: int, from_minute: int, to_hour: int, to_minute: int) -> int:
    """Minutes from one time of day to another, of the next day where it is earlier."""
    if from_hour > 23 or to_hour > 24 or from_minute > 59 or to_minute > 59:
        raise ValueError(text)
    minutes = (to_hour * 60 + to_minute - from_hour * 60 - from_minute) % _DAY
    if not minutes:
        raise ValueError(text)
    return minutes


def show(minutes: int) -> str:
    """``90`` as ``1h30``; negative values (adjustments) keep their sign."""
    sign = "-" if minutes < 0 else ""
    hours, remainder = divmod(abs(minutes), 60)
    return f"{sign}{hours}h{remainder:02d}"


class MinutesField(forms.Field):
    """A form field that takes a duration as people type it and gives whole minutes."""

    parse = staticmethod(parse)

    def to_python(self, value: str | None) -> int | None:
        if value in self.empty_values:
            return None
        try:
            return self.parse(str(value))
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


class AllowanceField(MinutesField):
    """The same for an allowance (``parse_allowance``)."""

    parse = staticmethod(parse_allowance)

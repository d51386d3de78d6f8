"""Telephones as people type them: one or several in a text, with extensions, of Brazil or of anywhere with a ``+``.

What is typed is kept; ``phonenumbers`` (Google's tables) says which number it is, as E.164.
"""

import re
from dataclasses import dataclass

import phonenumbers

REGION = "BR"
"""Where a number without a country code is of."""
LONGEST = 200
"""Characters of a text that is read; a form takes no longer one."""
_EXTENSION = re.compile(r"\s{0,3}[,;(-]?\s{0,3}\b(?:ramal|rml|ram|ext|r|x)\b[.: #]{0,4}(\d{1,8})\b\)?", re.IGNORECASE)
_SEPARATOR = re.compile(r"^(?:\s|[/;,|•·&]|\b(?:ou|or|e|and)\b)+|(?:\s|[/;,|•·&]|\b(?:ou|or|e|and)\b)+$", re.IGNORECASE)


@dataclass(frozen=True)
class Phone:
    """A telephone: ``text`` as typed, ``e164`` (``+5511999998888``) and ``extension`` (digits), empty where there is none."""

    text: str
    e164: str = ""
    extension: str = ""


def read(text: str) -> list[Phone]:
    """The telephones in ``text``, of which at most ``LONGEST`` characters are read. What stands between or behind them and
    is no number (“recado com Ana”) stays with the number before; a text without any number is one telephone as typed."""
    text = " ".join(text.split())[:LONGEST]
    matches = list(phonenumbers.PhoneNumberMatcher(text, REGION, leniency=phonenumbers.Leniency.POSSIBLE))
    if not matches:
        return [Phone(text)] if text else []
    phones = []
    starts = [0, *(match.start for match in matches[1:])]
    for match, start, end in zip(matches, starts, [*starts[1:], len(text)], strict=True):
        extension = match.number.extension or ""
        if not extension and (written := _EXTENSION.match(text, match.end)):
            extension = written.group(1)
        number = phonenumbers.PhoneNumber(country_code=match.number.country_code)
        number.merge_from(match.number)
        number.extension = None
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        is_number = phonenumbers.is_valid_number(number)
        phones.append(Phone(_SEPARATOR.sub("", text[start:end]), e164 if is_number else "", extension))
    return phones


def digits(text: str) -> str:
    """The digits of what somebody looks for, to be found within an E.164 number."""
    return "".join(char for char in text if char in "0123456789")

"""Names of people, companies and positions, as far as they stand in mail that we send.

Mail programs turn whatever looks like an address into a link. A name is no place for one: with it, whoever may invite could
have us send an advertisement or a trap to anybody, under our own address.
"""

import re
import unicodedata

from django.utils.translation import gettext as _

from apps.core.refusals import Invalid

_LINKED = re.compile(
    r"""
    @ | // | https? | hxxp | www[.\s] | mailto |  # what begins an address, or stands in one
    [^\W_]\.[^\W\d_]{2,} |  # loja.com: a dot with letters right behind it
    \d\.\d{1,3}\.\d{1,3}\.\d  # 203.0.113.7: what stands before and behind it matters not
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DOTS = re.compile("[\u3002\uff61\u2024\ufe52]")
_JOINERS = "\u200c\u200d"
"""Invisible, but part of how some scripts and pictures are written."""


def refuse_addresses(**typed: str) -> None:
    """Raise ``Invalid`` (422), on the field, when one of ``typed`` (name by field) carries an address or a character that
    cannot be seen."""
    for field, name in typed.items():
        if has_invisible(name):
            raise Invalid(
                _("Há caracteres invisíveis ou quebras de linha aqui. Digite de novo, sem colar."), field=field
            )
        if has_address(name):
            raise Invalid(
                _(
                    "Escreva só o nome, sem e-mail nem endereço de site. Depois de um ponto, deixe um espaço: “J. Silva”."
                ),
                field=field,
            )


def has_address(name: str) -> bool:
    """``name`` holds something that a mail program might turn into a link."""
    plain = "".join(char for char in name if unicodedata.category(char) != "Cf")
    return bool(_LINKED.search(_DOTS.sub(".", unicodedata.normalize("NFKC", plain))))


def has_invisible(name: str) -> bool:
    """``name`` holds control characters, line breaks, or what changes the direction of writing."""
    return any(
        unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn") and char not in _JOINERS
        for char in name
    )

"""Texts without accents and capitals, so that “jose” finds “José”: in Python and, the same, in PostgreSQL."""

import unicodedata
from typing import Any

from django.db.models import CharField, Func

_MARKS = ("\u0300", "\u036f")
"""The combining marks that a decomposed letter carries."""


def unaccented(text: str) -> str:
    """``text`` in small letters, decomposed (NFKD), without combining marks."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in decomposed if not _MARKS[0] <= char <= _MARKS[1])


def are_alike(name: str, other: str) -> bool:
    """Whether two names of people can be of one: they are the same, or have a word of three letters or more in common."""
    if unaccented(name).split() == unaccented(other).split():
        return True
    words, other_words = (
        {word for word in unaccented(text).replace(".", " ").split() if len(word) > 2} for text in (name, other)
    )
    return bool(words & other_words)


class Unaccented(Func):
    """``unaccented`` of an expression, as PostgreSQL works it out."""

    template = f"regexp_replace(normalize(lower(%(expressions)s), NFKD), '[{_MARKS[0]}-{_MARKS[1]}]', '', 'g')"
    arity = 1

    def __init__(self, expression: Any) -> None:
        super().__init__(expression, output_field=CharField())

"""Texts without accents and capitals, so that “agua” finds “Água & Cia” and “Água” stands before “VTEX”: in Python and, the
same, in PostgreSQL, whose plain collations know no Portuguese.

Whoever orders by names says ``by_name``, in Python ``name_key``; whoever looks for some says ``narrowed``.
"""

import unicodedata
from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db.models import CharField, F, Q, QuerySet, TextField, Transform
from django.db.models.expressions import OrderBy
from django.db.models.functions import Collate

Rows = TypeVar("Rows", bound="QuerySet[Any]")
_MARKS = ("\u0300", "\u036f")
"""The combining marks that a decomposed letter carries."""


MOST_WORDS = 8
"""So many words of what somebody looks for count."""


def unaccented(text: str) -> str:
    """``text`` decomposed (NFKD), without combining marks, in small letters."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not _MARKS[0] <= char <= _MARKS[1]).lower()


def name_key(named: object) -> str:
    """By which people, companies and the like are sorted: their name, as a Brazilian looks it up."""
    return unaccented(str(named))


def are_alike(name: str, other: str) -> bool:
    """Whether two names of people can be of one: they are the same, or have a word of three letters or more in common."""
    if unaccented(name).split() == unaccented(other).split():
        return True
    words, other_words = (
        {word for word in unaccented(text).replace(".", " ").split() if len(word) > 2} for text in (name, other)
    )
    return bool(words & other_words)


@CharField.register_lookup
@TextField.register_lookup
class Unaccented(Transform):
    """``unaccented`` of an expression, as PostgreSQL works it out; as a lookup ``name__unaccented__contains``."""

    lookup_name = "unaccented"
    template = f"lower(regexp_replace(normalize(%(expressions)s, NFKD), '[{_MARKS[0]}-{_MARKS[1]}]', '', 'g'))"
    output_field = CharField()


def by_name(*fields: str) -> list[OrderBy]:
    """For ``order_by`` and ``Meta.ordering``: by these names, “Água” before “VTEX” whatever the database's collation."""
    return [Collate(Unaccented(F(field)), "C").asc() for field in fields]


def holds(text: str, *fields: str) -> Q:
    """That ``text`` stands in one of ``fields``, with whatever accents, capitals and blanks."""
    words = " ".join(unaccented(text).split())
    return reduce(or_, (Q(**{f"{field}__unaccented__contains": words}) for field in fields))


def narrowed(rows: Rows, text: str, condition: Callable[[str], Q]) -> Rows:
    """Those of ``rows`` that meet ``condition`` (such as ``holds``) with ``text`` as it is written; where none does, those
    that meet it with each of its words: “agua cia” finds “Água & Cia” too."""
    text = text.replace("\0", "")  # No text of the database holds it.
    with_text = rows.filter(condition(text))
    words = text.split()[:MOST_WORDS]
    if len(words) < 2 or with_text.exists():
        return with_text
    for word in words:
        rows = rows.filter(condition(word))
    return rows

"""What the search over everything looks through: each app declares its share (``Plugin.searches``), and one query asks all.

A share says which rows a person may see, what of them is a name (found by any part of it, and when it is mistyped) and what
is a text (found by the stems of its words in Portuguese). Accents and capitals matter in neither.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.lookups import TrigramWordSimilar
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorExact
from django.db import connection, models
from django.db.models import Expression, F, OrderBy, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Collate, Concat, NullIf
from django.db.models.indexes import IndexExpression
from django.utils.translation import get_language

from apps.core.database.unaccented import MOST_WORDS, Unaccented, unaccented
from apps.core.localized import LANGUAGES

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What django.contrib.postgres does as an app, without its questions about types at each connection.
IndexExpression.register_wrappers(OrderBy, OpClass, Collate)
_PLURALS = "[ao]es"


class SearchWords(Unaccented):
    """A text as its words are compared: without accents, and with the plurals of "ão" in the singular, which the stemmer
    tells by the accent alone ("integrações" and "integracao" are one word)."""

    lookup_name = "search_words"
    template = rf"regexp_replace({Unaccented.template}, '{_PLURALS}\M', 'ao', 'g')"


def search_words(text: str) -> str:
    """The same in Python."""
    return re.sub(rf"{_PLURALS}\b", "ao", unaccented(text))


models.CharField.register_lookup(TrigramWordSimilar)
models.TextField.register_lookup(TrigramWordSimilar)

CONFIGURATION = "portuguese"
"""PostgreSQL's configuration of full text search: its stems, and the words that mean nothing."""
HITS_OF_A_SOURCE = 6
WORD = re.compile(r"\w+")
NOTHING = Q(pk__in=())
COLUMNS = ("hit_source", "hit_key", "hit_rollout", "hit_title", "hit_detail")


@dataclass(frozen=True)
class Hit:
    """A row that was found: its key as a text, the key of its rollout if it has one, what it is called in the reader's
    language, and ``detail``, which its source knows how to read."""

    source: str
    key: str
    rollout_key: int | None
    title: str
    detail: str


@dataclass(frozen=True)
class SearchSource:
    """One kind of rows that are looked through.

    ``rows`` takes the person and gives those that they may see. ``names`` are paths of fields that are names; or ``document``
    is what is searched as a text, or ``narrow`` an own way to find rows, and ``narrow_mistyped`` the same for what
    is spelt wrongly. ``bounded`` takes the rows and the person, and leaves those that are looked through where no rollout is
    named, if all would be too many. ``title`` and ``detail`` are made for each query, in the reader's language. ``rollout``
    is the path of the rollout's key. ``order`` puts first what is shown first.
    """

    key: str
    label: "StrOrPromise"
    icon: str
    rows: Callable[[Any], "QuerySet[Any]"]
    title: Callable[[], Expression | F]
    url: Callable[[Hit], str]
    names: Sequence[str] = ()
    document: SearchVector | None = None
    narrow: "Callable[[Any, str], QuerySet[Any]] | None" = None
    narrow_mistyped: "Callable[[Any, str], QuerySet[Any]] | None" = None
    bounded: "Callable[[Any, Any], QuerySet[Any]] | None" = None
    rollout: str = ""
    detail: Callable[[], Expression | F] = field(default=lambda: Value(""))
    order: str = "-pk"

    def rows_with(self, user: Any, text: str, rollout_key: int | None) -> "QuerySet[Any] | None":
        """The rows in which ``text`` stands, in one rollout where it is given; None where this source has no answer."""
        rows = self._rows(user, rollout_key)
        if rows is None or not text:
            return None
        return self.narrow(rows, text) if self.narrow else rows.filter(self._condition(text))

    def rows_like(self, user: Any, text: str, rollout_key: int | None) -> "QuerySet[Any] | None":
        """The rows of which a name is like ``text``; None where this source has no names."""
        if not (self.names or self.narrow_mistyped) or (rows := self._rows(user, rollout_key)) is None:
            return None
        return self.narrow_mistyped(rows, text) if self.narrow_mistyped else rows.filter(is_like(text, *self.names))

    def hits(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """The first of ``rows`` as the columns of a ``Hit``."""
        # Not by the column itself: to walk along its index and try each row would seem cheap, for so few rows are wanted.
        newest = Coalesce(F(self.order.removeprefix("-")), F(self.order.removeprefix("-"))).desc()
        rollout_key = Cast(F(self.rollout), models.BigIntegerField()) if self.rollout else Value(None)
        return (
            rows.annotate(
                hit_source=Value(self.key, output_field=models.TextField()),
                hit_key=Cast(F("pk"), models.TextField()),
                hit_rollout=Cast(rollout_key, models.BigIntegerField()),
                hit_title=Cast(self.title(), models.TextField()),
                hit_detail=Cast(self.detail(), models.TextField()),
            )
            .order_by(newest)
            .values_list(*COLUMNS)[:HITS_OF_A_SOURCE]
        )

    def _rows(self, user: Any, rollout_key: int | None) -> "QuerySet[Any] | None":
        rows = self.rows(user)
        if rollout_key is None:
            return self.bounded(rows, user) if self.bounded else rows
        return rows.filter(**{self.rollout: rollout_key}) if self.rollout else None

    def _condition(self, text: str) -> Q:
        if self.document is None:
            return stands_in(text, *self.names)
        query = query_of(text)
        return Q(SearchVectorExact(self.document, query)) if query else NOTHING


def stands_in(text: str, *names: str) -> Q:
    """That each word of ``text`` is part of one of ``names``, paths of fields."""
    condition = Q()
    for word in unaccented(text).split()[:MOST_WORDS]:
        in_one_of_them = Q()
        for name in names:
            in_one_of_them |= Q(**{f"{name}__unaccented__contains": word})
        condition &= in_one_of_them
    return condition


def words_stand_in(rows: "QuerySet[Any]", text: str, *expressions: Expression | F) -> "QuerySet[Any]":
    """Those of ``rows`` in which each word of ``text`` is part of one of ``expressions``. No index helps: for few rows."""
    together = Concat(
        *(part for expression in expressions for part in (expression, Value(" "))), output_field=models.TextField()
    )
    rows = rows.annotate(searched_words=Unaccented(together))
    for word in unaccented(text).split()[:MOST_WORDS]:
        rows = rows.filter(searched_words__contains=word)
    return rows


def is_like(text: str, *names: str) -> Q:
    """That a part of one of ``names`` is spelt much as ``text`` is, as ``allow_mistakes`` has it."""
    condition = Q()
    for name in names:
        condition |= Q(**{f"{name}__unaccented__trigram_word_similar": unaccented(text)})
    return condition


def allow_mistakes() -> None:
    """Until the transaction ends, names that share less than half of their trigrams with a text are like it, too: “Aurra” is
    “Aurora”."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', '0.42', true)")


def query_of(text: str) -> SearchQuery | None:
    """What a text must hold in order to be found: every word of ``text``, the last of which may not be typed to its end; None
    where there is no word."""
    words = WORD.findall(search_words(text))[:MOST_WORDS]
    if not words:
        return None
    return SearchQuery(" & ".join([*words[:-1], f"{words[-1]}:*"]), search_type="raw", config=CONFIGURATION)


def document(*fields: str) -> SearchVector:
    """The words of ``fields``, of which an index is kept (``words_index``)."""
    return SearchVector(*(SearchWords(F(name)) for name in fields), config=CONFIGURATION)


def localized_document(*fields: str) -> SearchVector:
    """The words of ``fields``, each a ``Localized``, in both languages."""
    texts = (SearchWords(KeyTextTransform(language, name)) for name in fields for language in LANGUAGES)
    return SearchVector(*texts, config=CONFIGURATION)


def in_the_readers_language(name: str) -> Expression:
    """The text of the field ``name``, a ``Localized``."""
    language = (get_language() or "pt")[:2]
    return Coalesce(NullIf(KeyTextTransform(language, name), Value("")), KeyTextTransform("pt", name))


def words_index(words: SearchVector, name: str) -> GinIndex:
    """The index by which the rows are found whose ``words`` hold those of a query."""
    return GinIndex(words, name=name)


def names_index(field: str, name: str) -> GinIndex:
    """The index by which the rows are found in whose ``field`` a word stands, or something like it."""
    return GinIndex(OpClass(Unaccented(F(field)), name="gin_trgm_ops"), name=name)

"""The name of a person who is erased, where others wrote it: found only where it is surely theirs, and shown before."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext

from apps.accounts.models import User
from apps.accounts.personal_data import erased_name
from apps.core.personal_data import Mention

Row = TypeVar("Row", bound=Model)
SHORTEST = 7
"""Characters of a name that is looked for. A shorter one, or one of a single word, is too often an ordinary word."""
AROUND = 60
"""Characters shown on each side of a name."""
_BEFORE = r"(?<![\w\u0300-\u036f])(?<!\w['’\-])"
_AFTER = r"(?![\w\u0300-\u036f]|['’\-]\w)"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class NameInTexts:
    """How the name of one person is looked for. ``pattern`` is None where no place could be surely theirs; ``longer_names``
    are those of other people that hold it (“Ana Lima” in “Ana Lima Prado”), which stay."""

    pattern: re.Pattern[str] | None
    replacement: str
    first_word: str = ""

    def places(self, text: str) -> Iterator[re.Match[str]]:
        """Each place of ``text`` where the name stands as whole words and is not part of another person's."""
        if self.pattern is not None:
            yield from (place for place in self.pattern.finditer(text) if place.group("name"))

    def without(self, text: str) -> str:
        """``text`` with the replacement in each such place; every other character as it was."""
        if self.pattern is None:
            return text
        return self.pattern.sub(lambda place: self.replacement if place.group("name") else place.group(), text)

    def rows(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """Those of ``rows`` in whose ``text`` the name may stand; none where it is not looked for."""
        return rows.filter(text__icontains=self.first_word) if self.pattern else rows.none()

    def erase_from(self, rows: QuerySet[Any]) -> None:
        """Put the replacement into the ``text`` of ``rows``."""
        for row in self.rows(rows):
            if (text := self.without(row.text)) != row.text:
                row.text = text
                row.save(update_fields=["text"])

    def mentions(self, texts: Iterable[tuple[str, str, bool]]) -> Iterator[Mention]:
        """The places in ``texts``, which are ``(where, text, is_readable)``, with what stands around each where the person
        may read it."""
        for where, text, is_readable in texts:
            for place in self.places(text):
                if not is_readable:
                    yield Mention(
                        where=gettext("Uma conversa que você não vê"), before="…", name=place.group(), after="…"
                    )
                    continue
                start, end = place.span()
                yield Mention(
                    where=where,
                    before=("…" if start > AROUND else "") + text[max(0, start - AROUND) : start],
                    name=place.group(),
                    after=text[end : end + AROUND] + ("…" if len(text) > end + AROUND else ""),
                )


def of(user: User) -> NameInTexts:
    """How the name of ``user`` is looked for: only a name of two words or more, of ``SHORTEST`` characters or more, that no
    other account has. “o” or “Rosa” would be found in texts that mean something else."""
    name = " ".join(user.name.split())
    if len(name) < SHORTEST or len(_WORD.findall(name)) < 2 or user.erased_at:
        return NameInTexts(None, "")
    others = User.objects.filter(name__icontains=name, erased_at=None).exclude(pk=user.pk)
    names = {" ".join(other.split()) for other in others.values_list("name", flat=True)}
    if any(other.casefold() == name.casefold() for other in names):
        return NameInTexts(None, "")
    return NameInTexts(pattern_of(name, names), erased_name(user), name.split()[0])


def pattern_of(name: str, longer_names: Iterable[str] = ()) -> re.Pattern[str]:
    """Finds ``name``, as the group of that name, and ``longer_names`` outside of it, so that they are passed over."""
    longer = [_words(other) for other in sorted(longer_names, key=len, reverse=True)]
    choices = "|".join([*longer, f"(?P<name>{_words(name)})"])
    return re.compile(f"{_BEFORE}(?:{choices}){_AFTER}", re.IGNORECASE)


def _words(name: str) -> str:
    """A pattern of the words of ``name`` with any blanks between them."""
    return r"\s{1,3}".join(re.escape(word) for word in name.split())

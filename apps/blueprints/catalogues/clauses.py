"""What a clause of the acceptance term may say: who it may name in braces, how long it is, what it must not lack."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.blueprints.catalogues.script import LANGUAGES, lacking_words
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal

CITY = "presence_city"
PARTIES = (
    *(role.value for role in (PartyRole.CLIENT, PartyRole.PRESENCE, PartyRole.PLATFORM, PartyRole.INTEGRATOR)),
    CITY,
)
"""``{client}`` and so on stand for the names of the project's companies and of its platform; ``{presence_city}`` for the city
where Presence has its seat."""
WRITTEN = tuple(f"{{{name}}}" for name in PARTIES)
MOST_CLAUSES = 40
LONGEST_TITLE, LONGEST_TEXT = 120, 4000
"""In characters."""

_PARTY = re.compile("{(" + "|".join(PARTIES) + r")}(\.?)")
_BRACES = re.compile(r"{[^{}]*}|[{}]")


def filled(text: str, names: Mapping[str, str]) -> str:
    """``text`` with the names of the parties, each put in once.

    Everything else stays as it is written: no attribute is looked up, no lone brace is an error, and braces in a name
    stay a name. A name that ends with a full stop (``S.A.``) takes in the one that follows it. ``names`` has all of
    ``PARTIES``.
    """
    return _PARTY.sub(lambda match: names[match[1]].removesuffix(match[2]) + match[2], text)


def city_in(text: str, template: str, names: Mapping[str, str]) -> str:
    """The city that ``text`` names, which is ``template`` filled with ``names`` and some city; empty where it is not."""
    mark = "\0"
    pieces = filled(template, {**names, CITY: mark}).split(mark)
    if len(pieces) == 1:
        return ""
    length = max(len(text) - sum(map(len, pieces)), 0) // (len(pieces) - 1)
    city = text[len(pieces[0]) :][:length]
    return city if filled(template, {**names, CITY: city}) == text else ""


def unknown_braces(text: str) -> list[str]:
    """What stands in braces in ``text`` and is none of ``PARTIES``, or a brace alone, in the order of the text."""
    return _BRACES.findall(_PARTY.sub("", text))


def faults(title: str, text: str) -> Iterator[tuple[str, str]]:
    """What no clause may say, in any language: the field ("title", "text") and a sentence."""
    for name, words, longest in (("title", title, LONGEST_TITLE), ("text", text, LONGEST_TEXT)):
        if len(words) > longest:
            yield name, _("São no máximo %(n)d caracteres.") % {"n": longest}
    if braces := re.findall("[{}]", title):
        yield "title", _("O título não leva chaves. Tire %(found)s.") % {"found": (unknown_braces(title) or braces)[0]}
    if braces := unknown_braces(text):
        yield "text", _unknown(braces[0])


def check(title: str, text: str, suffix: str = "", *, needed: bool = True) -> None:
    """Raise ``Invalid`` (422) for the first of ``faults``, and for what is empty where it is ``needed``; ``suffix`` follows
    the field's name."""
    for name, words in (("title", title), ("text", text)):
        if needed and not words:
            raise Invalid(_("Este campo é obrigatório."), field=name + suffix)
    for name, sentence in faults(title, text):
        raise Invalid(sentence, field=name + suffix)


def refuse_more_than(number: int) -> None:
    """Raise ``Refusal`` (409) where a term of ``number`` clauses takes no other."""
    if number >= MOST_CLAUSES:
        raise Refusal(_("São no máximo %(n)d cláusulas. Retire uma antes de incluir outra.") % {"n": MOST_CLAUSES})


def problems(content: Mapping[str, Any]) -> list[str]:
    """What keeps the clauses of a term from being published or loaded, a sentence each."""
    rows = content["clauses"]
    sentences = [] if rows else [_("O termo precisa de ao menos uma cláusula.")]
    for row in rows:
        where = row["title"].get("pt") or row["key"]
        for name, label in labels().items():
            sentences += lacking_words(where, label, row[name])
        for language in LANGUAGES:
            clause_faults = faults(row["title"].get(language, ""), row["text"].get(language, ""))
            sentences += [f"{where}: {sentence}" for _name, sentence in clause_faults]
    return sentences


def labels() -> dict[str, str]:
    """The fields of a clause."""
    return {"title": _("título"), "text": _("texto")}


def _unknown(written: str) -> str:
    sentence = _("%(found)s não é o nome de ninguém. Entre chaves só podem estar: %(names)s.")
    return sentence % {"found": written, "names": ", ".join(WRITTEN)}

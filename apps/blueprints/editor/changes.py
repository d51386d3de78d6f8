"""What differs between two contents of a script or of the term: row by row, field by field, word by word."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from apps.blueprints.catalogues import clauses
from apps.blueprints.catalogues.script import (
    LANGUAGES,
    When,
    field_labels,
    obligation_labels,
    owner_labels,
    with_conditions_apart,
)
from apps.core.localized import Localized

ADDED, RETIRED, CHANGED, MOVED = "added", "retired", "changed", "moved"


@dataclass(frozen=True)
class Piece:
    """A run of words; ``kind`` is "same", "inserted" or "deleted"."""

    kind: str
    text: str


@dataclass(frozen=True)
class FieldChange:
    """``language`` is empty for what has none."""

    label: str
    language: str
    pieces: list[Piece]


@dataclass(frozen=True)
class Change:
    """``what`` is "case", "process", "condition" or "clause"; ``kind`` added, retired, changed or moved."""

    what: str
    key: str
    kind: str
    title: Localized
    fields: list[FieldChange] = field(default_factory=list)


def between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """From ``old`` to ``new``, in the order of ``new``, what is gone last."""
    old, new = with_conditions_apart(old), with_conditions_apart(new)
    return [
        *_rows("process", old["processes"], new["processes"], "key", _texts_of_named),
        *_rows("condition", old.get("conditions", []), new.get("conditions", []), "key", _texts_of_named),
        *_rows("case", old["cases"], new["cases"], "code", _texts_of_case),
    ]


def between_clauses(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """The same of two contents of the acceptance term."""
    return _rows("clause", old["clauses"], new["clauses"], "key", _texts_of_clause)


def _rows(what: str, old: list[dict], new: list[dict], key: str, texts) -> list[Change]:
    before, after = ({row[key]: row for row in rows} for rows in (old, new))
    moved = _moved([name for name in before if name in after], [name for name in after if name in before])
    changes = []
    for name, row in after.items():
        fields = field_changes(texts(before[name]) if name in before else {}, texts(row))
        if name not in before:
            kind = ADDED
        elif fields:
            kind = CHANGED
        elif name in moved:
            kind = MOVED
        else:
            continue
        changes.append(Change(what, name, kind, Localized.of(row["title"]), fields))
    retired = [row for name, row in before.items() if name not in after]
    return changes + [Change(what, row[key], RETIRED, Localized.of(row["title"])) for row in retired]


def _moved(old: list[str], new: list[str]) -> set[str]:
    """The names that had to move to get from the one order to the other."""
    stay = {
        name
        for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
        for name in old[block.a : block.a + block.size]
    }
    return set(old) - stay


def field_changes(old: Mapping[tuple[str, str], str], new: Mapping[tuple[str, str], str]) -> list[FieldChange]:
    """``old`` and ``new`` give the text of each ``(label, language)``."""
    return [
        FieldChange(name[0], name[1], words(old.get(name, ""), new.get(name, "")))
        for name in dict.fromkeys([*new, *old])
        if old.get(name, "") != new.get(name, "")
    ]


# Below this likeness two texts are another's, and words marked one by one would only confuse.
ALIKE = 0.5


def words(old: str, new: str) -> list[Piece]:
    """The two texts as one, what is only in one of them marked: line by line, then word by word."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    pieces: list[Piece] = []
    for tag, old_start, old_end, new_start, new_end in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if tag == "replace" and old_end - old_start == new_end - new_start:
            for old_line, new_line in zip(before[old_start:old_end], after[new_start:new_end], strict=True):
                pieces += _words_of_line(old_line, new_line)
        else:
            pieces += _marked(tag == "equal", "".join(before[old_start:old_end]), "".join(after[new_start:new_end]))
    return pieces


def _words_of_line(old: str, new: str) -> list[Piece]:
    before, after = (re.findall(r"\s+|\w+|[^\s\w]", text) for text in (old, new))
    if SequenceMatcher(None, _only_words(before), _only_words(after)).ratio() < ALIKE:
        return _marked(False, old, new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    pieces: list[Piece] = []
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        pieces += _marked(tag == "equal", "".join(before[old_start:old_end]), "".join(after[new_start:new_end]))
    return pieces


def _only_words(tokens: list[str]) -> list[str]:
    return [token for token in tokens if token.strip()]


def _marked(same: bool, old: str, new: str) -> list[Piece]:
    if same:
        return [Piece("same", old)] if old else []
    return [Piece(kind, text) for kind, text in (("deleted", old), ("inserted", new)) if text]


def _texts_of_case(case: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Every field of a case as text."""
    owners = owner_labels()
    texts: dict[tuple[str, str], str] = {}
    for name, label in field_labels().items():
        value = case.get(name, "")
        if name == "steps":
            for language in LANGUAGES:
                texts[label, language] = "".join(f"{step.get(language, '')}\n" for step in value)
        elif name == "actors":
            texts[label, ""] = ", ".join(owners.get(role, role) for role in value)
        elif name == "obligation":
            texts[label, ""] = obligation_labels().get(value, value)
        elif isinstance(value, Mapping):
            texts |= {(label, language): value.get(language, "") for language in LANGUAGES}
        else:
            texts[label, ""] = ", ".join(value) if isinstance(value, list) else value
    return texts


def _texts_of_named(row: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    texts = {(_("título"), language): row["title"].get(language, "") for language in LANGUAGES}
    when = row.get("when") or {}
    for name, label in when_labels().items():
        texts[label, ""] = ", ".join(when.get(name, []))
    return texts


def _texts_of_clause(clause: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (label, language): clause[name].get(language, "")
        for name, label in clauses.labels().items()
        for language in LANGUAGES
    }


def when_labels() -> dict[str, str]:
    """The kinds of rule that switch a condition on."""
    labels = {
        "platform_kind": _("tipo de plataforma"),
        "integration_model": _("modelo de integração"),
        "capability": _("a plataforma"),
    }
    return {name: labels[name] for name in When.__dataclass_fields__}

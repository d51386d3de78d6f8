"""What two deliveries of one prerequisite side by side are made of: their parts, cut where they differ. Which parts there
are, each kind says (``kinds``)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import PurePath

from django.utils.translation import gettext as _

from apps.core.untrusted import texts
from apps.files.models import StoredFile

TEXT_BYTES = 200_000
TEXT_LINES = 4_000
LONG = 300 * 300
TEXT_SUFFIXES = {".txt", ".md", ".csv", ".json", ".yaml", ".yml", ".xml"}


@dataclass(frozen=True)
class Piece:
    """A run of text; ``changed`` when the other delivery does not have it."""

    text: str
    changed: bool


@dataclass(frozen=True)
class Row:
    """One part of both deliveries. ``says`` is said of both at once ("igual", "trocado")."""

    label: str
    before: list[Piece]
    after: list[Piece]
    same: bool
    says: str
    lines: bool = False
    notes: list[str] = field(default_factory=list)


def text_row(label: str, before: str, after: str, *, lines: bool = False) -> Row:
    """Two texts, cut where they differ."""
    old, new = pieces(before, after, lines=lines)
    return Row(label, old, new, before == after, verdict(before == after, bool(before), bool(after)), lines=lines)


def verdict(same: bool, in_before: bool = True, in_after: bool = True) -> str:
    """What became of a part that stands ``in_before``, ``in_after`` or in both, in a word."""
    if same:
        return _("igual")
    return _("trocado") if in_before and in_after else _("incluído") if in_after else _("retirado")


def pieces(before: str, after: str, *, lines: bool = False) -> tuple[list[Piece], list[Piece]]:
    """Both texts cut where they differ: at words, or at whole lines."""
    old_tokens, new_tokens = (text.splitlines(keepends=True) if lines else _words(text) for text in (before, after))
    old_pieces: list[Piece] = []
    new_pieces: list[Piece] = []
    # In long texts what is everywhere (blank lines) leads to no match by itself: each of it with each would take minutes.
    is_long = len(old_tokens) * len(new_tokens) > LONG
    for tag, i, j, k, m in SequenceMatcher(None, old_tokens, new_tokens, autojunk=is_long).get_opcodes():
        if i < j:
            old_pieces.append(Piece("".join(old_tokens[i:j]), tag != "equal"))
        if k < m:
            new_pieces.append(Piece("".join(new_tokens[k:m]), tag != "equal"))
    return old_pieces, new_pieces


def _words(text: str) -> list[str]:
    """At most so many, so that two very long texts are compared by lines instead."""
    words = [piece for word in text.split(" ") for piece in (word, " ")][:-1]
    return words if len(words) <= TEXT_LINES else text.splitlines(keepends=True)


def file_rows(before: list[StoredFile], after: list[StoredFile]) -> Iterator[Row]:
    """Matched by name, then one by one; a single file on either side is the same file in two versions."""
    unmatched = list(before)
    for new in after:
        old = next(
            (candidate for candidate in unmatched if candidate.sha256 == new.sha256 or candidate.name == new.name), None
        )
        if old is None and len(before) == len(after) == 1:
            old = unmatched[0]
        if old:
            unmatched.remove(old)
        yield _file(old, new)
    for old in unmatched:
        yield _file(old, None)


def _file(old: StoredFile | None, new: StoredFile | None) -> Row:
    same = bool(old and new and old.sha256 == new.sha256)
    if old and new and not same and (texts := (_read(old), _read(new))) and None not in texts:
        old_pieces, new_pieces = pieces(texts[0] or "", texts[1] or "", lines=True)
        return Row(
            _("Arquivo"),
            old_pieces,
            new_pieces,
            False,
            _("trocado"),
            lines=True,
            notes=[_description(old), _description(new)],
        )
    both_sides = [[Piece(_description(stored), not same)] if stored else [] for stored in (old, new)]
    return Row(_("Arquivo"), both_sides[0], both_sides[1], same, verdict(same, bool(old), bool(new)))


def _description(stored: StoredFile) -> str:
    return f"{stored.name} · {stored.size} bytes · SHA-256 {stored.sha256[:12]}…"


def _read(stored: StoredFile) -> str | None:
    """The text of a small text file out of quarantine."""
    if PurePath(stored.name).suffix.lower() not in TEXT_SUFFIXES:
        return None
    if not stored.can_be_read or stored.size > TEXT_BYTES:
        return None
    with stored.content.open("rb") as content:
        text = texts.text_of(content.read())
    return text if text.count("\n") <= TEXT_LINES else None

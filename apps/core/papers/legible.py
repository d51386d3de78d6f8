"""Text as it is set on paper: what cannot be seen, turns the direction of writing or leaves its line is taken out of it."""

import re
import unicodedata
from collections.abc import Callable
from itertools import groupby

_CITATION = re.compile(r"(\barts?\.|§§?|\bn[º°]) (?=\d)|(?<=\d,) (?=§)")
_WRITING = frozenset("\n\t\u200c\u200d")
"""Breaks of lines, and the joiners that some scripts are written with."""
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_MOST_MARKS = 2
"""So many marks stand on one letter in any language that is written here; more of them run over the lines beside it."""


def legible(text: str) -> str:
    """``text`` without marks of direction (U+202E and its like), characters of no width, control characters, selectors of a
    picture's variant, and accents piled up on a letter; composed (NFC). Legible text stays as it is."""
    visible = "".join(char for char in unicodedata.normalize("NFC", text) if _is_visible(char))
    return "".join(_letters(visible))


def tied(text: str) -> str:
    """``text`` in which no line ends within the citation of a law: ``art. 10, § 2º`` stays together."""
    return _CITATION.sub(lambda match: f"{match[1] or ''}\u00a0", text)


def with_glyphs(text: str, has_glyph: Callable[[str], bool]) -> str:
    """``text`` with ``[U+1F6D2]`` in the place of a character that ``has_glyph`` knows no picture of: what somebody typed
    can be told from the paper, and never is an empty box."""
    drawn: dict[str, str | int | None] = {char: char for char in set(text)}
    drawn |= {
        char: "" if _is_mark(char) or char in _WRITING else f"[U+{ord(char):04X}]"
        for char in drawn
        if not char.isspace() and not has_glyph(char)
    }
    return text.translate(str.maketrans(drawn))


def _letters(text: str):
    for is_mark, characters in groupby(text, _is_mark):
        yield "".join(characters)[: _MOST_MARKS if is_mark else None]


def _is_visible(char: str) -> bool:
    if char in _WRITING:
        return True
    return unicodedata.category(char) not in _INVISIBLE and not "\ufe00" <= char <= "\ufe0f"


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me")

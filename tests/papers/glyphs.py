"""Where each glyph of a PDF lies, and which of them lie where none may."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import pypdfium2
import pypdfium2.raw as pdfium

MILLIMETRE = 72 / 25.4
LIGATURES = set("filst")
BUCKET = 30
"""Points: glyphs are compared with those of the same piece of the page."""


@dataclass(frozen=True)
class Glyph:
    """A character of a page and the box of its ink, in points from the lower left corner. ``size`` is that of the type."""

    char: str
    left: float
    bottom: float
    right: float
    top: float
    size: float

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.top - self.bottom)


@dataclass(frozen=True)
class Margins:
    """The blank edges of a page in millimetres; ``foot`` is where the line at its foot may stand."""

    left: float = 16
    right: float = 16
    top: float = 18
    bottom: float = 22


def pages_of(content: bytes) -> Iterator[tuple[float, float, list[Glyph]]]:
    """Width, height and glyphs of each page."""
    document = pypdfium2.PdfDocument(content)
    for page in document:
        width, height = page.get_size()
        text = page.get_textpage()
        glyphs = []
        for index in range(text.count_chars()):
            char = chr(pdfium.FPDFText_GetUnicode(text, index))
            if char.isspace() or not char.isprintable() or pdfium.FPDFText_IsGenerated(text, index) == 1:
                continue
            glyph = Glyph(char, *text.get_charbox(index), pdfium.FPDFText_GetFontSize(text, index))
            if glyphs and glyph == replace(glyphs[-1], char=char) and {char, glyphs[-1].char} <= LIGATURES:
                continue  # One glyph is read as its letters.
            glyphs.append(glyph)
        yield width, height, glyphs


def text_of(content: bytes) -> list[str]:
    """The text of each page."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]


def misplaced(content: bytes, margins: Margins = Margins()) -> list[str]:
    """What is wrong with the places of the glyphs of ``content``, in words; nothing where all is well."""
    problems = []
    for number, (width, height, glyphs) in enumerate(pages_of(content), start=1):
        for glyph in glyphs:
            if not _is_within(glyph, width, height, margins):
                problems.append(f"page {number}: {glyph.char!r} at {_place(glyph)} is outside of the margins")
        problems += [
            f"page {number}: {one.char!r} at {_place(one)} and {other.char!r} at {_place(other)} are one over the other"
            for one, other in _overlapping(glyphs)
        ]
    return problems


def _is_within(glyph: Glyph, width: float, height: float, margins: Margins) -> bool:
    """Sideways never beyond the margins; the line at the foot lies in the lower one, but on the page."""
    slack = 1.0
    return (
        glyph.left >= margins.left * MILLIMETRE - slack
        and glyph.right <= width - margins.right * MILLIMETRE + slack
        and glyph.top <= height - margins.top * MILLIMETRE + slack
        and glyph.bottom >= 4 * MILLIMETRE
    )


def _overlapping(glyphs: list[Glyph]) -> Iterator[tuple[Glyph, Glyph]]:
    """Pairs of which one covers more than a third of the smaller one. A mark over a letter belongs there."""
    buckets = defaultdict(list)
    for glyph in glyphs:
        if (
            glyph.area < 0.2
            or unicodedata.combining(glyph.char)
            or unicodedata.category(glyph.char) in ("Mn", "Me", "Mc")
        ):
            continue
        buckets[int(glyph.left / BUCKET), int(glyph.bottom / BUCKET)].append(glyph)
        buckets[int(glyph.right / BUCKET), int(glyph.top / BUCKET)].append(glyph)
    pairs = {pair for bucket in buckets.values() for pair in combinations(dict.fromkeys(bucket), 2)}
    for one, other in pairs:
        width = min(one.right, other.right) - max(one.left, other.left)
        height = min(one.top, other.top) - max(one.bottom, other.bottom)
        if width > 0 and height > 0 and width * height > min(one.area, other.area) / 3:
            yield one, other


def _place(glyph: Glyph) -> str:
    return f"{glyph.left:.0f},{glyph.bottom:.0f}"

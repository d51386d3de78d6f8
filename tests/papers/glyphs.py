"""Where each glyph of a PDF lies, and which of them lie where none may."""

import ctypes
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

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
    def place(self) -> tuple[float, ...]:
        return self.left, self.bottom, self.right, self.top, self.size

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
        textpage = page.get_textpage()
        text = textpage.raw
        edges = [ctypes.c_double() for _edge in range(4)]
        places = [ctypes.byref(edge) for edge in edges]
        left, right, bottom, top = edges
        glyphs: list[Glyph] = []
        for index in range(textpage.count_chars()):
            char = chr(pdfium.FPDFText_GetUnicode(text, index))
            if char.isspace() or not char.isprintable() or pdfium.FPDFText_IsGenerated(text, index) == 1:
                continue
            assert pdfium.FPDFText_GetCharBox(text, index, *places)
            size = pdfium.FPDFText_GetFontSize(text, index)
            glyph = Glyph(char, left.value, bottom.value, right.value, top.value, size)
            if char in LIGATURES and glyphs and glyph.place == glyphs[-1].place and glyphs[-1].char in LIGATURES:
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
    for glyph in dict.fromkeys(glyphs):
        if (
            glyph.area < 0.2
            or unicodedata.combining(glyph.char)
            or unicodedata.category(glyph.char) in ("Mn", "Me", "Mc")
        ):
            continue
        lower = int(glyph.left / BUCKET), int(glyph.bottom / BUCKET)
        upper = int(glyph.right / BUCKET), int(glyph.top / BUCKET)
        for bucket in {lower, upper}:
            buckets[bucket].append(glyph)
    pairs = {}
    for bucket in buckets.values():
        bucket.sort(key=attrgetter("left"))
        for number, one in enumerate(bucket):
            for other in bucket[number + 1 :]:
                if other.left >= one.right:
                    break  # So do all that follow.
                width = min(one.right, other.right) - other.left
                height = min(one.top, other.top) - max(one.bottom, other.bottom)
                if height > 0 and width * height > min(one.area, other.area) / 3:
                    pairs[one, other] = None
    yield from pairs


def _place(glyph: Glyph) -> str:
    return f"{glyph.left:.0f},{glyph.bottom:.0f}"

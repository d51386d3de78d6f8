"""Whether bytes are a page that a browser would run: HTML, SVG, MHTML, in any encoding and wherever it begins.

Read in pieces and in proportion to their length; nothing here opens a file for use.
"""

import base64
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import BinaryIO

CHUNK = 1024 * 1024
OVERLAP = 512
"""Bytes of a piece that are looked at again with the next one; no mark is longer."""

PAGE_SUFFIXES = {".html", ".htm", ".xhtml", ".xht", ".shtml", ".mht", ".mhtml", ".svg", ".svgz", ".xsl", ".xslt"}
# What opens these shows their words; markup in them is quoted, unless they begin with it.
DATA_SUFFIXES = {".json", ".yaml", ".yml", ".csv", ".tsv", ".log", ".eml", ".ndjson", ".har", ".md"}
API_WORDS = (b"openapi", b"swagger", b"asyncapi")
BLANK = b" \t\r\n\f\v\0\xef\xbb\xbf\xff\xfe"

ENDS = rb"(?![a-z0-9:_-])"
WHOLE_PAGES = rb"<(?:!doctype\s{1,64}(?:html|svg)|html|iframe|script|\?php)" + ENDS
"""Marks that no picture or PDF carries by chance."""
MARKS = re.compile(
    WHOLE_PAGES
    + rb"|<(?:body|head|svg|object|embed|applet|frameset|(?:svg|html|xhtml|h):(?:svg|script|html|body))"
    + ENDS
    + rb"|<[a-z][^<>]{1,200}?\son[a-z]{3,24}\s{0,8}="
    + rb"|[=(]\s{0,8}[\"']?\s{0,8}javascript:"
)
HIDDEN = re.compile(WHOLE_PAGES)
# Elements by which a browser knows a page that begins with them.
FIRST = re.compile(
    rb"<(?:!doctype\s{1,64}(?:html|svg)|html|head|body|title|style|meta|link|base|script|iframe|svg|object|embed|frameset"
    rb"|table|div|form|font|img|a|b|p|br|h[1-6])" + ENDS
)
STREAM = re.compile(rb"endstream|stream")
MAIL = (b"mime-version:", b"multipart/related", b"content-type: text/html")
"""What a page that was saved as a mail (MHTML) has: the first and one of the others."""
SEVEN_BITS = re.compile(rb"\+([a-z0-9+/]{2,})-?", re.IGNORECASE)
"""A run of UTF-7, in which ``<`` may be written as ``+ADw-``."""


def has_page_name(name: str) -> bool:
    """Whether a computer would open a file of this name as a page."""
    return PurePath(name.lower().rstrip(" .")).suffix in PAGE_SUFFIXES


def is_page(content: BinaryIO, name: str) -> bool:
    """Whether a text is a page, or would be one for whoever opens it by its ``name``."""
    beginning = beginning_of(content)
    if begins_page(beginning) and not name.lower().endswith(".md"):
        return True
    is_data = PurePath(name.lower()).suffix in DATA_SUFFIXES or beginning.lstrip(b"\"'").startswith(API_WORDS)
    if is_data and not beginning.startswith((b"<", b"+")):
        return False
    mail: set[bytes] = set()
    for piece in _pieces(content):
        lowered = piece.lower()
        if MARKS.search(lowered) or (b"+" in piece and MARKS.search(_of_seven_bits(piece).lower())):
            return True
        mail |= {mark for mark in MAIL if mark in lowered}
    return len(mail) > 1 and MAIL[0] in mail


def beginning_of(content: BinaryIO) -> bytes:
    """The first piece of ``content`` that is not blank, from its first letter on, in small letters; empty if all is blank."""
    for piece in _pieces(content):
        if piece := piece.lstrip(BLANK):
            return piece.lower()
    return b""


def begins_page(beginning: bytes) -> bool:
    """Whether a browser would take what begins with ``beginning`` for a page."""
    first = beginning.replace(b"\0", b"").lstrip(BLANK).lower()
    return FIRST.match(first) is not None


def has_marks(content: bytes) -> bool:
    """Whether a page begins anywhere in ``content``."""
    return HIDDEN.search(content.replace(b"\0", b"").lower()) is not None


def hides_in(content: BinaryIO) -> bool:
    """Whether a page hides anywhere in what is another kind of file."""
    return any(HIDDEN.search(piece.lower()) for piece in _pieces(content))


def hides_in_pdf(content: BinaryIO) -> bool:
    """The same of a PDF: between its streams, in one that does not end, or as the whole of one. The words of its pages, which
    may be about HTML, are inside streams."""
    content.seek(0)
    lowered = content.read().replace(b"\0", b"").lower()
    start, inside = 0, False
    for edge in STREAM.finditer(lowered):
        if inside == edge[0].startswith(b"end"):
            if _holds_page(lowered, start, edge.start(), inside=inside):
                return True
            start, inside = edge.end(), not inside
    return _holds_page(lowered, start, len(lowered), inside=False)


def _holds_page(lowered: bytes, start: int, end: int, *, inside: bool) -> bool:
    if inside:
        return HIDDEN.match(lowered[start : min(end, start + OVERLAP)].lstrip()) is not None
    return HIDDEN.search(lowered, start, end) is not None


def _pieces(content: BinaryIO) -> Iterator[bytes]:
    """All of ``content``, the end of each piece again with the next; without NUL, so that UTF-16 and UTF-32 of either order
    read like ASCII."""
    content.seek(0)
    before = b""
    while chunk := content.read(CHUNK):
        piece = before + chunk.replace(b"\0", b"")
        yield piece
        before = piece[-OVERLAP:]


def _of_seven_bits(piece: bytes) -> bytes:
    """``piece`` with its runs of UTF-7 decoded."""

    def decoded(run: re.Match[bytes]) -> bytes:
        digits = run[1][:-1] if len(run[1]) % 4 == 1 else run[1]
        text = base64.b64decode(digits + b"=" * (-len(digits) % 4))
        return text.decode("utf-16-be", "ignore").encode("ascii", "ignore")

    return SEVEN_BITS.sub(decoded, piece)

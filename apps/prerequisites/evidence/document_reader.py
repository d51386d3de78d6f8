"""What a delivered document is. A reader of ``core.untrusted.confined``: it knows no settings and no database."""

import io
from typing import Any, BinaryIO

from apps.core.untrusted import archives, markup
from apps.prerequisites.evidence import api_docs

PAGES = 20
"""Pages of a PDF that are searched for words."""
PARTS = 20
"""Parts of an Office document that are searched for words."""
PART_BYTES = 20_000_000
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
SHELL_CHARACTERS = 80
"""A page with a script and fewer characters than these shows nothing without it."""


def read(source: BinaryIO, *, most: int, linked: bool = False) -> dict[str, Any]:
    """``found`` as in ``documents.of_content``; a ``linked`` one may also be ``sign_in`` or ``shell``. ``most`` is how many
    bytes an archive may unpack to."""
    content = source.read()
    kind = _of(content, most)
    if linked and kind["found"] == "document" and _is_markup(content):
        page = markup.page(content)
        if page.password:
            return {"found": "sign_in"}
        if page.scripts and page.characters < SHELL_CHARACTERS:
            return {"found": "shell"}
    return kind


def _of(content: bytes, most: int) -> dict[str, Any]:
    if not content.strip(b" \t\r\n\0\xef\xbb\xbf"):
        return {"found": "empty"}
    if covered := api_docs.coverage(content):
        return {"found": "coverage", **covered}
    if content.startswith(b"%PDF-"):
        return _of_pdf(content)
    if content.startswith(b"PK\x03\x04"):
        try:
            return _of_archive(content, most)
        except archives.Problem as problem:
            return {"found": {"grows": "heavy", "many": "heavy", "locked": "locked"}.get(problem.code, "broken")}
    return {"found": "pictures" if content.startswith(PICTURES) else "document"}


def _is_markup(content: bytes) -> bool:
    return content.lstrip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe").startswith(b"<")


def _of_pdf(content: bytes) -> dict[str, Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        return {"found": "locked" if "password" in str(error).lower() else "broken"}
    words = any(
        document[number].get_textpage().get_text_bounded().strip() for number in range(min(len(document), PAGES))
    )
    return {"found": ("document" if words else "pictures") if len(document) else "empty", "pages": len(document)}


def _of_archive(content: bytes, most: int) -> dict[str, Any]:
    """Office, OpenDocument, or a plain ZIP, by the words it holds; API documentation in it is read."""
    budget = archives.Budget.of(len(content), most=most, ratio=archives.RATIO, members=archives.MEMBERS)
    archive = archives.Archive(io.BytesIO(content), budget)
    documents: list[dict[str, Any]] = []
    for member in archive.members:
        if member.filename.lower().endswith((".json", ".yaml", ".yml")) and len(documents) < api_docs.ARCHIVED:
            text = b"".join(archive.unpack(member))
            if covered := api_docs.coverage(text):
                documents.append(covered)
    if documents:
        return {"found": "coverage", **api_docs.joined(documents)}
    office = [member for member in archive.members if holds_words(member.filename)]
    if any(_has_words(archive, member) for member in office[:PARTS]):
        return {"found": "document"}
    return {"found": "empty" if office or not archive.members else "document"}


def holds_words(name: str) -> bool:
    """Whether this is a part in which Office or OpenDocument keeps words."""
    if name in ("word/document.xml", "xl/sharedStrings.xml", "content.xml"):
        return True
    folder, _slash, last = name.rpartition("/")
    return folder in ("xl/worksheets", "ppt/slides") and last.endswith(".xml")


def _has_words(archive: archives.Archive, member: Any) -> bool:
    part = bytearray()
    for piece in archive.unpack(member):
        part += piece
        if len(part) > PART_BYTES:
            raise archives.Problem("grows", member.filename)
    try:
        return markup.characters_of_xml(bytes(part)) > 0
    except markup.Refused as refused:
        raise archives.Problem("broken", member.filename) from refused

"""What an independent checker finds wrong with a PDF: "page", which knows the rules of veraPDF's corpus."""

import io
import re

import page
from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.reader import PdfFileReader

LENGTH = "PDFA3U-STREAM-LENGTH-001"
STREAM = re.compile(rb"/Length (\d+)[^>]*>>\nstream\n")


def faults(content: bytes) -> list[str]:
    """What keeps ``content`` from being the PDF/A-3u that it says it is."""
    report = page.validate_pdf_bytes(content)
    assert report.profile == page.ValidationProfile.PDF_A_3U, report.profile
    return [f"{found.rule_id}: {found.message}" for found in report.failures if not _misread(content, found)]


def unreadable(content: bytes) -> set[str]:
    """The rules of PDF/UA-1 that ``content`` breaks, which nothing claims to keep."""
    report = page.validate_pdf_bytes(content, profile=page.ValidationProfile.PDF_UA_1)
    return {found.rule_id.removeprefix("PDFUA1-") for found in report.failures}


def _misread(content: bytes, found: page.ValidationFailure) -> bool:
    """A stream whose last byte happens to be CR, which "page" takes for half of the line's end: its length is right.

    pyHanko, which is strict, reads as many bytes as the stream says and raises when its end does not follow.
    """
    if found.rule_id != LENGTH or b"\r\nendstream" not in content:
        return False
    reader = PdfFileReader(io.BytesIO(content), strict=True)
    where = found.object_id
    if where is None:
        return any(_ends_in_cr(content, match) for match in STREAM.finditer(content))
    stream = reader.get_object(IndirectObject(where.object_number, where.generation, reader).reference)
    return stream.encoded_data.endswith(b"\r")


def _ends_in_cr(content: bytes, head: re.Match[bytes]) -> bool:
    """The stream that begins with ``head`` is as long as it says, and its last byte is CR."""
    end = head.end() + int(head[1])
    return content[end - 1 : end] == b"\r" and content[end:].startswith(b"\nendstream")

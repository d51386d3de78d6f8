"""What a delivered document is: an API documentation with its coverage, or something that opens and says something."""

import html
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from apps.core import outbound
from apps.prerequisites import api_docs
from apps.prerequisites.links import asks_to_sign_in, open_link

READER = Path(__file__).with_name("pdf_reader.py")
SECONDS = 20
# Where Office and OpenDocument keep their words.
INSIDE = re.compile(r"word/document\.xml|xl/(sharedStrings|worksheets/\w+)\.xml|ppt/slides/\w+\.xml|content\.xml")
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")


def of_link(url: str) -> dict[str, Any]:
    """The evidence of a link: ``found`` is one of ``of_content``'s, ``sign_in``, ``shell`` (a page without words of its
    own) or ``unreachable`` (with ``why`` or ``status``)."""
    try:
        answer = open_link(url, max_bytes=api_docs.MAX_BYTES)
    except outbound.Unreachable as error:
        return {"found": "unreachable", "why": error.why}
    if asks_to_sign_in(answer):
        return {"found": "sign_in"}
    if answer.status >= 400:
        return {"found": "unreachable", "status": answer.status}
    found = of_content(answer.body)
    head = answer.body[:500_000].lower()
    if found["found"] == "document" and b"<script" in head and len(_words_of_page(answer.body)) < 80:
        return {"found": "shell"}
    return found


def of_content(content: bytes) -> dict[str, Any]:
    """``found``: ``coverage`` (with what it covers), ``document``, ``empty``, ``locked`` (by a password), ``pictures`` (no
    text can be taken out) or ``broken``."""
    if not content.strip(b" \t\r\n\0\xef\xbb\xbf"):
        return {"found": "empty"}
    if covered := api_docs.coverage(content):
        return {"found": "coverage", **covered}
    if content.startswith(b"%PDF-"):
        return _of_pdf(content)
    if content.startswith(b"PK\x03\x04"):
        if archived := api_docs.in_archive(content):
            return {"found": "coverage", **api_docs.joined(archived)}
        return _of_archive(content)
    return {"found": "pictures" if content.startswith(PICTURES) else "document"}


def joined(found: list[dict[str, Any]]) -> dict[str, Any]:
    """One delivery of several files: their coverage together, else the best that was found."""
    covered = [one for one in found if one["found"] == "coverage"]
    if covered:
        return covered[0] if len(covered) == 1 else {"found": "coverage", **api_docs.joined(covered)}
    order = ("document", "pictures", "locked", "broken", "empty")
    return min(found, key=lambda one: order.index(one["found"]) if one["found"] in order else len(order))


def _of_pdf(content: bytes) -> dict[str, Any]:
    """Opened in a process of its own: PDF readers are where bad documents strike."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(READER)], input=content, capture_output=True, timeout=SECONDS, check=True
        )
        return json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError, OSError):
        return {"found": "broken"}


def _of_archive(content: bytes) -> dict[str, Any]:
    """Office, OpenDocument, or a plain ZIP, by the words it holds."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            office = [member for member in members if INSIDE.fullmatch(member.filename)]
            for member in office[:20]:
                with archive.open(member) as opened:
                    if re.sub(rb"<[^>]*>|\s", b"", opened.read(2_000_000)):
                        return {"found": "document"}
    except api_docs.BROKEN_ARCHIVE:
        return {"found": "broken"}
    return {"found": "empty" if office or not members else "document"}


def _words_of_page(content: bytes) -> str:
    text = content[:500_000].decode("utf-8", errors="replace")
    text = re.sub(r"(?is)<(script|style|noscript|head)\b.*?(</\1\s*>|$)", " ", text)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())

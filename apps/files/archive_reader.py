"""What keeps an archive from being taken in, found by unpacking all of it, within limits, into nothing.

A reader of ``core.untrusted.confined``: it knows no settings and no database.
"""

import io
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import PurePath
from typing import Any, BinaryIO
from zipfile import ZipInfo

from apps.core.untrusted import archives
from apps.files import pages

DEPTH = 3
"""Archives within each other: a ZIP of documents, of which one holds a sheet."""
PROGRAM_ENDINGS = (
    ".exe", ".dll", ".bat", ".cmd", ".com", ".msi", ".scr", ".js", ".vbs", ".ps1", ".sh", ".jar", ".apk", ".hta", ".lnk",
)  # fmt: skip
OFFICE_SUFFIXES = {
    ".docx", ".docm", ".dotx", ".xlsx", ".xlsm", ".xltx", ".pptx", ".pptm", ".ppsx", ".odt", ".ods", ".odp", ".odg",
}  # fmt: skip
ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"
# What is packed in a way that is not opened here, so that nobody knows what it holds.
SEALED = (b"7z\xbc\xaf'\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"MSCF", b"LZIP")
TAR, TAR_AT = b"ustar", 257
HEAD = 1024


def read(source: BinaryIO, *, name: str, most: int) -> dict[str, Any]:
    """``problem`` (a code of ``archives.Problem``, or ``paths``, ``program``, ``page``, ``hidden``, ``deep``, ``sealed``) and
    ``name`` of the member that has it; empty for an archive that may be taken in."""
    source.seek(0, 2)
    budget = archives.Budget.of(source.tell(), most=most, ratio=archives.RATIO, members=archives.MEMBERS)
    try:
        _look_into(source, name, budget, depth=1)
    except archives.Problem as problem:
        return {"problem": problem.code, "name": problem.name[-80:]}
    return {}


def _look_into(source: BinaryIO, name: str, budget: archives.Budget, *, depth: int) -> None:
    if depth > DEPTH:
        raise archives.Problem("deep", name)
    archive = archives.Archive(source, budget)
    if any(pages.has_marks(outside) for outside in archive.between()):
        raise archives.Problem("hidden", name)
    is_office = _is_office(archive, name)
    for member in archive.members:
        _look_at_name(member.filename, is_office=is_office)
    for member in archive.members:
        _look_at(archive, member, budget, depth=depth, is_office=is_office)


def _is_office(archive: archives.Archive, name: str) -> bool:
    """Named and made like a document of Office or OpenDocument, whose parts nobody opens one by one."""
    parts = {member.filename for member in archive.members}
    suffix = PurePath(name.lower()).suffix
    return suffix in OFFICE_SUFFIXES and ("[Content_Types].xml" in parts or "mimetype" in parts)


def _look_at_name(name: str, *, is_office: bool) -> None:
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
        raise archives.Problem("paths", name)
    plain = name.lower().rstrip(" .").removesuffix(".gz")
    if plain.endswith(PROGRAM_ENDINGS):
        raise archives.Problem("program", name)
    if pages.has_page_name(plain) and not is_office:
        raise archives.Problem("page", name)


def _look_at(
    archive: archives.Archive, member: ZipInfo, budget: archives.Budget, *, depth: int, is_office: bool
) -> None:
    pieces = archive.unpack(member)
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= HEAD:
            break
    if head.startswith(ZIP):
        _look_into(io.BytesIO(head + b"".join(pieces)), member.filename, budget, depth=depth + 1)
        return
    if head.startswith(SEALED) or head[TAR_AT:].startswith(TAR):
        raise archives.Problem("sealed", member.filename)
    is_page = pages.begins_page(_unzipped(head) if head.startswith(GZIP) else head)
    if is_page and not is_office and not member.filename.lower().endswith(".md"):
        raise archives.Problem("page", member.filename)
    if head.startswith(GZIP):
        _count(head, pieces, budget)
    for _piece in pieces:  # Counted as it comes.
        pass


def _unzipped(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, HEAD)
    except zlib.error:
        return b""


def _count(head: bytes, pieces: Iterator[bytes], budget: archives.Budget) -> None:
    """Take from ``budget`` what a gzip grows to, however many streams it has; one within another is not opened."""
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for packed in chain([head], pieces):
        while packed:
            for grown in archives.inflated(inflate, packed):
                budget.take(len(grown))
            packed = inflate.unused_data
            if inflate.eof:
                budget.take(archives.CHUNK)  # Streams of nothing take time too.
                inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)

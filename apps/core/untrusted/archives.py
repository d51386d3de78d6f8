"""Unpack a ZIP while counting what really comes out of it; what its table of contents says of sizes is never believed.

It imports nothing of Django: the readers of ``confined`` use it.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

CHUNK = 64 * 1024
MEMBERS = 5_000
RATIO = 100
"""How much an archive may grow in all; text in Office documents reaches about 50."""
LOCAL = struct.Struct("<4s5H3I2H")
"""The header before a member's bytes: signature, version, flags, method, time, date, CRC, sizes, lengths."""
STORED, DEFLATED = 0, 8
ENCRYPTED = 0x1
FREE = 20 * 1024 * 1024
"""Bytes up to which the ratio does not matter."""


def most_unpacked(largest: int) -> int:
    """How many bytes an archive may unpack to where a file may have ``largest``."""
    return 10 * largest


class Problem(Exception):
    """Why an archive is not read: ``code`` is ``broken``, ``locked``, ``many``, ``grows`` or ``method``."""

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(code)
        self.code, self.name = code, name


@dataclass
class Budget:
    """What is left for all that is unpacked together, archives within archives too: bytes and members."""

    bytes: int
    members: int

    @classmethod
    def of(cls, size: int, *, most: int, ratio: int, members: int) -> "Budget":
        """For a file of ``size`` bytes: ``most`` bytes in all, and beyond ``FREE`` at most ``ratio`` times ``size``."""
        return cls(min(most, max(FREE, ratio * size)), members)

    def take(self, size: int) -> None:
        """Raises ``Problem`` (``grows``) when ``size`` bytes more are too many."""
        self.bytes -= size
        if self.bytes < 0:
            raise Problem("grows")


class Archive:
    """A ZIP whose members lie one after the other, each with one name. Raises ``Problem``."""

    def __init__(self, source: BinaryIO, budget: Budget) -> None:
        self.source, self.budget = source, budget
        try:
            with zipfile.ZipFile(source) as archive:
                self.members = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, struct.error) as error:
            raise Problem("broken") from error
        budget.members -= len(self.members)
        if budget.members < 0:
            raise Problem("many")
        if any(member.flag_bits & ENCRYPTED for member in self.members):
            raise Problem("locked")

    def unpack(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """The bytes of ``member`` in pieces, each counted."""
        if member.compress_type not in (STORED, DEFLATED):
            raise Problem("method", member.filename)
        remaining = member.compress_size
        self.source.seek(self.start(member))
        inflate = zlib.decompressobj(-zlib.MAX_WBITS) if member.compress_type == DEFLATED else None
        while remaining > 0:
            packed = self.source.read(min(CHUNK, remaining))
            if not packed:
                raise Problem("broken", member.filename)
            remaining -= len(packed)
            place = self.source.tell()
            for piece in inflated(inflate, packed) if inflate else [packed]:
                self.budget.take(len(piece))
                yield piece
            self.source.seek(place)  # Whoever takes the pieces may read elsewhere in the file meanwhile.

    def start(self, member: zipfile.ZipInfo) -> int:
        """Where the bytes of ``member`` begin. Its own header must name it as the table of contents does."""
        self.source.seek(member.header_offset)
        header = self.source.read(LOCAL.size)
        if len(header) < LOCAL.size:
            raise Problem("broken", member.filename)
        signature, _version, flags, *_unread, name_length, extra_length = LOCAL.unpack(header)
        name = self.source.read(name_length)
        if signature != b"PK\x03\x04" or name not in _encoded(member):
            raise Problem("broken", member.filename)
        if flags & ENCRYPTED:
            raise Problem("locked")
        return member.header_offset + LOCAL.size + name_length + extra_length

    def between(self) -> Iterator[bytes]:
        """What of the file belongs to no member: before, between and after them. Members that lie over each other raise
        ``Problem``: that is how a few bytes become many."""
        end = 0
        for member in sorted(self.members, key=lambda member: member.header_offset):
            start = self.start(member)
            if member.header_offset < end:
                raise Problem("broken", member.filename)
            yield self._bytes(end, start)
            end = start + member.compress_size
        self.source.seek(0, 2)
        yield self._bytes(end, self.source.tell())

    def _bytes(self, start: int, end: int) -> bytes:
        self.source.seek(start)
        return self.source.read(max(0, end - start))


def inflated(inflate: "zlib._Decompress", packed: bytes) -> Iterator[bytes]:
    """What ``packed`` grows to, never more than ``CHUNK`` bytes at once. Raises ``Problem``."""
    try:
        while packed and not inflate.eof:
            yield inflate.decompress(packed, CHUNK)
            packed = inflate.unconsumed_tail
    except zlib.error as error:
        raise Problem("broken") from error


def _encoded(member: zipfile.ZipInfo) -> tuple[bytes, ...]:
    """How the name of ``member`` may be written."""
    written = member.orig_filename
    return tuple(written.encode(encoding, "replace") for encoding in ("utf-8", "cp437"))

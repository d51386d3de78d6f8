"""The bytes of backups, each kept once under the hash of its content, whichever backups name it.

In clear an object is called by the SHA-256 of its content. An encrypted one is called by a keyed hash of that (who stores
backups cannot ask whether they hold a certain file) and by the SHA-256 of what is stored. So what lies in a target can be
checked against its name without opening it, and what is there already is known by one listing.
"""

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.crypto import salted_hmac

from apps.backups import encryption
from apps.backups.errors import Damaged
from apps.backups.targets import Target
from apps.files.verification import Readable

FOLDER = "objects/"
NAME = re.compile(r"objects/[0-9a-f]{2}/(?:[0-9a-f]{64}|[0-9a-f]{64}\.(?P<stored>[0-9a-f]{64})\.age)")
SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class StoredContent:
    """What was read: its object, its size in bytes and its SHA-256; and whether the object is new."""

    object: str
    size: int
    sha256: str
    is_new: bool


class _Hashing:
    """A stream that is hashed as it is read or written."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._digest, self.size = stream, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._stream.read(size)
        self._count(data)
        return data

    def write(self, data: bytes, /) -> int:
        self._count(data)
        self._stream.write(data)
        return len(data)

    def flush(self) -> None:
        self._stream.flush()

    def _count(self, data: bytes) -> None:
        self._digest.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


class ObjectStore:
    """The objects of a target, written to ``recipients`` (in clear where there are none) and read with ``identities``."""

    def __init__(self, target: Target, *, recipients: Sequence[str] = (), identities: Sequence[Any] = ()) -> None:
        self._target, self._recipients, self._identities = target, sorted(recipients), identities
        self.sizes = {name: entry.size for name, entry in target.entries(FOLDER).items() if NAME.fullmatch(name)}
        self._by_content = {_content_part(name): name for name in self.sizes}

    def with_content(self, sha256: str, size: int) -> str | None:
        """The name of the object with this content; ``None`` where none has it, or one that was cut off."""
        name = self._by_content.get(self._content_name(sha256))
        if name is None or (not self._recipients and self.sizes[name] != size):
            return None
        return name

    def put(self, source: Readable, *, confirm: Callable[[], None] = lambda: None) -> StoredContent:
        """Keep what ``source`` gives, unless there is an object with this content; ``confirm`` raises, once all was read,
        where it must not be kept. Raises ``OSError``."""
        content = _Hashing(source)
        with self._target.incoming() as file:
            stored = _Hashing(file)
            if self._recipients:
                encryption.close(content, stored, self._recipients)
            else:
                shutil.copyfileobj(content, stored)  # type: ignore[type-var]
            confirm()
            name = self.with_content(content.sha256, content.size)
            if name is not None:
                return StoredContent(name, content.size, content.sha256, is_new=False)
            name = self._object_name(content.sha256, stored.sha256)
            self._target.keep(file, name)
        self.sizes[name] = stored.size
        self._by_content[_content_part(name)] = name
        return StoredContent(name, content.size, content.sha256, is_new=True)

    @contextmanager
    def content(self, name: str, *, size: int, sha256: str, what: str = "") -> Iterator[IO[bytes]]:
        """The content of an object as a file, after it was found to be what it says. Raises ``Damaged`` (``what`` stands
        before the reason), ``BackupError`` for other keys, ``OSError``."""
        with TemporaryFile() as file:
            content = _Hashing(file)
            try:
                self._read_into(name, content)
                if (content.size, content.sha256) != (size, sha256):
                    raise Damaged("its content has another hash")
            except Damaged as error:
                raise Damaged(f"{what}{error}") from None
            file.seek(0)
            yield file

    def _read_into(self, name: str, content: _Hashing) -> None:
        match = NAME.fullmatch(name)
        if match is None:
            raise Damaged("is no name of an object")
        if name not in self.sizes:  # It was moved aside as damaged, and perhaps copied anew since.
            name = self._by_content.get(_content_part(name), name)
        try:
            source = self._target.open(name)
        except FileNotFoundError:
            raise Damaged("its object is not in the backup") from None
        with source:
            stored = _Hashing(source)
            if name.endswith(".age"):
                encryption.open_into(stored, content, self._identities)
            else:
                shutil.copyfileobj(stored, content)  # type: ignore[type-var]

    def _content_name(self, sha256: str) -> str:
        if not self._recipients:
            return sha256
        # With another SECRET_KEY or recipient all is copied anew. To restore, neither is needed: the manifest has the names.
        return salted_hmac("apps.backups.objects", sha256 + "\n".join(self._recipients), algorithm="sha256").hexdigest()

    def _object_name(self, sha256: str, stored_sha256: str) -> str:
        content = self._content_name(sha256)
        ending = f".{stored_sha256}.age" if self._recipients else ""
        return f"{FOLDER}{content[:2]}/{content}{ending}"


def stored_sha256(name: str) -> str:
    """The SHA-256 of what is stored under an object's name."""
    match = NAME.fullmatch(name)
    return (match and match["stored"]) or _content_part(name)


def _content_part(name: str) -> str:
    """Of an object's name, what is the same for the same content: encrypted and clear ones never share it."""
    return name.rpartition("/")[2].partition(".")[0]

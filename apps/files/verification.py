"""Whether every file that a row names lies in the store as the row says."""

import hashlib
from collections.abc import Collection, Iterator
from typing import Protocol

from django.core.files.storage import default_storage

from apps.files import rows


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def size_and_sha256(content: Readable) -> tuple[int, str]:
    """The size in bytes and the hex SHA-256 of what ``content`` gives until its end."""
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(1024 * 1024):
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def missing_names() -> list[str]:
    """The files that a row names and the store lacks."""
    return sorted(name for name in rows.file_names() if not default_storage.exists(name))


def problems(*, with_hashes: bool = True, may_be_absent: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Each file that is not as its row says, with the reason in English. Without hashes only whether it is there, and its
    size. One of ``may_be_absent`` (names) is none where it is not there."""
    for name, expected in sorted(rows.file_names().items()):
        try:
            is_there = default_storage.exists(name)
            if not is_there and name in may_be_absent:
                continue
            if reason := _problem(name, expected, with_hashes) if is_there else "is not in the store":
                yield name, reason
        except Exception as error:  # Each store's library has errors of its own; one file hides no other.
            yield name, f"cannot be read ({type(error).__name__})"


def _problem(name: str, expected: tuple[int, str] | None, with_hashes: bool) -> str:
    if expected is None:
        return ""
    size, sha256 = expected
    if not with_hashes:
        return "" if default_storage.size(name) == size else f"has not its {size} bytes"
    with default_storage.open(name) as content:
        return "" if size_and_sha256(content) == (size, sha256) else f"is not the one with SHA-256 {sha256}"

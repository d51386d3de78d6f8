"""Where backups lie: a folder, or a bucket of an S3-compatible store (``s3://bucket/prefix``).

Names are paths with ``/``. What is written appears as a whole or not at all, under either.
"""

import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, BinaryIO, cast

from django.conf import settings

from apps.backups.errors import BackupError
from apps.core import clock

INCOMING = "incoming"
"""The folder of what is still being written."""
INCOMING_LIFE = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """What lies under a name: its size in bytes, and when it was written."""

    size: int
    written_at: datetime


class Target(ABC):
    @abstractmethod
    def entries(self, folder: str = "") -> dict[str, Entry]:
        """Everything in ``folder`` (with ``/`` at its end) and below, by its whole name."""

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """The bytes of ``name``. Raises ``FileNotFoundError`` or another ``OSError``."""

    @abstractmethod
    @contextmanager
    def incoming(self) -> Iterator[IO[bytes]]:
        """A file to write into, which ``keep`` gives a name before the block ends; otherwise it is gone."""

    @abstractmethod
    def keep(self, file: IO[bytes], name: str) -> None:
        """Keep what was written into ``file`` as ``name``, in place of what was there."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Delete ``name``, if it is there."""

    @abstractmethod
    def drop_leftovers(self) -> None:
        """Delete what a process that died was writing."""

    def write(self, name: str, content: bytes) -> None:
        with self.incoming() as file:
            file.write(content)
            self.keep(file, name)

    def read(self, name: str, *, largest: int) -> bytes:
        """The whole content. Raises ``OSError``, also for more than ``largest`` bytes."""
        with self.open(name) as file:
            content = file.read(largest + 1)
        if len(content) > largest:
            raise OSError(f"{name} is larger than {largest} bytes")
        return content


def at(address: str) -> Target:
    """The target that ``address`` names; a folder is made when it is first written to. Raises ``BackupError``."""
    if address.startswith("s3://"):
        bucket, _slash, prefix = address.removeprefix("s3://").partition("/")
        if not bucket:
            raise BackupError("Write the target as s3://bucket/prefix.")
        return Bucket(bucket, prefix.strip("/"))
    if "://" in address:
        raise BackupError(f"{address.partition('://')[0]}:// is no target: give a folder or s3://bucket/prefix.")
    return Folder(Path(address))


class Folder(Target):
    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    def entries(self, folder: str = "") -> dict[str, Entry]:
        entries = {}
        for path in (self.path / folder).rglob("*"):
            name = path.relative_to(self.path).as_posix()
            with suppress(FileNotFoundError):
                status = path.stat()
                if path.is_file() and not name.startswith(f"{INCOMING}/"):
                    entries[name] = Entry(status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))
        return entries

    def open(self, name: str) -> BinaryIO:
        return (self.path / name).open("rb")

    @contextmanager
    def incoming(self) -> Iterator[IO[bytes]]:
        folder = self.path / INCOMING
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            try:
                yield file
            finally:
                Path(file.name).unlink(missing_ok=True)  # It has another name by then, where it was kept.

    def keep(self, file: IO[bytes], name: str) -> None:
        file.flush()
        os.fsync(file.fileno())
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        Path(file.name).replace(path)
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def delete(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)

    def drop_leftovers(self) -> None:
        for path in (self.path / INCOMING).glob("*"):
            with suppress(FileNotFoundError):
                if clock.now().timestamp() - path.stat().st_mtime > INCOMING_LIFE.total_seconds():
                    path.unlink()


class Bucket(Target):
    """Objects are put whole, so a store never shows half of one; a large one goes up in parts, which it joins at the end."""

    def __init__(self, bucket: str, prefix: str) -> None:
        try:
            import boto3
            from botocore.config import Config
            from botocore.exceptions import BotoCoreError, ClientError
        except ImportError:
            raise BackupError(
                "s3:// needs the packages of requirements/amazon.txt: run python3 presence_rollout/ops/bootstrap.py with "
                "BACKUP_S3_ENDPOINT (https://s3.amazonaws.com for Amazon's) or BACKUP_S3_REGION set, which installs them."
            ) from None
        options = dict(settings.BACKUP_S3)
        self._client = boto3.client("s3", config=Config(**options.pop("config")), **options)
        self._failures = (BotoCoreError, ClientError)
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""

    @contextmanager
    def _failing_as_os_error(self) -> Iterator[None]:
        try:
            yield
        except self._failures as error:
            code = getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__)
            if code in ("NoSuchKey", "404"):
                raise FileNotFoundError(f"the store says {code}") from error
            raise OSError(f"the store says {code}") from error

    def entries(self, folder: str = "") -> dict[str, Entry]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=f"{self._prefix}{folder}"
        )
        with self._failing_as_os_error():
            return {
                row["Key"].removeprefix(self._prefix): Entry(row["Size"], row["LastModified"])
                for page in pages
                for row in page.get("Contents", [])
            }

    def open(self, name: str) -> BinaryIO:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked closes it
        with self._failing_as_os_error():
            self._client.download_fileobj(self._bucket, f"{self._prefix}{name}", file)
        file.seek(0)
        return cast(BinaryIO, file)

    @contextmanager
    def incoming(self) -> Iterator[IO[bytes]]:
        with tempfile.TemporaryFile() as file:
            yield file

    def keep(self, file: IO[bytes], name: str) -> None:
        file.seek(0)
        # boto3 closes what it has read.
        with self._failing_as_os_error(), os.fdopen(os.dup(file.fileno()), "rb") as copy:
            self._client.upload_fileobj(copy, self._bucket, f"{self._prefix}{name}")

    def delete(self, name: str) -> None:
        with self._failing_as_os_error():
            self._client.delete_object(Bucket=self._bucket, Key=f"{self._prefix}{name}")

    def drop_leftovers(self) -> None:
        """The store's own rule drops uploads that were never ended (docs/backup.md)."""

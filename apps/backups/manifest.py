"""What a backup says of itself: which objects it is made of, of when, of which installation, sealed with Presence's seal.

The manifest is in clear, so that retention and a check of the stored bytes need no key: it names objects with their sizes,
and nothing of what is in them. The list of files with their names and hashes is an object itself (``Contents``), encrypted
like the others. Neither holds a key or any other setting.

The signature is that of the certificate that seals terms (``apps.seals``), whose public part clients hold: it can be judged
when everything else is lost. A key derived from ``SECRET_KEY`` would be lost with the machine.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from apps.backups import objects
from apps.backups.errors import BackupError, Damaged, Unvouched
from apps.backups.targets import Target
from apps.core import canonical
from apps.seals import certificates, signatures
from apps.seals.outcomes import Outcome
from apps.seals.trust import Trust

FORMAT = 1
FOLDER = "manifests/"
ID = re.compile(r"\d{8}T\d{6}\.\d{6}Z")
FILE = re.compile(rf"{FOLDER}(?P<id>{ID.pattern})\.json")
# Letters, digits and what our own storage names have; no part is empty or begins with a point, so none leads elsewhere.
FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
LARGEST = 1024 * 1024 * 1024
"""Bytes of a manifest or a list of files; one file takes some 300."""


@dataclass(frozen=True)
class File:
    """A file of the store: its name there, its size in bytes, its SHA-256, and the object with its content."""

    name: str
    size: int
    sha256: str
    object: str


@dataclass(frozen=True)
class Contents:
    """What is in a backup. ``missing`` are names of files that could not be copied, with the reason; ``deleted_meanwhile``
    those that were deleted, with their row, between the dump and their turn: the dump still has the row. ``counts`` is how
    many rows of some tables there were."""

    dump: File
    files: tuple[File, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    deleted_meanwhile: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        return canonical.dumps(asdict(self))

    @classmethod
    def from_bytes(cls, content: bytes) -> "Contents":
        """Raises ``Damaged`` for what no backup of ours says, a file's name that leads out of the store first of all."""
        try:
            data = json.loads(content)
            contents = cls(
                dump=_file(data["dump"]),
                files=tuple(_file(row) for row in data["files"]),
                missing=tuple((str(name), str(reason)) for name, reason in data["missing"]),
                counts={str(name): int(count) for name, count in data["counts"].items()},
                # The lists of earlier versions do not say it.
                deleted_meanwhile=tuple(str(name) for name in data.get("deleted_meanwhile", ())),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Damaged(f"The list of files is not one of ours ({type(error).__name__}: {error}).") from None
        if len({file.name for file in contents.files}) != len(contents.files):
            raise Damaged("The list of files names one twice.")
        return contents


@dataclass(frozen=True)
class Manifest:
    """``made_at`` is the moment of the dump, an ISO instant in UTC; ``migrations`` the last one of each app; ``contents`` the
    object with the list of files, of ``contents_size`` bytes and ``contents_sha256``; ``objects`` all of them, with the size
    that is stored; ``previous`` the hash of the manifest before it in this target; ``lacking`` how many files that rows name
    are not in it as their row says."""

    id: str
    installation: str
    made_at: str
    product: str
    database: Mapping[str, str]
    migrations: Mapping[str, str]
    recipients: tuple[str, ...]
    contents: str
    contents_size: int
    contents_sha256: str
    objects: Mapping[str, int]
    previous: str
    seal: Mapping[str, Any] | None = None
    signature: bytes = b""
    lacking: int = 0

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made_at)

    @property
    def sha256(self) -> str:
        return canonical.sha256(self._signed())

    def _signed(self) -> dict[str, Any]:
        data = asdict(self)
        del data["signature"]
        if not self.lacking:  # As every manifest of earlier versions, whose seals still hold.
            del data["lacking"]
        return {"format": FORMAT, **data}

    def to_bytes(self) -> bytes:
        return canonical.dumps({"manifest": self._signed(), "signature": b64encode(self.signature).decode()})

    @classmethod
    def from_bytes(cls, content: bytes) -> "Manifest":
        """Raises ``Damaged`` for what is no manifest of this format."""
        try:
            envelope = json.loads(content)
            data = dict(envelope["manifest"])
            if data.pop("format") != FORMAT:
                raise Damaged("The manifest is of a format that this version does not know.")
            data["recipients"] = tuple(data["recipients"])
            manifest = cls(**data, signature=b64decode(envelope["signature"], validate=True))
            manifest._check()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Damaged(f"The manifest is not one of ours ({type(error).__name__}).") from None
        return manifest

    def _check(self) -> None:
        UUID(self.installation)
        if self.moment.tzinfo is None:
            raise ValueError("a moment without its zone")
        names = [*self.objects, self.contents]
        if not ID.fullmatch(self.id) or not all(objects.NAME.fullmatch(name) for name in names):
            raise ValueError("a name that is none")
        if not all(
            type(size) is int and size >= 0 for size in (*self.objects.values(), self.contents_size, self.lacking)
        ):
            raise ValueError("a size that is none")
        texts = (self.product, self.previous, *self.recipients, *self.migrations.values(), *self.database.values())
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("a text that is none")

    def require_vouched(self, trusted: Trust, *, even_unvouched: bool = False) -> str:
        """Who sealed it, in English. Raises ``Damaged`` where the seal does not fit, and ``Unvouched`` where there is none or
        nobody vouches for its certificate, unless ``even_unvouched``."""
        if not self.signature or self.seal is None:
            reason, sealed_by = "nobody signed it", "nobody"
        else:
            findings = signatures.examine(canonical.dumps(self._signed()), self.signature, dict(self.seal), trusted)
            if findings.outcome is Outcome.BROKEN:
                raise Damaged(f"Backup {self.id} was changed: {'; '.join(findings.problems)}.")
            sealed_by = f"{findings.sealed_by}, certificate SHA-256 {findings.fingerprint}"
            reason = "" if findings.outcome is Outcome.WHOLE else findings.why_untrusted()
        if reason and not even_unvouched:
            raise Unvouched(
                f"Backup {self.id}: {reason}. Restoring runs what it says in the database, so give the certificate with "
                "--certificate, or --unvouched where you know where the backup lay."
            )
        return sealed_by


def signed(manifest: Manifest) -> Manifest:
    """``manifest`` with the seal of the settings. Raises ``NoCertificate`` where there is none, or it does not open. No
    timestamp authority is asked: a backup waits for nobody."""
    signer = certificates.signer()
    described = replace(manifest, seal=signatures.description_of(signer))
    content = canonical.dumps(described._signed())
    return replace(described, signature=signatures.sign(content, signer, with_timestamp=False))


def id_of(moment: datetime) -> str:
    """What a backup of ``moment`` is called: in the order of names lies the order of time."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"


def ids(target: Target) -> list[str]:
    """The backups in ``target``, the oldest first: whatever has no manifest is none."""
    return sorted(match["id"] for name in target.entries(FOLDER) if (match := FILE.fullmatch(name)))


def read(target: Target, backup: str) -> Manifest:
    """The manifest of the backup called ``backup``. Raises ``BackupError``."""
    try:
        content = target.read(f"{FOLDER}{backup}.json", largest=LARGEST)
    except FileNotFoundError:
        raise BackupError(f"There is no backup {backup}.") from None
    except OSError as error:
        raise BackupError(f"The manifest of {backup} cannot be read: {error}") from None
    manifest = Manifest.from_bytes(content)
    if manifest.id != backup:
        raise Damaged(f"The manifest of {backup} is that of {manifest.id}.")
    return manifest


def chosen(target: Target, backup: str = "") -> Manifest:
    """The manifest of ``backup``, or of the newest. Raises ``BackupError``."""
    if backup and not ID.fullmatch(backup):
        raise BackupError(f"{backup[:40]!r} is no backup: see them with manage.py backup TARGET --list.")
    names = ids(target)
    if not names:
        raise BackupError("There is no whole backup here.")
    return read(target, backup or names[-1])


def contents_of(manifest: Manifest, store: objects.ObjectStore) -> Contents:
    """The list of files of a backup. Raises ``Damaged``, ``BackupError`` for other keys, ``OSError``."""
    if manifest.contents_size > LARGEST:
        raise Damaged("The list of files is larger than any.")
    with store.content(
        manifest.contents,
        size=manifest.contents_size,
        sha256=manifest.contents_sha256,
        what="The list of files is damaged: ",
    ) as file:
        return Contents.from_bytes(file.read())


def _file(data: Any) -> File:
    file = File(**data)
    if not (isinstance(file.name, str) and isinstance(file.sha256, str) and isinstance(file.object, str)):
        raise TypeError("a text that is none")
    if not FILE_NAME.fullmatch(file.name):
        raise ValueError(f"{file.name[:60]!r} is no name of a file")
    if type(file.size) is not int or file.size < 0 or not objects.SHA256.fullmatch(file.sha256):
        raise ValueError("a size or hash that is none")
    return file

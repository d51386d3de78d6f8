"""One backup: the dump first, then the files that its rows name, the manifest last. Without a manifest there is no backup, so
one that was interrupted is never taken for one; what it copied is there for the next."""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from io import BytesIO

from django.conf import settings
from django.core.files.base import File as DjangoFile
from django.core.files.storage import default_storage

from apps.backups import database, encryption, manifest, places
from apps.backups.errors import BackupError
from apps.backups.manifest import Contents, File, Manifest
from apps.backups.objects import ObjectStore
from apps.backups.targets import Target
from apps.core import clock
from apps.core.background import locks
from apps.core.models import Installation
from apps.files import rows
from apps.seals import certificates
from apps.seals.outcomes import Outcome

LOCK = "backups"


@dataclass
class BackupReport:
    """What a backup came to. ``bytes`` is all that it is made of, as stored. ``copied`` and ``copied_bytes`` are what was not
    in the target before. ``missing`` are files that a row names and that could not be copied, ``differing`` those that are
    not what their row says; each with the reason. ``deleted_meanwhile`` were deleted, with their row, between the dump and
    their turn. ``unsigned_because`` says in English why it bears no seal."""

    id: str = ""
    made_at: str = ""
    files: int = 0
    copied: int = 0
    copied_bytes: int = 0
    dump_bytes: int = 0
    bytes: int = 0
    missing: dict[str, str] = field(default_factory=dict)
    differing: dict[str, str] = field(default_factory=dict)
    deleted_meanwhile: list[str] = field(default_factory=list)
    is_encrypted: bool = False
    is_signed: bool = False
    unsigned_because: str = ""

    @property
    def lacking(self) -> int:
        """How many files that rows name are not in it as their row says."""
        return len(self.missing) + len(self.differing)

    @property
    def outcome(self) -> Outcome:
        """UNTRUSTED where the seal of the settings did not open: a backup that nobody vouches for is better than none."""
        if self.lacking:
            return Outcome.BROKEN
        return Outcome.UNTRUSTED if self.unsigned_because and certificates.is_configured() else Outcome.WHOLE


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else writes backups of this database or deletes them. Raises ``BackupError``."""
    with locks.alone(LOCK) as is_alone:
        if not is_alone:
            raise BackupError("Another backup of this database is being made: wait until it has ended.")
        yield


def make(
    target: Target, *, recipients: Sequence[str] = (), progress: Callable[[str], None] = lambda text: None
) -> BackupReport:
    """Make a backup in ``target``, encrypted to ``recipients`` where there are any; the caller is ``alone``.

    Raises ``BackupError``, or ``OSError`` of the target; then there is no backup, and those before it are as they were.
    """
    for text in recipients:
        encryption.recipient(text)
    places.take(target, is_encrypted=bool(recipients))
    target.drop_leftovers()
    store = ObjectStore(target, recipients=recipients)
    earlier = manifest.ids(target)
    if earlier and earlier[-1] >= manifest.id_of(clock.now()):
        raise BackupError(
            f"The newest backup there, {earlier[-1]}, is of the future: is the clock right? If it was wrong before, move "
            f"that manifest out of {manifest.FOLDER}."
        )
    report = BackupReport(is_encrypted=bool(recipients))
    progress("The database is dumped.")
    with database.snapshot() as snapshot_id:
        moment = clock.now()
        dump, versions = database.dump(store, snapshot_id)
        names, counts, migrations = rows.file_names(), database.counts(), database.migrations()
        identity = Installation.current_identity()
    report.dump_bytes = dump.size
    progress(f"{len(names)} files are looked at.")
    files = list(_copied(names, store, report))
    _tell_deleted_from_missing(report)
    contents = Contents(
        dump=File("dump", dump.size, dump.sha256, dump.object),
        files=tuple(files),
        missing=tuple(sorted(report.missing.items())),
        counts=counts,
        deleted_meanwhile=tuple(report.deleted_meanwhile),
    )
    listed = store.put(BytesIO(contents.to_bytes()))
    used = {listed.object, dump.object, *(file.object for file in files)}
    written = _signed(
        Manifest(
            id=manifest.id_of(moment),
            installation=str(identity),
            made_at=moment.isoformat(),
            product=product_version(),
            database=versions,
            migrations=migrations,
            recipients=tuple(sorted(recipients)),
            contents=listed.object,
            contents_size=listed.size,
            contents_sha256=listed.sha256,
            objects={name: store.sizes[name] for name in sorted(used)},
            previous=manifest.read(target, earlier[-1]).sha256 if earlier else "",
            lacking=report.lacking,
        ),
        report,
    )
    target.write(f"{manifest.FOLDER}{written.id}.json", written.to_bytes())
    report.id, report.made_at, report.files, report.bytes, report.is_signed = (
        written.id,
        written.made_at,
        len(files),
        sum(written.objects.values()),
        bool(written.signature),
    )
    return report


def _signed(written: Manifest, report: BackupReport) -> Manifest:
    try:
        return manifest.signed(written)
    except certificates.NoCertificate as error:
        report.unsigned_because = str(error)
        return written


def product_version() -> str:
    """The version of this product, as ``1.0.0``."""
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


class _Source:
    """A file of the store that is being read. Where it fails, and not the target, ``failure`` says how."""

    def __init__(self, name: str) -> None:
        self.failure = ""
        self._name = name
        self._file: DjangoFile | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            if self._file is None:
                self._file = default_storage.open(self._name)
            content: bytes = self._file.read(size)
        except Exception as error:  # Each store's library has errors of its own.
            self.failure = type(error).__name__
            raise
        return content

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _copied(names: dict[str, tuple[int, str] | None], store: ObjectStore, report: BackupReport) -> Iterator[File]:
    """The files as they are now in ``store``; what could not be copied is noted in ``report``."""
    for name in sorted(names):
        expected = names[name]
        if not manifest.FILE_NAME.fullmatch(name):
            report.missing[name] = "its name is none of ours"
            continue
        if expected:
            size, sha256 = expected
            if object_name := store.with_content(sha256, size):
                yield File(name, size, sha256, object_name)
                continue
        if file := _copy(name, store, report):
            if expected and expected != (file.size, file.sha256):
                report.differing[name] = (
                    f"its row says {expected[0]} bytes, SHA-256 {expected[1]}; the store has others"
                )
            yield file


def _copy(name: str, store: ObjectStore, report: BackupReport) -> File | None:
    source = _Source(name)
    try:
        with closing(source):
            content = store.put(source)
    except Exception:
        if not source.failure:
            raise
        report.missing[name] = f"cannot be read from the store ({source.failure})"
        return None
    report.copied += content.is_new
    report.copied_bytes += content.size * content.is_new
    return File(name, content.size, content.sha256, content.object)


def _tell_deleted_from_missing(report: BackupReport) -> None:
    """What no row names any more was deleted on purpose while the files were copied."""
    still_named = rows.with_a_row(report.missing)
    report.deleted_meanwhile = sorted(report.missing.keys() - still_named)
    for name in report.deleted_meanwhile:
        del report.missing[name]

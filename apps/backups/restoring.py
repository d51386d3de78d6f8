"""A backup into an empty place: the files first, then the database in one transaction. One that was interrupted goes on where
it was: until the database is there, a marker in the store says which backup is being restored."""

import os
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.base import File as DjangoFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.backups import database
from apps.backups.errors import BackupError, Damaged
from apps.backups.manifest import Contents, File, Manifest
from apps.backups.models import LastBackup
from apps.backups.objects import ObjectStore
from apps.core.models import Installation
from apps.files import identity, orphans
from apps.files.verification import size_and_sha256

RESTORING = "presence-rollout.restoring"
"""The marker in the store; it holds the id of the backup."""
IGNORED = {"lost+found"}
"""What a fresh disk holds, beside what a health check that was killed left there."""


@dataclass
class Restored:
    """What came back. ``damaged`` are files whose bytes the backup does not hold as it says, with the reason; ``missing``
    those that it lacked from the beginning; ``deleted_meanwhile`` those that were deleted on purpose while it was made, and
    whose rows came back all the same. ``migrated`` says that the tables were brought to this version."""

    files: int = 0
    bytes: int = 0
    damaged: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    deleted_meanwhile: list[str] = field(default_factory=list)
    migrated: bool = False


def require_own_folder() -> None:
    """Raises ``BackupError`` for root where ``VAR_DIR`` is another user's: that user's service could read no file that root
    brings back."""
    owner = Path(settings.VAR_DIR).stat().st_uid
    if os.geteuid() == 0 and owner != 0:
        raise BackupError(
            f"VAR_DIR ({settings.VAR_DIR}) belongs to user {owner}, who could not read what root brings back there. "
            "Run it as that user: sudo rollout restore … (docs/backup.md)."
        )


def restore(
    chosen: Manifest,
    contents: Contents,
    store: ObjectStore,
    *,
    as_copy: bool = False,
    progress: Callable[[str], None] = lambda text: None,
) -> Restored:
    """Bring a backup back into the empty database and the empty store of the settings. With ``as_copy`` the installation is
    another one from then on, so that it never takes the original's files for its own.

    Raises ``BackupError`` where something is there already, where this version is older than the backup, and for a dump that
    is damaged; ``OSError`` of either side.
    """
    _require_empty_place(chosen)
    _require_known_migrations(chosen)
    restored = Restored(missing=dict(contents.missing), deleted_meanwhile=list(contents.deleted_meanwhile))
    dump = contents.dump
    # Read first: where it is damaged, the place stays empty.
    with store.content(dump.object, size=dump.size, sha256=dump.sha256, what="The dump is damaged: ") as dump_file:
        if not default_storage.exists(RESTORING):
            default_storage.save(RESTORING, ContentFile(chosen.id.encode()))
        progress(f"{len(contents.files)} files are brought back.")
        for file in contents.files:
            _bring_back(file, store, restored)
        progress("The database is brought back.")
        database.restore(dump_file)
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        progress("The tables are brought to this version.")
        # The system check of the keys would refuse; what is wrong with them is said at the end.
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        restored.migrated = True
    if as_copy:
        Installation.objects.update_or_create(pk=Installation.ONLY, defaults={"identity": uuid4()})
        LastBackup.objects.all().delete()  # It was the original's.
    identity.claim()
    default_storage.delete(RESTORING)
    return restored


def bring_missing_files(contents: Contents, store: ObjectStore, names: Collection[str]) -> Restored:
    """Bring back those of ``names`` that the store lacks and the backup has; nothing that is there changes."""
    restored = Restored()
    for file in contents.files:
        if file.name in names and not default_storage.exists(file.name):
            _bring_back(file, store, restored)
    return restored


def _require_empty_place(chosen: Manifest) -> None:
    if not database.is_empty():
        raise BackupError(
            f"The database {connection.settings_dict['NAME']} holds tables: restore into a new one (createdb), never "
            "into one that is in use."
        )
    names = _names_in_store()
    if RESTORING in names:
        with default_storage.open(RESTORING) as marker:
            other = marker.read(100).decode(errors="replace")
        if other == chosen.id:
            return
        raise BackupError(
            f"The store holds the beginning of another backup, {other}: go on with --backup {other}, or empty the store."
        )
    if names:
        raise BackupError(
            f"The store of files is not empty ({', '.join(sorted(names)[:3])}): restore into an empty folder or bucket."
        )


def _names_in_store() -> set[str]:
    try:
        folders, files = default_storage.listdir("")
    except FileNotFoundError:
        return set()
    return {name for name in (*folders, *files) if name not in IGNORED and not re.fullmatch(orphans.PROBE, name)}


def _require_known_migrations(chosen: Manifest) -> None:
    """A backup of a newer version has tables that this one does not know."""
    loader = MigrationExecutor(connection).loader
    apps = {app for app, _name in loader.disk_migrations}
    replaced = {key for row in loader.disk_migrations.values() for key in row.replaces}
    known_migrations = {*loader.disk_migrations, *replaced}
    unknown = [
        f"{app} {name}"
        for app, name in chosen.migrations.items()
        if app in apps and (app, name) not in known_migrations
    ]
    if unknown:
        raise BackupError(
            f"The backup is of a newer version ({chosen.product}): it knows {', '.join(unknown[:3])}. Install that version."
        )


def _bring_back(file: File, store: ObjectStore, restored: Restored) -> None:
    if file.name in (RESTORING, identity.MARKER) or file.name.startswith("bin/"):
        raise Damaged(f"The list of files names {file.name}, which is none.")
    if default_storage.exists(file.name):  # Of a run that was interrupted.
        with default_storage.open(file.name) as content:
            is_there = size_and_sha256(content) == (file.size, file.sha256)
        if is_there:
            restored.files += 1
            return
        default_storage.delete(file.name)
    try:
        with store.content(file.object, size=file.size, sha256=file.sha256) as content:
            name = default_storage.save(file.name, DjangoFile(content))
    except Damaged as error:
        restored.damaged[file.name] = str(error)
        return
    if name != file.name:
        default_storage.delete(name)
        raise BackupError(f"The store has another file at {file.name}: it is not empty.")
    restored.files += 1
    restored.bytes += file.size

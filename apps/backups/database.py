"""The database as one file (pg_dump's custom format), and back. No lock is taken that any work waits for."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from apps.backups import programs
from apps.backups.errors import BackupError
from apps.backups.objects import ObjectStore, StoredContent

COUNTED = (
    "rollouts.Rollout",
    "rollouts.Event",
    "companies.Company",
    "accounts.User",
    "files.StoredFile",
    "vault.Secret",
)
# What an extension brought is no table of ours.
TABLES = """
    SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND nspname <> 'information_schema' AND nspname !~ '^pg_'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
"""


@contextmanager
def snapshot() -> Iterator[str]:
    """One moment of the database: what is read within the block, and what ``dump`` writes of it, is of the same instant."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def dump(store: ObjectStore, snapshot_id: str) -> tuple[StoredContent, dict[str, str]]:
    """Put the dump of a snapshot into ``store``, as it is written: nothing of it lies in clear on a disk between. With it the
    versions of the server and of the program. Raises ``BackupError``."""
    major = programs.server_major()
    program = programs.program("pg_dump", major)
    address, environment = programs.address()
    command = [program, "--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=60s"]
    command += [f"--snapshot={snapshot_id}", f"--dbname={address}"]
    with (
        tempfile.TemporaryFile() as messages,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=messages) as process,
    ):
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            dump_content = store.put(process.stdout, confirm=lambda: _require_success(process, messages, "pg_dump"))
        finally:
            process.kill()
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server_version = cursor.fetchone()[0].split()[0]
    return dump_content, {"server": server_version, "dumped_by": programs.version_of(program)}


def restore(dump_file: IO[bytes]) -> None:
    """Make the tables of a dump in the empty database, all of them or none. Raises ``BackupError``."""
    program = programs.program("pg_restore", programs.server_major())
    address, environment = programs.address()
    command = [program, "--no-owner", "--no-privileges", "--no-comments", "--exit-on-error", "--single-transaction"]
    connection.close()
    with (
        tempfile.TemporaryFile() as messages,
        subprocess.Popen(
            [*command, f"--dbname={address}"], env=environment, stdin=dump_file, stdout=messages, stderr=messages
        ) as process,
    ):
        _require_success(process, messages, "pg_restore")


def _require_success(process: subprocess.Popen, messages: IO[bytes], name: str) -> None:
    if process.wait():
        messages.seek(0)
        text = messages.read().decode(errors="replace").strip()[-2000:]
        raise BackupError(f"{name} did not succeed. It says: {text}")


def is_empty() -> bool:
    """Whether the database holds no table of anybody's."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return cursor.fetchone()[0] == 0


def counts() -> dict[str, int]:
    return {label: apps.get_model(label)._base_manager.count() for label in COUNTED}


def migrations() -> dict[str, str]:
    """The last applied migration of each app."""
    rows = MigrationRecorder(connection).applied_migrations()
    last: dict[str, str] = {}
    for app, name in rows:
        last[app] = max(name, last.get(app, ""))
    return last

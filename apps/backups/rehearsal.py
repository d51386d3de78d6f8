"""Whether a backup can be restored, by restoring it: into a database and a folder that are removed afterwards.

Before that the stored bytes are compared with the objects' names, which needs no key. What differs is moved aside, so that
the next backup copies it anew as long as the original is there.
"""

import hashlib
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import DatabaseError, connection
from psycopg import sql

from apps.backups import objects, programs
from apps.backups.errors import BackupError, Damaged
from apps.backups.manifest import Manifest
from apps.backups.targets import Target
from apps.seals.outcomes import Outcome

DAMAGED = "damaged/"
PREFIX = "rollout_rehearsal_"
NO_BROKER = "memory://"
"""Celery's broker within a process: its messages end with it. An empty address would be that of a broker on this machine."""


def damaged_objects(target: Target, manifest: Manifest) -> dict[str, str]:
    """The objects of a backup that are not there or are not what their name says, with the reason in English."""
    damaged = {}
    for name, size in manifest.objects.items():
        try:
            with target.open(name) as file:
                digest, stored_size = hashlib.sha256(), 0
                while chunk := file.read(1024 * 1024):
                    digest.update(chunk)
                    stored_size += len(chunk)
        except FileNotFoundError:
            damaged[name] = "is not there"
            continue
        if (stored_size, digest.hexdigest()) != (size, objects.stored_sha256(name)):
            damaged[name] = "is not what its name says"
    return damaged


def move_aside(target: Target, names: Sequence[str]) -> None:
    """Move damaged objects to ``damaged/``, where no backup looks for any."""
    for name in names:
        try:
            with target.open(name) as source, target.incoming() as file:
                shutil.copyfileobj(source, file)
                target.keep(file, f"{DAMAGED}{name}")
        except FileNotFoundError:
            continue
        target.delete(name)


def rehearse(source: str, arguments: Sequence[str]) -> tuple[int, dict[str, Any]]:
    """Restore from ``source`` into a scratch database and a scratch folder, with the command ``restore`` in a process of its
    own; its exit code and its answer. Both are removed afterwards. Raises ``BackupError``, or ``Damaged`` where nothing
    came back."""
    with _scratch_database() as database, tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        environment = _environment(source, DATABASE_URL=_url(database), VAR_DIR=folder)
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "restore", source, "--json", *arguments]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, cwd=settings.BASE_DIR
        )
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError:
        error = Damaged if done.returncode == Outcome.BROKEN.value else BackupError
        raise error(f"It cannot be restored. {done.stderr.strip().rpartition(chr(10))[2]}") from None


def _environment(source: str, **variables: str) -> dict[str, str]:
    """The environment of a process that reaches nothing of the installation: neither its files, its mail server and its
    broker (a message would have a worker do something), nor a store of backups, unless ``source`` lies there."""
    variables |= dict.fromkeys(("S3_BUCKET", "EMAIL_HOST"), "") | {"REDIS_URL": NO_BROKER}
    emptied = () if source.startswith("s3://") else ("S3_", "BACKUP_S3_")
    return settings.CHILD_ENVIRONMENT(emptied, **variables)


@contextmanager
def _scratch_database() -> Iterator[str]:
    name = f"{PREFIX}{secrets.token_hex(4)}"
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except DatabaseError as error:
        raise BackupError(
            f"No scratch database could be made ({type(error).__name__}): the role needs CREATEDB, as in "
            f"ALTER ROLE {connection.settings_dict['USER'] or 'rollout'} CREATEDB. Or restore by hand on another machine "
            "(docs/backup.md)."
        ) from None
    try:
        yield name
    finally:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _url(database: str) -> str:
    """The address of ``database`` on the server of the settings, as DATABASE_URL."""
    options = connection.settings_dict
    words = programs.libpq_options()
    if options["HOST"].startswith("/"):
        words["host"], host = options["HOST"], ""
    else:
        host = options["HOST"]
    user = quote(options["USER"], safe="") + (f":{quote(options['PASSWORD'], safe='')}" if options["PASSWORD"] else "")
    port = f":{options['PORT']}" if options["PORT"] else ""
    return f"postgresql://{user}{'@' if user else ''}{host}{port}/{database}?{urlencode(words, quote_via=quote)}"

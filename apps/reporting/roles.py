"""The roles of the database that read the views of ``reporting`` and nothing else."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from apps.core.database.views import SCHEMA

MARK = "Reads the schema reporting of Presence Rollout, and nothing else."
"""The comment by which a role is known to have been made here."""
NAMES = re.compile(r"[a-z_][a-z0-9_]{0,62}")
CONNECTIONS = 10


class UnusableRole(Exception):
    """The role cannot be made: its message says why, in English, for who runs the command."""


@dataclass(frozen=True)
class Statement:
    """One statement of SQL, as it can be printed (``text``). One that sets a password is run as ``with_password`` says."""

    text: str
    sets_password: bool = False


def statements(name: str, *, exists: bool) -> Iterator[Statement]:
    """What makes the role ``name``, or brings one that ``exists`` up to date. Raises ``UnusableRole`` for a name that would
    have to be quoted."""
    if not NAMES.fullmatch(name) or name.startswith("pg_"):
        raise UnusableRole(
            "Choose a name of small letters, digits and _ that begins with a letter, and not with pg_: power_bi."
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_database()), quote_ident(current_user)")
        database, owner = cursor.fetchone()
    if not exists:
        yield Statement(
            f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS "
            f"CONNECTION LIMIT {CONNECTIONS}",
            sets_password=True,
        )
        yield Statement(f"COMMENT ON ROLE {name} IS '{MARK}'")
    yield Statement(f"ALTER ROLE {name} SET default_transaction_read_only = on")
    yield Statement(f"ALTER ROLE {name} SET statement_timeout = '5min'")
    yield Statement(f"ALTER ROLE {name} SET idle_in_transaction_session_timeout = '1min'")
    yield Statement(f"ALTER ROLE {name} SET search_path = {SCHEMA}")
    yield Statement(f"GRANT CONNECT ON DATABASE {database} TO {name}")
    yield Statement(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {name}")
    yield Statement(f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {name}")
    # Views that a later release makes.
    yield Statement(f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {SCHEMA} GRANT SELECT ON TABLES TO {name}")


def is_made_here(name: str) -> bool:
    """Whether the role ``name`` is there. Raises ``UnusableRole`` for one that was not made by this command, which may be
    allowed anything else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = %s", [name])
        row = cursor.fetchone()
    if row and row[0] != MARK:
        raise UnusableRole(f"There is a role {name} already, which was not made for this. Choose another name.")
    return row is not None


def apply(name: str) -> str:
    """Make the role ``name`` or bring it up to date, in one transaction; gives the password of a new one, which is kept
    nowhere, and nothing for one that was there. Raises ``UnusableRole``, and ``ProgrammingError`` where the application's own
    role may make none."""
    exists = is_made_here(name)
    password = "" if exists else secrets.token_urlsafe(24)
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements(name, exists=exists):
            text = statement.text
            if statement.sets_password:
                text += f" PASSWORD '{_verifier(cursor, password, name)}'"
            cursor.execute(text)
    return password


def _verifier(cursor: CursorWrapper, password: str, name: str) -> str:
    """What the server keeps of ``password``: it is not sent, so that no log of statements has it."""
    encrypted = cursor.connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    return encrypted.decode()

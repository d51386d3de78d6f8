"""Locks by name, over all processes: of the database, so that one that is killed holds none."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from hashlib import sha256

import psycopg
from django.conf import settings
from django.db import connection

PAUSE = 0.5
"""Seconds between two questions of who waits for its turn."""


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Whether nobody else is within a block of this ``name``; who is not goes on without it, and waits for nobody.

    The lock is held to the end of the block, whatever transactions begin and end in it, and let go when the connection is
    lost. A block within another is let in.
    """
    with _attempt(key_of(name)) as is_alone:
        yield is_alone


@contextmanager
def in_turn(name: str) -> Iterator[None]:
    """As ``alone``, but who is not waits until the others have left: for a command that several machines run at once.

    It asks again and again, since a statement that waits holds a snapshot: an index that another machine makes concurrently
    waits for that to end, and the database would end one of the two.
    """
    while True:
        with _attempt(key_of(name)) as is_alone:
            if is_alone:
                yield
                return
        time.sleep(PAUSE)


def hold(name: str) -> None:
    """Wait until no other transaction holds the lock ``name``, and hold it to the end of this one. For what has no row of its
    own: a person's day in the hours, say.

    Locks are taken in one order, everywhere: the form of a thing (``core.web.edits``), companies, accounts, rollouts (by
    key), rows within a rollout, then these. A row that stays is locked ``no_key``: what refers to it is written meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key_of(name)])


def key_of(name: str) -> int:
    """The number by which the database knows the lock."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)


def _attempt(key: int) -> AbstractContextManager[bool]:
    """Whether the lock is this process's within the block."""
    return _of_a_transaction(key) if settings.DATABASE_POOLED else _of_the_session(key)


@contextmanager
def _of_the_session(key: int) -> Iterator[bool]:
    is_alone = _ask("SELECT pg_try_advisory_lock(%s)", key)
    try:
        yield is_alone
    finally:
        if is_alone:
            _ask("SELECT pg_advisory_unlock(%s)", key)


_keys: ContextVar[frozenset[int]] = ContextVar("keys", default=frozenset())
"""The locks of a transaction that are held around what runs."""


@contextmanager
def _of_a_transaction(key: int) -> Iterator[bool]:
    """The lock of a transaction that does nothing else, on a connection of its own. The session of what runs in the block may
    be another one after each of its transactions, and would leave its locks to whoever comes next."""
    if key in _keys.get():
        yield True
        return
    with connection.wrap_database_errors:
        other = connection.get_new_connection(connection.get_connection_params())
    try:
        with connection.wrap_database_errors:
            other.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            (is_alone,) = other.execute("SELECT pg_try_advisory_xact_lock(%s)", [key]).fetchone()
        token = _keys.set(_keys.get() | {key} if is_alone else _keys.get())
        try:
            yield is_alone
        finally:
            _keys.reset(token)
    finally:
        _end(other)


def _end(other: psycopg.Connection) -> None:
    """Let go what ``other`` holds: a transaction that its client left open would cost the pool a session."""
    try:
        other.rollback()
    except psycopg.Error:  # The connection is lost, and the lock with it.
        pass
    finally:
        other.close()


def _ask(statement: str, key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])
        return cursor.fetchone()[0]

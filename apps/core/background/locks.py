"""Locks by name, over all processes: of the database, so that one that is killed holds none."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from django.db import connection

PAUSE = 0.5
"""Seconds between two questions of who waits for its turn."""


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Whether nobody else is within a block of this ``name``; who is not goes on without it, and waits for nobody.

    The lock is the database session's: held to the end of the block, whatever transactions begin and end in it, and let go
    when the connection is lost. A block within another of the same session is let in.
    """
    key = key_of(name)
    is_alone: bool = _ask("SELECT pg_try_advisory_lock(%s)", key)
    try:
        yield is_alone
    finally:
        if is_alone:
            _ask("SELECT pg_advisory_unlock(%s)", key)


@contextmanager
def in_turn(name: str) -> Iterator[None]:
    """As ``alone``, but who is not waits until the others have left: for a command that several machines run at once.

    It asks again and again, since a statement that waits holds a snapshot: an index that another machine makes concurrently
    waits for that to end, and the database would end one of the two.
    """
    key = key_of(name)
    while not _ask("SELECT pg_try_advisory_lock(%s)", key):
        time.sleep(PAUSE)
    try:
        yield
    finally:
        _ask("SELECT pg_advisory_unlock(%s)", key)


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


def _ask(statement: str, key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])
        return cursor.fetchone()[0]

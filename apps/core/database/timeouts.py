"""How long the database may be held up: by one statement, by waiting for a lock, by a transaction in which nothing happens.

Web processes and workers have limits; commands that an operator runs (a comparison of everything) have none, but that an
upgrade waits for no lock for long.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection as default_connection
from django.db.backends.signals import connection_created

NO_LIMIT = 0
_limits: dict[str, int] = {}


def limit(seconds: Mapping[str, int]) -> None:
    """From now on each new connection of this process has these limits: PostgreSQL's name of each, in seconds; 0 is none.

    They are set within the session, not as options of the connection, which a PgBouncer between would refuse. Where it hands
    out sessions for a transaction each, it sets them itself (``deploy/pgbouncer.ini``): from here others would get them.
    """
    if settings.DATABASE_POOLED:
        return
    _limits.update(seconds)
    connection_created.connect(_set, dispatch_uid="timeouts")


def lift() -> None:
    """New connections have no limits again."""
    _limits.clear()
    connection_created.disconnect(dispatch_uid="timeouts")


@contextmanager
def waiting_at_most(seconds: int) -> Iterator[None]:
    """Within the block whoever waits for a lock on this connection gives up after ``seconds``
    (``conflicts.waited_too_long``). Behind a pool the limit is the pool's own."""
    if settings.DATABASE_POOLED:
        yield
        return
    with default_connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, false)", [f"{seconds}s"])
        (before, _now) = cursor.fetchone()
    try:
        yield
    finally:
        if not default_connection.needs_rollback and default_connection.is_usable():
            with default_connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])


def _set(sender: object, connection: Any, **kwargs: object) -> None:
    settings = ", ".join(["set_config(%s, %s, false)"] * len(_limits))
    values = [value for name, seconds in _limits.items() for value in (name, f"{seconds}s")]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {settings}", values)

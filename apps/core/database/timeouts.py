"""How long the database may be held up: by one statement, by waiting for a lock, by a transaction in which nothing happens.

Web processes and workers have limits; commands that an operator runs (a migration, a comparison of everything) have none.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.backends.signals import connection_created

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


def _set(sender: object, connection: Any, **kwargs: object) -> None:
    settings = ", ".join(["set_config(%s, %s, false)"] * len(_limits))
    values = [value for name, seconds in _limits.items() for value in (name, f"{seconds}s")]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {settings}", values)

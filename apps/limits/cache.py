"""The cache that django-allauth uses to remember which numbers of an authenticator app were used."""

from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import connections


class UnevictedCache(DatabaseCache):
    """A table of the database from which only what is over is dropped, however full it gets: Django's own throws away live
    rows beyond ``MAX_ENTRIES``, by the alphabet, so that anybody who fills it washes away what protects others."""

    def _cull(self, db: str, cursor: Any, now: Any, num: int) -> None:
        table = connections[db].ops.quote_name(self._table)
        expired = connections[db].ops.adapt_datetimefield_value(now)
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [expired])  # noqa: S608 - the name of our own table

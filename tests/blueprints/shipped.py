"""The data files of the system as rows, for tests that need them but do not test how they are loaded."""

from copy import copy
from datetime import UTC, datetime

from django.db import connection, transaction

from apps.blueprints.loading import loader
from apps.blueprints.models import Blueprint, Platform
from apps.core import clock

# What the loader wrote into an empty database, the first time that a test of this run asked for it.
BLUEPRINTS: list[Blueprint] = []
PLATFORMS: list[Platform] = []
# What copies these into another one, with all values in it, as if they were loaded at ``SOME_TIME``.
STATEMENTS: list[str] = []
SOME_TIME = datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)


def load() -> None:
    """Have every shipped blueprint and platform in the database.

    The loader does it once in a run, with about 200 statements; after that its rows are copied, with two. A database that
    has blueprints of its own is the loader's business, unless they are the shipped ones.
    """
    present = set(Blueprint.objects.values_list("kind", "key", "version", "checksum"))
    if present and present != {_identity(row) for row in BLUEPRINTS}:
        loader.load()
    elif not present and not BLUEPRINTS:
        BLUEPRINTS.extend(loader.load())
        PLATFORMS.extend(Platform.objects.filter(slug__in=[row.key for row in BLUEPRINTS]))
    elif not present:
        _copy()


def _copy() -> None:
    """Write the rows of ``BLUEPRINTS`` and ``PLATFORMS`` as loaded now, by the same statements each time: to put the texts of
    all of them into statements takes far longer than the database needs for these."""
    if not STATEMENTS:
        with transaction.atomic(), connection.execute_wrapper(_note):
            Blueprint.objects.bulk_create(_unsaved(row, loaded_at=SOME_TIME) for row in BLUEPRINTS)
            Platform.objects.bulk_create(
                [_unsaved(row) for row in PLATFORMS],
                update_conflicts=True,
                unique_fields=["slug"],
                update_fields=["name", "website", "position"],
            )
            transaction.set_rollback(True)
    some_time, now = (connection.ops.compose_sql("%s", [instant]) for instant in (SOME_TIME, clock.now()))
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement.replace(some_time, now))


def _note(execute, sql, params, many, context):
    if sql.startswith("INSERT"):
        STATEMENTS.append(connection.ops.compose_sql(sql, params))
    return execute(sql, params, many, context)


def _identity(row: Blueprint) -> tuple[str, str, int, str]:
    return (row.kind, row.key, row.version, row.checksum)


def _unsaved(row, **changed):
    """A copy of ``row`` that the database has not seen."""
    fresh = copy(row)
    fresh.pk, fresh._state.adding = None, True
    for name, value in changed.items():
        setattr(fresh, name, value)
    return fresh

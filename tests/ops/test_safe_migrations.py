"""What a migration would do to the release before is read from its SQL."""

import re

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django_migration_linter.migration_linter import MigrationLinter

from presence_rollout.ops import safe_migrations

pytestmark = pytest.mark.django_db


def test_a_migration_that_takes_a_column_away_is_named(monkeypatch):
    """One of the base, as if it were new."""
    allowed = safe_migrations.allowed_codes()
    del allowed["companies.0004_one_directory"]
    monkeypatch.setattr(safe_migrations, "allowed_codes", lambda: allowed)
    linter = MigrationLinter(no_cache=True, no_output=True)
    migration = linter.migration_loader.disk_migrations["companies", "0004_one_directory"]
    codes = {code for code, _words in safe_migrations.issues(linter, migration)}
    assert codes & {"DROP_COLUMN", "DROP_TABLE", "NOT_NULL", "ADD_UNIQUE", "ALTER_COLUMN", "RENAME_COLUMN"}
    assert codes - safe_migrations.GOING_BACK


def test_the_base_and_the_exceptions_name_migrations_that_there_are_and_reasons():
    names = {f"{app}.{name}" for app, name in MigrationLoader(connection).disk_migrations}
    allowed = safe_migrations.allowed_codes()
    assert len(allowed) > 40
    assert allowed.keys() <= names
    for line in safe_migrations.BASE.read_text().splitlines():
        if re.match(r"\w+\.\w+ ", line):
            assert re.search(r"# \w+", line), f"why is it no danger? {line}"

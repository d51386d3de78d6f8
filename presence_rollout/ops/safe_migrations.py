"""Migrations must run while the release before still serves (docs/upgrading.md): `make check` reads the SQL of each new one.

What a migration may not do is django-migration-linter's list. Those of the first release with this rule are its named base
(``base_migrations.txt``): installations have run them. A later one that only looks dangerous stands in the same file with the
codes that are allowed to it, and why.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from presence_rollout.ops import postgres

if TYPE_CHECKING:
    from django.db.migrations import Migration
    from django_migration_linter.migration_linter import MigrationLinter

BASE = Path(__file__).with_name("base_migrations.txt")
GOING_BACK = {"RUNPYTHON_ARGS_NAMING_CONVENTION", "RUNPYTHON_REVERSIBLE", "RUNSQL_REVERSIBLE"}
"""What the linter says of going back: an installation goes back by its backup, never by migrating (docs/upgrading.md)."""
NAMING = {"RUNPYTHON_MODEL_VARIABLE_NAME"}
"""What it says of the names of variables, which are the conventions' matter (docs/conventions.md)."""


def main() -> int:
    """Print what is wrong with the new migrations; 1 where there is something."""
    with tempfile.TemporaryDirectory() as folder:
        server = postgres.start(Path(folder), throwaway=True)
        try:
            os.environ["DATABASE_URL"] = server.url
            import django

            django.setup()
            problems = list(unsafe_migrations())
        finally:
            server.stop()
    print("\n".join(problems))
    return 1 if problems else 0


def unsafe_migrations() -> Iterator[str]:
    """A line for everything that a migration of ours does which the release before does not survive, or which holds a long
    lock. It needs a database, which may be empty, and changes nothing in it."""
    from django_migration_linter.migration_linter import MigrationLinter

    linter = MigrationLinter(no_cache=True, no_output=True)
    allowed = allowed_codes()
    for (app, name), migration in sorted(linter.migration_loader.disk_migrations.items()):
        if type(migration).__module__.startswith("apps.") and allowed.get(f"{app}.{name}") != {"*"}:
            codes = allowed.get(f"{app}.{name}", set()) | GOING_BACK | NAMING
            for code, message in issues(linter, migration):
                if code not in codes:
                    yield f"{app}.{name}: {code}, {message} (docs/upgrading.md says how it is done in two releases)"


def issues(linter: "MigrationLinter", migration: "Migration") -> Iterator[tuple[str, str]]:
    """The code and the words of each thing that the linter says of ``migration``, mistakes and warnings alike."""
    from django_migration_linter.sql_analyser import analyse_sql_statements

    if migration.initial and not _is_in_base(migration.app_label):
        return  # A new app: nothing that runs knows its tables.
    statements = linter.get_sql(migration.app_label, migration.name)
    errors, _ignored, warnings = analyse_sql_statements(linter.sql_analyser_class, statements, [])
    data_errors, _ignored, data_warnings = linter.analyse_data_migration(migration)
    for issue in (*errors, *warnings, *data_errors, *data_warnings):
        yield issue.code, issue.message


def allowed_codes() -> dict[str, set[str]]:
    """What each migration that the file names is allowed, by ``app.name``: everything (``*``) for those of the base."""
    allowed = {}
    for line in BASE.read_text().splitlines():
        names, _hash, _reason = line.partition("#")
        if names.strip():
            migration, *codes = names.split()
            allowed[migration] = set(codes) or {"*"}
    return allowed


def _is_in_base(app_label: str) -> bool:
    return any(name.startswith(f"{app_label}.") for name, codes in allowed_codes().items() if codes == {"*"})


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "presence_rollout.settings")
    sys.exit(main())

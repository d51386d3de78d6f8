"""Views of the schema that other programs read (docs/reporting.md): for migrations."""

from collections.abc import Sequence
from typing import Any

from django.db import NotSupportedError, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

SCHEMA = "reporting"
SET_ASIDE = """
DO $$
DECLARE view record;
BEGIN
    CREATE TEMP TABLE views_set_aside (position serial, statement text) ON COMMIT DROP;
    FOR view IN
        SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name,
            coalesce('WITH (' || array_to_string(c.reloptions, ', ') || ')', '') AS options FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'reporting' AND c.relkind = 'v' ORDER BY c.oid
    LOOP
        INSERT INTO views_set_aside (statement)
        VALUES (format('CREATE VIEW %s %s AS %s', view.name, view.options, pg_get_viewdef(view.oid)));
        INSERT INTO views_set_aside (statement)
        SELECT format('COMMENT ON VIEW %s IS %L', view.name, obj_description(view.oid, 'pg_class'))
        UNION ALL
        SELECT format('COMMENT ON COLUMN %s.%I IS %L', view.name, attname, col_description(view.oid, attnum))
        FROM pg_attribute WHERE attrelid = view.oid AND attnum > 0
        UNION ALL
        SELECT format('GRANT SELECT ON %s TO %I', view.name, rolname) FROM pg_roles
        WHERE NOT rolsuper AND oid IN (SELECT grantee FROM pg_class, aclexplode(relacl) WHERE pg_class.oid = view.oid);
    END LOOP;
    FOR view IN
        SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'reporting' AND c.relkind = 'v' ORDER BY c.oid DESC
    LOOP
        EXECUTE 'DROP VIEW ' || view.name;
    END LOOP;
END $$
"""
PUT_BACK = """
DO $$
DECLARE line record;
BEGIN
    FOR line IN SELECT statement FROM views_set_aside ORDER BY position LOOP
        EXECUTE line.statement;
    END LOOP;
    DROP TABLE views_set_aside;
END $$
"""


class _OfOneTransaction(migrations.RunSQL):
    """What is undone by a later operation of the same transaction. Raises ``NotSupportedError`` in a migration that has
    none: the first commit would take what was set aside with it, and all views would be gone."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        self._require_transaction(schema_editor)
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        self._require_transaction(schema_editor)
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def _require_transaction(self, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if not schema_editor.atomic_migration:
            raise NotSupportedError("Views are set aside within one transaction: leave the migration's atomic True.")


def view(name: str, comment: str, columns: Sequence[tuple[str, str, str]], source: str) -> migrations.RunSQL:
    """Make the view ``name`` of ``source`` (what follows FROM) with ``columns``: each its name, its SQL, what it says. It
    is a barrier: what a reader's query calls never sees a row that the view leaves out."""
    select = ",\n    ".join(f"{expression} AS {column}" for column, expression, _comment in columns)
    return migrations.RunSQL(
        [
            f"CREATE VIEW {SCHEMA}.{name} WITH (security_barrier) AS SELECT\n    {select}\nFROM {source}",
            f"COMMENT ON VIEW {SCHEMA}.{name} IS {_quoted(comment)}",
            *(
                f"COMMENT ON COLUMN {SCHEMA}.{name}.{column} IS {_quoted(text)}"
                for column, _expression, text in columns
            ),
        ],
        f"DROP VIEW IF EXISTS {SCHEMA}.{name}",
    )


def with_views_set_aside(*operations: Operation) -> list[Operation]:
    """``operations`` of one migration, which change the type of a column that a view reads: PostgreSQL refuses that while the
    view is there. All views are dropped before and made again, as they were, after. In a database that has none yet nothing
    is dropped. The migration is ``atomic``. To leave out a column that a view reads, the view has to be changed first."""
    before = _OfOneTransaction(SET_ASIDE, PUT_BACK)
    after = _OfOneTransaction(PUT_BACK, SET_ASIDE)
    return [before, *operations, after]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

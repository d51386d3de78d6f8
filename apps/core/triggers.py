"""Rows that the database itself refuses to change, whoever asks: for migrations, on both databases."""

from django.db import migrations


def fixed_rows(table: str, message: str, *, once: str = "") -> migrations.RunPython:
    """Refuse update and delete of rows of ``table``; with ``once``, from the moment the row holds that column."""
    there, back = _statements(table, message, once)
    return by_vendor(there, back)


def by_vendor(there: dict[str, list[str]], back: dict[str, list[str]]) -> migrations.RunPython:
    """Run the statements of the database at hand, ``there`` or, undone, ``back``; by the name of its vendor."""
    return migrations.RunPython(_run(there), _run(back))


def _statements(table: str, message: str, once: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What makes the triggers and what removes them, by database."""
    name = f"{table}_fixed"
    when = f"WHEN (OLD.{once} IS NOT NULL)" if once else ""
    there = {
        "sqlite": [
            f"CREATE TRIGGER {name}_{verb} BEFORE {verb} ON {table} {when} BEGIN SELECT RAISE(ABORT, '{message}'); END"
            for verb in ("update", "delete")
        ],
        "postgresql": [
            f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$
            """,
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {name}()",
        ],
    }
    back = {
        "sqlite": [f"DROP TRIGGER IF EXISTS {name}_update", f"DROP TRIGGER IF EXISTS {name}_delete"],
        "postgresql": [f"DROP TRIGGER IF EXISTS {name} ON {table}", f"DROP FUNCTION IF EXISTS {name}()"],
    }
    return there, back


def freed_rows(table: str, message: str, *, once: str = "") -> migrations.RunPython:
    """The opposite of ``fixed_rows``, for a migration that changes the table: free its rows, then fix them again.

    SQLite drops the triggers of a table it remakes.
    """
    there, back = _statements(table, message, once)
    return migrations.RunPython(_run(back), _run(there))


def _run(statements: dict[str, list[str]]):
    def execute(apps, schema_editor) -> None:
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return execute

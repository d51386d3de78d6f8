"""The database itself refuses to change or delete an event of a timeline."""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER rollouts_event_no_update BEFORE UPDATE ON rollouts_event
    BEGIN SELECT RAISE(ABORT, 'timeline events are append-only'); END
    """,
    """
    CREATE TRIGGER rollouts_event_no_delete BEFORE DELETE ON rollouts_event
    BEGIN SELECT RAISE(ABORT, 'timeline events are append-only'); END
    """,
]
SQLITE_BACK = ["DROP TRIGGER rollouts_event_no_update", "DROP TRIGGER rollouts_event_no_delete"]

POSTGRESQL = [
    """
    CREATE FUNCTION rollouts_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'timeline events are append-only' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER rollouts_event_append_only BEFORE UPDATE OR DELETE ON rollouts_event
    FOR EACH ROW EXECUTE FUNCTION rollouts_event_is_append_only()
    """,
]
POSTGRESQL_BACK = [
    "DROP TRIGGER rollouts_event_append_only ON rollouts_event",
    "DROP FUNCTION rollouts_event_is_append_only()",
]


def run(statements: dict[str, list[str]]):
    def execute(apps, schema_editor) -> None:
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return execute


class Migration(migrations.Migration):
    dependencies = [("rollouts", "0001_initial")]

    operations = [
        migrations.RunPython(
            run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            run({"sqlite": SQLITE_BACK, "postgresql": POSTGRESQL_BACK}),
        ),
    ]

"""What the database itself refuses, whoever asks: for migrations."""

from django.db import migrations


def fixed_rows(table: str, message: str, *, once: str = "") -> migrations.RunSQL:
    """Refuse update and delete of rows of ``table``; with ``once``, from the moment the row holds that column."""
    return refused(
        f"{table}_fixed",
        f"UPDATE OR DELETE ON {table}",
        message,
        when=f"OLD.{once} IS NOT NULL" if once else "",
    )


def refused(name: str, what: str, message: str, *, when: str = "", if_: str = "", first: str = "") -> migrations.RunSQL:
    """A trigger ``name`` before ``what`` (as in ``UPDATE OF kind ON companies_company``) that raises ``message``.

    ``when`` is a condition on OLD and NEW alone, ``if_`` one that may read tables; ``first`` is a statement before it.
    """
    body = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"
    if if_:
        body = f"{first} IF {if_} THEN {body} END IF; RETURN NEW;"
    table = what.rpartition(" ON ")[2]
    return migrations.RunSQL(
        [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
            f"CREATE TRIGGER {name} BEFORE {what} FOR EACH ROW {f'WHEN ({when})' if when else ''} EXECUTE FUNCTION {name}()",
        ],
        [f"DROP TRIGGER IF EXISTS {name} ON {table}", f"DROP FUNCTION IF EXISTS {name}()"],
    )

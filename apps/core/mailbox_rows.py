"""For migrations: bring the addresses that a table keeps into their one form (``core.mailboxes``)."""

from collections.abc import Callable
from typing import Any

from django.db import migrations

from apps.core import mailboxes


def normalise(app: str, model: str, settle: Callable[[Any, Any, str], None]) -> migrations.RunPython:
    """Rewrite ``email`` in the rows of a model. ``settle(rows, row, address)`` is called first for each ``row`` that is to
    hold ``address``: it deals with rows that hold it already, or raises where a person has to decide."""

    def run(apps, schema_editor) -> None:
        rows = apps.get_model(app, model)._base_manager.using(schema_editor.connection.alias)
        for row in list(rows.exclude(email="").order_by("pk")):
            address = mailboxes.comparable(row.email)
            if address != row.email:
                settle(rows, row, address)
                rows.filter(pk=row.pk).update(email=address)

    return migrations.RunPython(run, migrations.RunPython.noop, elidable=True)


def no_twins(rows: Any, row: Any, address: str) -> None:
    """For tables in which one address may stand twice."""

"""Indexes that are made beside the release before (docs/upgrading.md)."""

from contextlib import nullcontext
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from apps.core.database import timeouts


class AddIndexAnew(AddIndexConcurrently):
    """``AddIndexConcurrently`` that may be run again: one that was interrupted left an index that is not valid, which goes
    first. It waits for open transactions as long as they take, since nobody waits for it."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        name = schema_editor.quote_name(self.index.name)
        if self.allow_migrate_model(
            schema_editor.connection.alias, to_state.apps.get_model(app_label, self.model_name)
        ):
            with nullcontext() if schema_editor.collect_sql else timeouts.waiting_at_most(timeouts.NO_LIMIT):
                schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
                super().database_forwards(app_label, schema_editor, from_state, to_state)

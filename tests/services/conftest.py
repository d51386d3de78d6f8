from unittest import mock

import pytest
from django.core.management.commands import flush

# Written by migrating, never by a test.
KEPT = {"django_content_type", "auth_permission"}


def emptied(style, connection, **_options) -> list[str]:
    """The statements that empty the tables in which something lies."""
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
    quote = connection.ops.quote_name
    asked = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM {quote(table)})" for table in sorted(tables))
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        filled = [table for (table,) in cursor.fetchall()]
    return connection.ops.sql_flush(style, filled, reset_sequences=False, allow_cascade=True)


@pytest.fixture(autouse=True, scope="session")
def _only_what_a_test_wrote_is_emptied_behind_it():
    """Emptying all of more than a hundred tables and writing the content types anew takes longer than most of these tests."""
    with mock.patch.object(flush, "sql_flush", emptied), mock.patch.object(flush, "emit_post_migrate_signal"):
        yield

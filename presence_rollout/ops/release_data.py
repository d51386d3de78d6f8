"""The data of a release, kept small in tests/upgrades, and taken into the present one as an installation's is.

    python -m presence_rollout.ops.release_data keep tests/upgrades/2026-11.json.xz   # of the release that is checked out
    python -m presence_rollout.ops.release_data upgrade tests/upgrades/2026-11.json.xz

``keep`` fills a server of its own with the demonstration. The file holds rows, in PostgreSQL's own text format, and the names
of the migrations that stood behind them: an older schema is made again by the migrations themselves, which never change once
they are released. ``upgrade`` makes that schema, copies the rows in, migrates to the present release and walks through what
came out: timelines, what is open, the pages of a project in each stage. It prints what is wrong; 1 where something is.
"""

import json
import lzma
import os
import sys
import tempfile
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from presence_rollout.ops import postgres

LEFT_OUT = {"django_migrations", "django_content_type", "auth_permission", "django_session", "usersessions_usersession"}
"""Tables that migrating fills, or that hold nothing of a project."""


def main(command: str, file: Path) -> int:
    with tempfile.TemporaryDirectory() as folder:
        server = postgres.start(Path(folder) / "postgres", throwaway=True)
        try:
            os.environ |= {"DATABASE_URL": server.url, "VAR_DIR": folder, "DEBUG": "1"}
            import django

            django.setup()
            problems = keep(file) if command == "keep" else list(upgrade(file))
        finally:
            server.stop()
    print("\n".join(problems))
    return 1 if problems else 0


def keep(file: Path) -> list[str]:
    """Write the data of a demonstration of this release into ``file``."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("demo", verbosity=0)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(lzma.compress(json.dumps(_content(), ensure_ascii=False).encode(), preset=9 | lzma.PRESET_EXTREME))
    return []


def upgrade(file: Path) -> Iterator[str]:
    """Take the data of ``file`` into this release; a line for each thing that is wrong afterwards."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    content = read(file)
    MigrationExecutor(connection).migrate([(app, name) for app, name in content["migrations"]])
    projects = _load(content["tables"])
    for command in ("migrate", "createcachetable", "load_blueprints"):
        call_command(command, verbosity=0, stdout=StringIO())
    call_command("verify_requirements", "--mend", verbosity=0, stdout=StringIO())
    if not projects:
        yield f"{file} holds no project"
    yield from _wrong_records()
    yield from _wrong_pages()


def read(file: Path) -> dict[str, Any]:
    """What ``keep`` wrote: ``migrations`` as pairs of app and name, ``tables`` with their ``columns`` and ``rows``."""
    return json.loads(lzma.decompress(file.read_bytes()))


def _content() -> dict[str, Any]:
    """Every row, and the last migration of each app."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    tables = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - LEFT_OUT):
            name = connection.ops.quote_name(table)
            columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
            names = ", ".join(map(connection.ops.quote_name, columns))
            with cursor.copy(f"COPY (SELECT {names} FROM {name} ORDER BY 1) TO STDOUT") as copy:
                rows = b"".join(copy).decode()
            if rows:
                tables[table] = {"columns": columns, "rows": rows}
    return {"migrations": sorted(MigrationLoader(connection).graph.leaf_nodes()), "tables": tables}


def _load(tables: dict[str, Any]) -> int:
    """Copy the rows in, in one transaction, whose end asks the foreign keys; the number of projects."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        _empty(cursor, tables)
        for table, content in tables.items():
            name = connection.ops.quote_name(table)
            names = ", ".join(map(connection.ops.quote_name, content["columns"]))
            with cursor.copy(f"COPY {name} ({names}) FROM STDIN") as copy:
                copy.write(content["rows"])
            for sequence in connection.introspection.get_sequences(cursor, table):
                column = connection.ops.quote_name(sequence["column"])
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max({column}) FROM {name}))",
                    [name, sequence["column"]],
                )
        cursor.execute("SELECT count(*) FROM rollouts_rollout")
        return cursor.fetchone()[0]


def _empty(cursor: Any, tables: dict[str, Any]) -> None:
    """Take out what migrations wrote of their own."""
    from django.db import connection

    for table in tables:
        name = connection.ops.quote_name(table)
        cursor.execute(f"SELECT EXISTS (SELECT FROM {name})")
        if cursor.fetchone()[0]:
            cursor.execute(f"DELETE FROM {name}")


def _wrong_records() -> Iterator[str]:
    """Every timeline that does not hold. The files of the documents and the seals are no part of what is kept here."""
    from apps.rollouts import timeline
    from apps.rollouts.models import Rollout

    for rollout in Rollout.objects.order_by("pk"):
        if broken := timeline.verify(rollout):
            yield f"{rollout.code}: {broken.why}"


def _wrong_pages() -> Iterator[str]:
    """The pages of a project in each stage that do not come, for one of Presence's managers."""
    from django.test import Client
    from django.urls import reverse

    from apps.companies.models import Membership, Role
    from apps.core import plugins
    from apps.rollouts.models import Rollout

    browser = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
    manager = Membership.objects.filter(role=Role.MANAGER).order_by("pk")[0].user
    browser.force_login(manager, backend="allauth.account.auth_backends.AuthenticationBackend")
    addresses = [reverse("portal:home"), reverse("companies:list"), reverse("portfolio:list"), reverse("hours:week")]
    names = [
        "rollouts:detail",
        "rollouts:timeline",
        *(plugin.page.url_name for plugin in plugins.plugins() if plugin.page),
    ]
    for rollout in Rollout.objects.order_by("stage", "pk").distinct("stage"):
        addresses += [reverse(name, args=[rollout.pk]) for name in names]
    for address in addresses:
        if (status := browser.get(address).status_code) != 200:
            yield f"{address}: {status}"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "presence_rollout.settings")
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))

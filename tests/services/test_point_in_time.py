"""docs/backup.md, "To a point in time": a base backup and the archived log bring back the minute before a mistake."""

import os
import shutil
import subprocess
from datetime import datetime

import psycopg
import pytest

from presence_rollout.ops import bootstrap, services
from presence_rollout.ops.drill import run

pytestmark = pytest.mark.services

PROGRAMS = next((folder for folder in bootstrap.postgres_folders() if (folder / "pg_basebackup").exists()), None)
WRITE = "from apps.accounts.models import User; User.objects.create_user('depois@example.com', name='Depois da cópia')"
COUNTS = (
    "SELECT (SELECT count(*) FROM rollouts_event), (SELECT count(*) FROM accounts_user WHERE email LIKE 'depois@%')"
)


def ask(server, *statements: str) -> list[tuple]:
    """The rows of the last of ``statements``, each in a transaction of its own."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.skipif(PROGRAMS is None, reason="this machine has no pg_basebackup (apt-get install postgresql)")
def test_the_minute_before_a_mistake_comes_back_and_everything_fits_together(tmp_path):
    archive, base, data = tmp_path / "archive", tmp_path / "base", tmp_path / "postgres/data"
    archive.mkdir()
    with run.production(tmp_path) as installation:
        installation.prepare()
        ask(
            installation.postgres,
            "ALTER SYSTEM SET archive_mode = on",
            f"ALTER SYSTEM SET archive_command = 'cp %p {archive}/%f'",
        )
        installation.postgres.stop()
        installation.start_postgres()
        server = installation.postgres
        assert server.host.startswith("/"), "the data lies elsewhere on a machine without user namespaces"

        environment = {**os.environ, "PGPASSWORD": server.password}
        command = [
            PROGRAMS / "pg_basebackup",
            "-h",
            server.host,
            "-U",
            "rollout",
            "-D",
            base,
            "-X",
            "none",
            "-c",
            "fast",
        ]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        assert installation.manage("shell", "-c", WRITE).returncode == 0
        before = ask(server, COUNTS)
        moment: datetime = ask(server, "SELECT clock_timestamp()")[0][0]
        ask(server, "SET session_replication_role = replica", "DELETE FROM rollouts_event", "SELECT pg_switch_wal()")
        services.wait_until(
            lambda: ask(server, "SELECT last_archived_time > now() - interval '1 hour' AND NOT EXISTS (SELECT FROM "
                        "pg_ls_archive_statusdir() WHERE name LIKE '%.ready') FROM pg_stat_archiver") == [(True,)],
            "The archive",
        )  # fmt: skip
        assert ask(server, COUNTS) != before
        assert installation.manage("verify_timeline").returncode not in run.HOLDS

        server.stop()
        data.rename(tmp_path / "broken")
        shutil.copytree(base, data)
        (data / "recovery.signal").touch()
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"restore_command = 'cp {archive}/%f %p'\n")
            settings.write(f"recovery_target_time = '{moment.isoformat()}'\nrecovery_target_action = promote\n")
        installation.start_postgres()
        server = installation.postgres
        services.wait_until(lambda: ask(server, "SELECT pg_is_in_recovery()") == [(False,)], "The recovery")

        assert ask(server, COUNTS) == before
        assert before[0][1] == 1
        assert run.what_does_not_fit(installation) == []

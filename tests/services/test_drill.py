"""A short drill on two web processes, two workers and two beats, with a PgBouncer in transaction mode before the database
where there is one: nothing is lost, nothing done or run twice. Then the drill itself is put to the test."""

import psycopg
import pytest
from django.conf import settings

from presence_rollout.ops import pgbouncer, services
from presence_rollout.ops.drill import faults, run
from presence_rollout.ops.drill.journal import Journal

pytestmark = pytest.mark.services
IS_POOLED = pgbouncer.PROGRAM is not None
needs_pool = pytest.mark.skipif(not IS_POOLED, reason="this machine has no pgbouncer (apt-get install pgbouncer)")

COMMENTS = "homologation_nonconformitycomment"
WATCHED = """
    CREATE TABLE drill_runs (entry text, has_company boolean);
    CREATE FUNCTION drill_run() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.finished_at IS NULL THEN
            INSERT INTO drill_runs VALUES (NEW.entry, TG_OP = 'UPDATE' AND OLD.finished_at IS NULL);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER drill_run AFTER INSERT OR UPDATE ON core_scheduledrun FOR EACH ROW EXECUTE FUNCTION drill_run();
"""
"""Each run of a task of the schedule, and whether the run before it still went on."""
RUSH = """
from presence_rollout.celery import PERIODIC, app
for name in sorted(PERIODIC):
    for time in range(6):
        app.send_task(name)
"""
"""Each of them six times at the same moment."""


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """It has been through all of it, and everything is over but the servers."""
    folder = tmp_path_factory.mktemp("drill")
    with run.production(folder, workers=2, pooled=IS_POOLED) as installation:
        work = run.Work(installation, Journal(folder / "journal"))
        try:
            work.begin()
            installation.second_beat()
            sql(work, WATCHED)
            rush = installation.manage("shell", "-v", "0", "-c", RUSH)
            assert rush.returncode == 0, rush.stderr
            entries = len(settings.CELERY_BEAT_SCHEDULE)
            counted = "SELECT count(DISTINCT entry) FROM drill_runs"
            services.wait_until(lambda: sql(work, counted) == [(entries,)], "Each task of the schedule")
            work.runs = sql(work, "SELECT entry, has_company FROM drill_runs")
            for fault in [*run.chosen(["web", "PostgreSQL"]), *[faults.POOL_KILLED] * IS_POOLED]:
                work.suffer(fault)
        finally:
            work.end()
        yield work


def sql(work, statement: str, *values: str) -> list[tuple]:
    """The rows of a statement that no trigger and no rule of the application hears of."""
    with psycopg.connect(work.installation.postgres.url) as server:
        server.execute("SET session_replication_role = replica")
        cursor = server.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def test_nothing_that_was_acknowledged_is_lost_or_doubled(work):
    account = work.account()
    assert run.report(account, work.problems + run.what_does_not_fit(work.installation)) == 0
    assert set(account.acknowledged) == work.kinds | {"code"}


def test_a_task_of_the_schedule_runs_once_at_a_time(work):
    assert [entry for entry, has_company in work.runs if has_company] == []


@needs_pool
def test_no_lock_stays_in_a_session_that_goes_to_somebody_else(work):
    assert sql(work, "SELECT * FROM pg_locks WHERE locktype = 'advisory'") == []


@needs_pool
def test_who_asks_through_the_pool_has_its_limits(work):
    limits = "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')"
    for database, expected in (("rollout", ("30s", "10s")), ("rollout_tasks", ("5min", "5min"))):
        with psycopg.connect(work.installation.pool.of(database)) as client:
            assert client.execute(limits).fetchone() == expected


def test_the_drill_notices_what_is_lost_and_what_is_doubled(work, capsys):
    columns = "nonconformity_id, author_id, party, text, at"
    sql(
        work,
        f"INSERT INTO {COMMENTS} ({columns}) SELECT {columns} FROM {COMMENTS} WHERE text = %s",
        "drill-comment-0001",
    )
    sql(work, f"DELETE FROM {COMMENTS} WHERE text = %s", "drill-comment-0002")
    account = work.account()
    assert account.doubled == ["drill-comment-0001: 2 times"]
    assert account.lost == ["comment drill-comment-0002"]
    assert run.report(account, []) == 1
    assert "lost 1, doubled 1" in capsys.readouterr().out

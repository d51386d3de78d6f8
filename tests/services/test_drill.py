"""A short drill: PostgreSQL and the web processes are killed while people write. Then the drill itself is put to the test."""

import psycopg
import pytest

from presence_rollout.ops.drill import run
from presence_rollout.ops.drill.journal import Journal

pytestmark = pytest.mark.services

COMMENTS = "homologation_nonconformitycomment"


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """It has been through both, and everything is over but the servers."""
    folder = tmp_path_factory.mktemp("drill")
    with run.production(folder, one_worker=True) as installation:
        work = run.Work(installation, Journal(folder / "journal"))
        try:
            work.begin()
            for fault in run.chosen(["web", "PostgreSQL"]):
                work.suffer(fault)
        finally:
            work.end()
        yield work


def sql(work, statement: str, *values: str) -> None:
    """A statement that no trigger and no rule of the application hears of."""
    with psycopg.connect(work.installation.postgres.url) as connection:
        connection.execute("SET session_replication_role = replica")
        assert connection.execute(statement, values).rowcount == 1


def test_nothing_that_was_acknowledged_is_lost_or_doubled(work):
    account = work.account()
    assert (work.problems, str(account).partition("), ")[2].partition(", mails")[0]) == (
        [],
        "lost 0, doubled 0, refused 0, 5xx outside outages 0",
    )
    assert set(account.acknowledged) == work.kinds | {"code"}
    assert run.report(account, run.what_does_not_fit(work.installation)) == 0


def test_the_drill_notices_what_is_lost_and_what_is_doubled(work, capsys):
    columns = "nonconformity_id, author_id, party, text, at"
    again = f"INSERT INTO {COMMENTS} ({columns}) SELECT {columns} FROM {COMMENTS} WHERE text = %s"
    sql(work, again, "drill-comment-0001")
    sql(work, f"DELETE FROM {COMMENTS} WHERE text = %s", "drill-comment-0002")
    account = work.account()
    assert account.doubled == ["drill-comment-0001: 2 times"]
    assert account.lost == ["comment drill-comment-0002"]
    assert run.report(account, []) == 1
    assert "lost 1, doubled 1" in capsys.readouterr().out

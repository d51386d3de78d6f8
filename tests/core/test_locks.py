import re
from pathlib import Path

import psycopg
import pytest
from celery import current_app
from django.db import connection

from apps.core.background import locks
from apps.notices import actions
from apps.notices.tasks import remind
from presence_rollout.celery import PERIODIC, OneAtATime

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[False, True], ids=["session", "pool"])
def pooled(request, settings):
    """With a session of the database for itself, and with one for each transaction."""
    settings.DATABASE_POOLED = request.param


@pytest.fixture
def another_process():
    """A connection of its own to the same database."""
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        yield other


def take(process, name):
    return process.execute("SELECT pg_try_advisory_lock(%s)", [locks.key_of(name)]).fetchone()[0]


def test_who_comes_second_is_told_so_and_does_not_wait(another_process, pooled):
    with locks.alone("x") as alone:
        assert alone
        assert not take(another_process, "x")
        assert take(another_process, "y")
    assert take(another_process, "x")
    with locks.alone("x") as alone:
        assert not alone


def test_a_block_within_another_is_let_in_and_lets_nothing_go(another_process, pooled):
    with locks.alone("x"):
        with locks.alone("x") as alone:
            assert alone
        assert not take(another_process, "x")
    assert take(another_process, "x")


def test_a_lock_of_a_pool_is_of_no_session_that_anybody_else_gets(another_process, settings):
    settings.DATABASE_POOLED = True
    with locks.alone("x"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [locks.key_of("x")])
        assert cursor.fetchone() == (False,)
        assert not take(another_process, "x")


def test_a_lock_of_a_pool_is_let_go_where_its_connection_is_lost(another_process, settings):
    settings.DATABASE_POOLED = True
    with locks.alone("x"):
        another_process.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    assert take(another_process, "x")


def test_a_lock_is_let_go_when_the_block_fails(another_process, pooled):
    with pytest.raises(ZeroDivisionError), locks.alone("x"):
        raise ZeroDivisionError
    assert take(another_process, "x")


def test_who_waits_for_its_turn_holds_no_snapshot_meanwhile(another_process, pooled, monkeypatch):
    """Within one long statement it would: an index that the other one makes concurrently waits for that."""
    assert take(another_process, "x")
    pauses = []

    def pause(seconds):
        pauses.append(seconds)
        if len(pauses) == 2:
            another_process.execute("SELECT pg_advisory_unlock_all()")

    monkeypatch.setattr(locks.time, "sleep", pause)
    with locks.in_turn("x"):
        assert pauses == [locks.PAUSE] * 2
        assert not take(another_process, "x")
    assert take(another_process, "x")


def test_a_periodic_task_runs_once_at_a_time(another_process, pooled, monkeypatch):
    ran = []
    monkeypatch.setattr(actions, "remind", lambda: ran.append(True))
    assert take(another_process, f"task {remind.name}")
    remind()
    assert ran == []
    another_process.execute("SELECT pg_advisory_unlock_all()")
    remind()
    assert ran == [True]


def test_every_periodic_task_is_one_of_those():
    current_app.loader.import_default_modules()
    assert PERIODIC
    assert all(isinstance(current_app.tasks[name], OneAtATime) for name in PERIODIC)


GOES = {"apps/vault/actions.py", "apps/files/uploads.py"}
"""Where what is locked is deleted."""


def test_a_row_that_stays_is_locked_without_its_key():
    """Otherwise whatever refers to it waits: two who wrote in the same person's name waited for each other."""
    pattern = re.compile(r"select_for_update\((.{,40})")
    modules = [path for path in Path("apps").rglob("*.py") if "migrations" not in path.parts]
    locks = [(str(path), options) for path in modules for options in pattern.findall(path.read_text())]
    assert len(locks) > 20
    assert {path for path, options in locks if "no_key=True" not in options} <= GOES

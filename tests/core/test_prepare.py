"""The command that brings the database to this version waits for nobody for long, and tries again."""

from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from apps.core import plugins
from apps.core.database import timeouts
from apps.core.management.commands import prepare
from apps.core.plugins import Plugin

pytestmark = pytest.mark.django_db


def busy(cause=psycopg.errors.LockNotAvailable):
    error = OperationalError("busy")
    error.__cause__ = cause()
    return error


@pytest.fixture
def runs(monkeypatch):
    """A step that fails as often as ``failures`` says: with ``lock_timeout`` as it was each time."""
    seen, failures = [], []

    def run(name, *arguments, **options):
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            seen.append(cursor.fetchone()[0])
        if failures:
            raise failures.pop()

    monkeypatch.setattr(plugins, "plugins", lambda: [Plugin(app="core", prepared_by=[("step",)])])
    monkeypatch.setattr(prepare, "call_command", run)
    monkeypatch.setattr(prepare.Command, "check", lambda *args, **options: None)
    monkeypatch.setattr(prepare, "PAUSE", 0)
    return seen, failures


def run():
    err = StringIO()
    call_command("prepare", stdout=StringIO(), stderr=err)
    return err.getvalue()


def test_a_step_waits_five_seconds_for_a_lock_and_is_done_again(runs):
    seen, failures = runs
    failures += [busy(), busy()]
    assert "tried again" in run()
    assert seen == ["5s"] * 3
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone()[0] == "0"


def test_after_a_few_times_it_says_what_to_do(runs):
    seen, failures = runs
    failures += [busy() for _attempt in range(9)]
    with pytest.raises(CommandError, match=r"docs/upgrading\.md"):
        run()
    assert len(seen) == prepare.ATTEMPTS


def test_what_fails_for_anything_else_fails_at_once(runs):
    seen, failures = runs
    failures.append(busy(psycopg.errors.QueryCanceled))
    with pytest.raises(OperationalError):
        run()
    assert len(seen) == 1


def test_behind_a_pool_the_limit_is_the_pools(settings):
    """From here it would stay in a session that goes to somebody else."""
    settings.DATABASE_POOLED = True
    with timeouts.waiting_at_most(5), connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone()[0] == "0"

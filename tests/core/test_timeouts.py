"""A page holds the database up for seconds at most, and is told that it is busy; an operator's command may take its time."""

import re

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from apps.core.database import timeouts
from apps.core.web.outages import status_of
from presence_rollout.ops import pgbouncer


@pytest.fixture
def limited():
    timeouts.limit({"statement_timeout": 1, "lock_timeout": 2, "idle_in_transaction_session_timeout": 3})
    connection.close()
    yield
    timeouts.lift()
    connection.close()


def shown(name):
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return cursor.fetchone()[0]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_the_limits_hold_for_each_new_connection(limited):
    assert [shown(name) for name in settings.PAGE_DATABASE_LIMITS] == ["1s", "2s", "3s"]


@pytest.mark.django_db
def test_a_statement_that_takes_too_long_is_503():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout TO '10ms'")
        with pytest.raises(OperationalError) as raised:
            cursor.execute("SELECT pg_sleep(30)")
    assert status_of(raised.value) == 503


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_command_has_none():
    connection.close()
    assert [shown(name) for name in settings.PAGE_DATABASE_LIMITS] == ["0", "0", "0"]


def test_a_task_may_take_as_long_at_the_database_as_it_may_run():
    assert set(settings.TASK_DATABASE_LIMITS) == set(settings.PAGE_DATABASE_LIMITS)
    assert set(settings.TASK_DATABASE_LIMITS.values()) == {settings.CELERY_TASK_TIME_LIMIT}


def test_behind_a_pool_they_are_left_to_the_pool(settings):
    """From here they would stay in a session that goes to somebody else."""
    settings.DATABASE_POOLED = True
    timeouts.limit({"statement_timeout": 1})
    assert timeouts._limits == {}


def test_the_shipped_pool_has_the_limits_of_pages_and_of_tasks():
    text = pgbouncer.SHIPPED.read_text()
    for database, limits in (
        ("rollout", settings.PAGE_DATABASE_LIMITS),
        ("rollout_tasks", settings.TASK_DATABASE_LIMITS),
    ):
        (line,) = re.findall(rf"^{database} = .*$", text, re.MULTILINE)
        assert re.findall(r"SET (\w+) = ''(\d+)s''", line) == [(name, str(value)) for name, value in limits.items()]
    assert re.search(r"^pool_mode = transaction$", text, re.MULTILINE)

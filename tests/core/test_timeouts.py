"""A page holds the database up for seconds at most, and is told that it is busy; an operator's command may take its time."""

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from apps.core.database import timeouts
from apps.core.web.outages import status_of


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

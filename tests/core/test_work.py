"""An attempt counts before it begins; what fails waits, is given up, and holds up no other."""

import subprocess
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from apps.core import clock
from apps.core.background import work
from apps.core.jobs import PAUSES, PAUSES_WHILE_AWAY, Job
from apps.core.models import UnfinishedWork
from apps.core.refusals import Refusal

pytestmark = pytest.mark.django_db

KIND = Job("tests.x", "Trabalho", "Não foi possível", task="tests.x", away=(LookupError,))
SECRET = "canario-77"


def rows() -> list[UnfinishedWork]:
    return list(UnfinishedWork.objects.all())


def failing(error: BaseException):
    def action(key):
        raise error

    return action


def test_what_is_done_leaves_nothing():
    done = []
    assert work.do(KIND, 7, done.append)
    assert (done, rows()) == ([7], [])


def test_the_attempt_is_counted_before_the_work_begins():
    counted = []
    work.do(KIND, 7, lambda key: counted.extend((row.key, row.attempts, row.reason) for row in rows()))
    assert counted == [("7", 1, "interrupted")]


def test_a_failure_is_noted_waits_and_after_the_third_is_given_up():
    tries = []

    def action(key):
        tries.append(key)
        raise ValueError(SECRET)

    now = clock.now()
    for pause in (*PAUSES, None):
        with clock.at(now):
            assert not work.do(KIND, 7, action)
            assert not work.do(KIND, 7, action)  # It is not its turn.
        [row] = rows()
        assert (row.reason, row.error, row.failed_at) == ("error", "ValueError", now)
        if pause:
            assert row.next_try_at == now + pause
            now = row.next_try_at
    assert (row.attempts, row.next_try_at, row.given_up_at) == (3, None, now)
    with clock.at(now + timedelta(days=900)):
        assert not work.do(KIND, 7, action)
    assert len(tries) == 3


def test_what_an_error_says_is_neither_kept_nor_logged_but_where_it_came_from(caplog):
    work.do(KIND, 7, failing(ValueError(SECRET)))
    assert SECRET not in str(UnfinishedWork.objects.values())
    assert SECRET not in caplog.text
    assert "test_work.py" in caplog.text


def test_an_item_that_another_worker_did_at_the_same_instant_is_left_alone(monkeypatch):
    def refuse(*args, **kwargs):
        raise IntegrityError("unfinished_once_per_item")

    monkeypatch.setattr(QuerySet, "get_or_create", refuse)
    done = []
    assert work.do(KIND, 7, done.append) is False
    assert done == []


def test_what_is_away_is_waited_for_for_days():
    now = clock.now()
    for _time in range(len(PAUSES_WHILE_AWAY)):
        with clock.at(now):
            work.do(KIND, 7, failing(ConnectionRefusedError()))
        [row] = rows()
        assert row.given_up_at is None
        now = row.next_try_at
    assert timedelta(days=3) < now - row.begun_at < timedelta(days=5)
    with clock.at(now):
        work.do(KIND, 7, failing(ConnectionRefusedError()))
    assert rows()[0].given_up_at == now


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (SoftTimeLimitExceeded(), "time"),
        (subprocess.TimeoutExpired("x", 1), "time"),
        (MemoryError(), "memory"),
        (TimeoutError(), "away"),
        (KeyError(), "away"),
        (Refusal("x"), "refused"),
        (ZeroDivisionError(), "error"),
    ],
)
def test_the_reason_is_a_code(error, reason):
    work.do(KIND, 7, failing(error))
    assert rows()[0].reason == reason


def killed(key: int = 7) -> None:
    """What SIGKILL leaves: an attempt that was counted, and nothing noted."""
    work._begin(KIND, str(key))


def test_an_item_that_kills_its_process_is_left_alone_while_a_worker_may_be_at_it_and_given_up_after_the_third_time():
    now, tries = clock.now(), []
    for _time in range(3):
        with clock.at(now):
            killed()
            assert not work.do(KIND, 7, tries.append)
        now += work.lease()
    with clock.at(now):
        assert not work.do(KIND, 7, tries.append)
    [row] = rows()
    assert (tries, row.attempts, row.reason, row.given_up_at) == ([], 3, "interrupted", now)
    assert row.failed_at


def test_an_orderly_end_of_the_process_counts_too_since_the_hard_time_limit_arrives_as_one():
    with pytest.raises(SystemExit):
        work.do(KIND, 7, failing(SystemExit()))
    [row] = rows()
    assert (row.attempts, row.reason) == (1, "interrupted")


def test_who_was_asked_for_again_while_it_ran_is_not_written_back():
    def action(key):
        work.renew(KIND.name, key)
        raise ValueError

    work.do(KIND, 7, action)
    assert rows() == []


class TestASweep:
    def test_one_that_fails_keeps_no_other_waiting(self):
        done = []

        def action(key):
            if key == 1:
                raise ValueError
            done.append(key)

        assert work.do_all(KIND, [1, 2, 3], action) == 2
        assert done == [2, 3]
        assert [row.key for row in rows()] == ["1"]

    def test_many_that_fail_do_not_fill_its_batches(self):
        done = []

        def action(key):
            if key < 10:
                raise ValueError
            done.append(key)

        for _time in range(6):
            with clock.at(clock.now() + timedelta(hours=1)):
                work.do_all(KIND, range(12), action, most=5)
        assert done[:2] == [10, 11]

    def test_what_failed_comes_after_what_was_never_tried_the_longest_waiting_first(self):
        order = []
        now = clock.now()
        for key, minutes in ((1, 5), (2, 9), (3, 0)):
            with clock.at(now - timedelta(minutes=minutes)):
                work.do(KIND, key, failing(ValueError()))
        with clock.at(now + timedelta(minutes=1)):
            work.do_all(KIND, [1, 2, 3, 4], order.append)
        assert order == [4, 2, 1, 3]

    def test_it_begins_with_nothing_more_once_its_time_is_over_or_it_is_told_to_stop(self):
        assert work.do_all(KIND, [1, 2], lambda key: None, seconds=-1) == 0
        assert work.do_all(KIND, [1, 2], lambda key: None, stop=lambda: True) == 0

    def test_the_same_item_twice_is_one(self):
        done = []
        work.do_all(KIND, [1, 1, 2], done.append)
        assert done == [1, 2]


def test_the_database_holds_one_row_an_item_that_waits_or_is_given_up():
    killed()
    with pytest.raises(IntegrityError), transaction.atomic():
        UnfinishedWork.objects.create(kind=KIND.name, key="7")
    with pytest.raises(IntegrityError), transaction.atomic():
        UnfinishedWork.objects.update(given_up_at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        UnfinishedWork.objects.update(next_try_at=None)


def test_what_nobody_looks_for_any_more_is_forgotten_and_what_was_given_up_stays():
    killed(1)
    killed(2)
    UnfinishedWork.objects.filter(key="2").update(next_try_at=None, given_up_at=clock.now())
    with clock.at(clock.now() + timedelta(days=31)):
        assert work.forget_old() == 1
    assert [row.key for row in rows()] == ["2"]

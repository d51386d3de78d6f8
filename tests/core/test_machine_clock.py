"""A clock that is wrong makes everything look old: nothing is deleted by it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts import tasks as accounts_tasks
from apps.core.background import machine_clock
from apps.prerequisites import tasks as prerequisites_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_year_ahead(monkeypatch):
    ahead = timezone.now() + timedelta(days=365)
    monkeypatch.setattr(timezone, "now", lambda: ahead)


def test_clocks_that_agree_go_on():
    machine_clock.require_agreement()


def test_the_difference_is_said(a_year_ahead):
    with pytest.raises(machine_clock.WrongClock, match=r"36\d days.* apart"):
        machine_clock.require_agreement()


@pytest.mark.parametrize("task", [accounts_tasks.forget_what_expired, prerequisites_tasks.purge_closed_rollouts])
def test_what_deletes_by_age_does_nothing(a_year_ahead, task, monkeypatch):
    monkeypatch.setattr("apps.accounts.personal_data.expire", lambda: pytest.fail("it was dropped"))
    monkeypatch.setattr("apps.prerequisites.queries.rollouts_to_purge", lambda: pytest.fail("it was destroyed"))
    with pytest.raises(machine_clock.WrongClock):
        task()

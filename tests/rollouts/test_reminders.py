"""Three days before, on the day, then every week late."""

from datetime import date, timedelta

import pytest

from apps.rollouts.reminders import due_days, next_reminder

DUE = date(2026, 11, 20)


def reminded_on(until):
    return [day for number in range(60) if (day := until - timedelta(days=number)) and DUE in due_days(day)]


def test_three_days_before_on_the_day_and_every_week_after():
    assert reminded_on(date(2026, 12, 5)) == [
        date(2026, 12, 4), date(2026, 11, 27), date(2026, 11, 20), date(2026, 11, 17),
    ]  # fmt: skip


def test_before_the_first_reminder_there_is_none():
    assert reminded_on(date(2026, 11, 16)) == []


def test_what_nobody_waits_for_any_more_is_let_be():
    assert DUE not in due_days(DUE + timedelta(days=6 * 365))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 1), date(2026, 11, 17)),
        (date(2026, 11, 17), date(2026, 11, 17)),
        (date(2026, 11, 18), date(2026, 11, 20)),
        (date(2026, 11, 20), date(2026, 11, 20)),
        (date(2026, 11, 21), date(2026, 11, 27)),
        (date(2026, 11, 27), date(2026, 11, 27)),
        (date(2026, 11, 28), date(2026, 12, 4)),
    ],
)
def test_the_next_reminder(today, expected):
    assert next_reminder(DUE, today) == expected


def test_the_next_reminder_is_always_the_first_day_from_today_on_that_reminds_of_it():
    for days in range(-40, 90):
        today = DUE + timedelta(days=days)
        ahead = (day for number in range(60) if DUE in due_days(day := today + timedelta(days=number)))
        assert next_reminder(DUE, today) == next(ahead)

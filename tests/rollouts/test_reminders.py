"""Three days before, on the day, then every week late."""

from datetime import date, timedelta

import pytest

from apps.rollouts.reminders import dates_for, next_reminder

DUE = date(2026, 11, 20)


def test_before_the_first_reminder_there_is_none():
    assert dates_for(DUE, date(2026, 11, 16)) == []


def test_three_days_before_on_the_day_and_every_week_after():
    assert dates_for(DUE, date(2026, 12, 5)) == [
        date(2026, 11, 17), date(2026, 11, 20), date(2026, 11, 27), date(2026, 12, 4),
    ]  # fmt: skip


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


def test_the_next_reminder_is_always_the_first_of_the_dates_not_yet_past():
    for days in range(-40, 90):
        today = DUE + timedelta(days=days)
        ahead = [day for day in dates_for(DUE, today + timedelta(days=60)) if day >= today]
        assert next_reminder(DUE, today) == ahead[0]

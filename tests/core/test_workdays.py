"""Business days without Brazil's national holidays."""

from datetime import date

import pytest

from apps.core import workdays

FRIDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 30)


def test_weekends_and_national_holidays_are_no_business_days():
    assert workdays.is_workday(FRIDAY)
    assert not workdays.is_workday(date(2026, 11, 28))
    assert not workdays.is_workday(date(2026, 12, 25))
    assert not workdays.is_workday(date(2026, 9, 7))


@pytest.mark.parametrize(
    ("day", "by", "found"),
    [
        (FRIDAY, 1, MONDAY), (MONDAY, -1, FRIDAY), (FRIDAY, 0, FRIDAY), (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2026, 12, 28), -1, date(2026, 12, 24)), (date(2026, 12, 31), 1, date(2027, 1, 4)),
    ],
)  # fmt: skip
def test_shifting_steps_over_them(day, by, found):
    assert workdays.shift(day, by) == found


def test_counting_between_two_days_has_a_direction():
    assert workdays.between(FRIDAY, date(2026, 12, 2)) == 3
    assert workdays.between(date(2026, 12, 2), FRIDAY) == -3
    assert workdays.between(FRIDAY, FRIDAY) == 0


def test_a_holiday_moves_on_to_the_next_business_day():
    assert workdays.on_or_after(date(2026, 12, 25)) == date(2026, 12, 28)
    assert workdays.on_or_after(MONDAY) == MONDAY

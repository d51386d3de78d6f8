"""Business days: Monday to Friday without Brazil's national holidays."""

from datetime import date, timedelta
from functools import lru_cache

import holidays
from django.utils.translation import get_language

ONE_DAY = timedelta(days=1)
FRIDAY = 4


@lru_cache(maxsize=16)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("BR", years=year))


@lru_cache(maxsize=256)
def _holiday_names(year: int, state: str, language: str) -> dict[date, str]:
    is_known = state in holidays.country_holidays("BR").subdivisions
    return dict(holidays.country_holidays("BR", subdiv=state if is_known else None, years=year, language=language))


def holiday(day: date, state: str = "") -> str:
    """The name of the holiday on ``day`` in Brazil or in ``state`` ("SP"), in the reader's language; empty without one."""
    language = "pt_BR" if (get_language() or "pt").startswith("pt") else "en_US"
    return _holiday_names(day.year, state, language).get(day, "")


def is_workday(day: date) -> bool:
    """Whether ``day`` is a weekday and no national holiday."""
    return day.weekday() <= FRIDAY and day not in _holidays(day.year)


def on_or_after(day: date) -> date:
    """``day``, or the first business day after it."""
    while not is_workday(day):
        day += ONE_DAY
    return day


def shift(day: date, workdays: int) -> date:
    """The business day ``workdays`` after ``day`` (before it, if negative); ``day`` itself need not be one."""
    step = ONE_DAY if workdays >= 0 else -ONE_DAY
    for _ in range(abs(workdays)):
        day += step
        while not is_workday(day):
            day += step
    return day


def between(first: date, last: date) -> int:
    """How many business days lie after ``first`` up to and with ``last``; negative when ``last`` comes before."""
    low, high = min(first, last), max(first, last)
    count = sum(is_workday(low + timedelta(days=n)) for n in range(1, (high - low).days + 1))
    return count if last >= first else -count

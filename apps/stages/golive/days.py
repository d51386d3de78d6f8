"""On which days a shop goes live: on business days, and not before a day on which nobody is there to mend it.

A day without work (weekend, national holiday) is refused. A Friday, the eve of a national holiday and the high season of
retail are taken with a reason, which everybody reads before they answer. Holidays of a state or a city are not known here.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from apps.core import workdays

WARNINGS = {
    "friday": _("é sexta-feira: o que falhar depois encontra menos gente para corrigir"),
    "eve": _("é véspera de feriado nacional"),
    "season": _("é época de grande movimento no varejo (semana da Black Friday ou Natal)"),
}
FRIDAY = 4


def of(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def without_work(first: date, last: date) -> list[date]:
    """The weekend days and national holidays from ``first`` to ``last``, both included."""
    return [day for day in of(first, last) if not workdays.is_workday(day)]


def warnings(first: date, last: date) -> list[str]:
    """The keys of ``WARNINGS`` that hold for a day from ``first`` to ``last``, each once."""
    keys = {key for day in of(first, last) for key in _against(day)}
    return [key for key in WARNINGS if key in keys]


def _against(day: date) -> Iterator[str]:
    if day.weekday() == FRIDAY:
        yield "friday"
    elif not workdays.is_workday(day + timedelta(days=1)):
        yield "eve"
    black_friday = _black_friday(day.year)
    if black_friday - timedelta(days=4) <= day <= black_friday + timedelta(days=3) or (day.month, day.day) in CHRISTMAS:
        yield "season"


CHRISTMAS = {(12, number) for number in range(10, 26)}


def _black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21 + 1)

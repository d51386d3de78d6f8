"""When whoever owes something with a due date is reminded of it: three days before, on the day, then every week late."""

from datetime import date, timedelta

AHEAD = timedelta(days=3)
WEEKLY = timedelta(days=7)


def dates_for(due: date, until: date) -> list[date]:
    """Every date on which a matter ``due`` on that date is reminded of, up to and with ``until``, in order."""
    dates = [due - AHEAD, due]
    while dates[-1] + WEEKLY <= until:
        dates.append(dates[-1] + WEEKLY)
    return [day for day in dates if day <= until]


def next_reminder(due: date, today: date) -> date:
    """The first of those dates that is ``today`` or later: a late matter always has one."""
    if today <= due - AHEAD:
        return due - AHEAD
    if today <= due:
        return due
    weeks_begun = -(-(today - due).days // WEEKLY.days)
    return due + weeks_begun * WEEKLY

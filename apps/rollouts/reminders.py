"""When whoever owes something with a due date is reminded of it: three days before, on the day, then every week late."""

from datetime import date, timedelta

AHEAD = timedelta(days=3)
WEEKLY = timedelta(days=7)
LONGEST_LATE = timedelta(days=5 * 365)
"""What has been late for longer is reminded of no more: nobody waits for it."""


def due_days(today: date) -> list[date]:
    """The days on which something was or is due of which ``today`` reminds: those ahead, then each week that is late."""
    late = (today - number * WEEKLY for number in range(LONGEST_LATE // WEEKLY + 1))
    return [today + AHEAD, *late]


def next_reminder(due: date, today: date) -> date:
    """The first day from ``today`` on that reminds of what is ``due``: a late matter always has one."""
    if today <= due - AHEAD:
        return due - AHEAD
    if today <= due:
        return due
    weeks_begun = -(-(today - due).days // WEEKLY.days)
    return due + weeks_begun * WEEKLY

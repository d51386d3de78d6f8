"""The hours in which the day is another elsewhere, and who reads where."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
READERS = [
    ZoneInfo(name) for name in ("America/Sao_Paulo", "America/Manaus", "America/Noronha", "Europe/Lisbon", "UTC")
]
DAYS = [date(2026, 8, 12), date(2026, 10, 31), date(2026, 11, 1), date(2026, 12, 31), date(2027, 1, 1)]
"""Within a month, and at the ends of months and years."""
TIMES = [time(0, 0), time(0, 30), time(2, 59), time(21, 0), time(21, 30), time(23, 59)]
WHEN = [(day, at) for day in DAYS for at in TIMES]


def instant_in_sao_paulo(day: date, at: time) -> datetime:
    """When the clocks of São Paulo show ``day`` and ``at``."""
    return datetime.combine(day, at, SAO_PAULO).astimezone(UTC)

"""Instants and days: one is turned into the other in ``core.clock`` and nowhere else."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from apps.core import clock

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
LISBON = ZoneInfo("Europe/Lisbon")
TWO_IN_THE_MORNING = datetime(2026, 1, 1, 2, tzinfo=UTC)


def test_an_instant_belongs_to_presences_day_unless_another_zone_is_named():
    for zone in (LISBON, None):
        with clock.read_in(zone):
            assert clock.day_of(TWO_IN_THE_MORNING) == date(2025, 12, 31)
            assert clock.day_of(TWO_IN_THE_MORNING, LISBON) == date(2026, 1, 1)


def test_the_readers_zone_is_named_where_a_calendar_is_their_own():
    with clock.read_in(LISBON):
        assert clock.day_of(TWO_IN_THE_MORNING, clock.reader_zone()) == date(2026, 1, 1)
        assert clock.installation_time(TWO_IN_THE_MORNING) == "31/12/2025 23:00"


@pytest.mark.parametrize("zone", [SAO_PAULO, LISBON, ZoneInfo("Asia/Kathmandu")], ids=str)
def test_the_first_instant_of_a_day_is_of_that_day_and_the_one_before_is_not(zone):
    first = clock.instant_of(date(2026, 3, 29), zone=zone)
    assert first.tzinfo is UTC
    assert clock.day_of(first, zone) == date(2026, 3, 29)
    assert clock.day_of(first - timedelta(microseconds=1), zone) == date(2026, 3, 28)


def test_a_day_on_which_the_clocks_go_forward_has_23_hours():
    day = clock.instant_of(date(2026, 3, 30), zone=LISBON) - clock.instant_of(date(2026, 3, 29), zone=LISBON)
    assert day == timedelta(hours=23)


def test_a_time_of_day_is_that_of_the_zone():
    assert clock.instant_of(date(2026, 1, 5), time(9), SAO_PAULO) == datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "América"])
def test_a_zone_that_does_not_exist_is_the_installations(name):
    assert clock.zone_named(name) == clock.installation_zone()
    assert clock.zone_named("Europe/Lisbon") == LISBON


def test_no_other_module_turns_instants_into_days():
    """Django's own functions for it are called in one place, so that a rule says which zone it counts in."""
    turns = re.compile(
        r"ZoneInfo\(|timezone\.(override|localtime|localdate|make_aware|get_default_timezone|get_current_timezone)\("
        r"|utils\.timezone import|datetime\.combine\([^)]*\)\.astimezone|\.astimezone\((?!UTC\))"
    )
    modules = [path for path in Path("apps").rglob("*.py") if "migrations" not in path.parts]
    assert [str(path) for path in modules if turns.search(path.read_text())] == ["apps/core/clock.py"]

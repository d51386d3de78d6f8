"""A person's day: full at 24 hours, in their own time zone, over every rollout; what overlaps; where an entry is placed."""

from datetime import UTC, date, datetime

import pytest

from apps.core import clock
from apps.core.refusals import Invalid
from apps.hours.ledger import actions, days
from tests.hours.factories import BareEntryFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 8, 20, tzinfo=UTC)


@pytest.fixture
def rollout():
    with clock.at(NOW):
        yield RolloutFactory()


@pytest.fixture
def analyst(rollout):
    return rollout.people["analyst"]


def utc(day, hour, minute=0, month=3):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def log(rollout, start, minutes, **fields):
    return actions.log(
        rollout,
        by=rollout.people["analyst"],
        activity="internal",
        started_at=start,
        minutes=minutes,
        note="x",
        **fields,
    )


def test_time_over_midnight_counts_in_both_days(analyst):
    assert list(days.minutes_by_day(analyst, utc(11, 2), 120)) == [
        (date(2026, 3, 10), 0, 60),
        (date(2026, 3, 11), 0, 60),
    ]


def test_a_day_is_full_at_24_hours_over_every_rollout(rollout, analyst):
    other = RolloutFactory()
    other.people = rollout.people
    log(rollout, utc(10, 3), 1000)
    log(other, utc(10, 3), 440)
    with pytest.raises(Invalid, match="24 horas em 10/03") as refusal:
        log(other, utc(11, 2, 59), 1)
    assert refusal.value.field == "minutes"
    log(other, utc(11, 3), 1)


def test_the_day_is_the_persons_own(rollout, analyst):
    log(rollout, utc(10, 3), 1440)
    with pytest.raises(Invalid, match="24 horas"):
        log(rollout, utc(10, 3), 60)
    analyst.time_zone = "Asia/Tokyo"  # The same 24 hours fill half of two days there.
    analyst.save()
    log(rollout, utc(10, 3), 60)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 3, 10), 24)])
def test_a_day_of_changed_clocks_has_its_real_hours(analyst, day, hours):
    analyst.time_zone = "America/New_York"
    zone = days.zone_of(analyst)
    begin, end = clock.instant_of(day, zone=zone), clock.instant_of(day + days.FULL_DAY, zone=zone)
    assert (end - begin).total_seconds() == hours * 3600
    assert next(days.minutes_by_day(analyst, begin, hours * 60)) == (day, 0, hours * 60)


def test_a_time_zone_that_is_none_falls_back_on_the_installations(analyst):
    analyst.time_zone = "Nowhere/At_all"
    assert days.zone_of(analyst).key == "America/Sao_Paulo"


def test_an_overlap_names_the_other_entry_and_touching_is_none(rollout, analyst):
    first = log(rollout, utc(10, 13), 60)
    assert days.overlapping(analyst, utc(10, 13, 59), 10) == [first]
    assert days.overlapping(analyst, utc(10, 14), 10) == []
    assert days.overlapping(analyst, utc(10, 12), 60) == []
    assert days.overlapping(rollout.people["pm"], utc(10, 13), 60) == []
    assert days.overlap_text(first) == f"Este horário coincide com #1, {rollout.code}, 10:00 a 11:00: x."
    log(rollout, utc(10, 13), 60)  # Told, not refused.


def test_only_a_duration_today_ends_now_or_where_the_last_entry_begins(rollout, analyst):
    today = date(2026, 4, 8)
    assert days.suggested_start(analyst, today, 60) == utc(8, 19, month=4)
    log(rollout, utc(8, 19, month=4), 60)
    assert days.suggested_start(analyst, today, 90) == utc(8, 17, 30, month=4)


def test_only_a_duration_on_another_day_begins_at_nine_or_after_the_morning(rollout, analyst):
    day = date(2026, 3, 10)
    assert days.suggested_start(analyst, day, 60) == utc(10, 12)
    log(rollout, utc(10, 12), 45)
    assert days.suggested_start(analyst, day, 60) == utc(10, 12, 45)


def test_a_full_day_is_placed_all_the_same(analyst):
    BareEntryFactory(person=analyst, started_at=utc(10, 12), minutes=900)
    assert days.suggested_start(analyst, date(2026, 3, 10), 60) == utc(10, 12)

"""Minutes, money, canonical records and bilingual text: the small types everything counts with."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from apps.core import canonical, clock, minutes, money
from apps.core.localized import Localized


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1h30", 90),
        ("1:30", 90),
        ("90m", 90),
        ("90 min", 90),
        ("1,5", 90),
        ("1.5h", 90),
        ("2", 120),
        ("0h05", 5),
        ("2h", 120),
        ("1 h 30 min", 90),
        ("1H30min", 90),
        ("45min", 45),
        ("1 hora e 30 minutos", 90),
        ("2 horas", 120),
        ("1,75", 105),
        ("0,5", 30),
        ("8", 480),
        ("25", 25),
        ("90", 90),
        ("480", 480),
    ],
)
def test_a_duration_is_read_as_people_type_it(typed, meant):
    assert minutes.parse(typed) == meant


@pytest.mark.parametrize("typed", ["", "1h75", "abc", "-1h00", "1h30x", "1,555"])
def test_what_is_no_duration_is_refused(typed):
    with pytest.raises(ValueError, match=r"^"):
        minutes.parse(typed)


@pytest.mark.parametrize(
    ("typed", "readings"),
    [("9", (540, 9)), ("15", (900, 15)), ("24", (1440, 24)), ("1,30", (90, 78)), ("1.15h", (75, 69))],
)
def test_what_may_mean_two_durations_is_asked_back(typed, readings):
    with pytest.raises(minutes.Ambiguous) as doubt:
        minutes.parse(typed)
    assert doubt.value.readings == readings
    with pytest.raises(ValidationError, match=f"{minutes.show(readings[0])} ou {minutes.show(readings[1])}"):
        minutes.MinutesField().clean(typed)


@given(st.integers(min_value=0, max_value=59_999))
def test_a_duration_survives_being_shown_and_typed_again(value):
    assert minutes.parse(minutes.show(value)) == value


def test_the_field_repeats_what_it_did_not_understand():
    with pytest.raises(ValidationError, match="uma hora"):
        minutes.MinutesField().clean("uma hora")


def test_an_adjustment_keeps_its_sign():
    assert minutes.show(-95) == "-1h35"
    assert money.show(-123456) == "-R$ 1.234,56"


@pytest.mark.parametrize(
    ("worked", "rate", "centavos"),
    [(60, 25000, 25000), (30, 25000, 12500), (1, 25000, 417), (1, 25030, 417), (-30, 25000, -12500)],
)
def test_minutes_are_priced_to_the_nearest_centavo(worked, rate, centavos):
    assert money.for_minutes(worked, rate) == centavos


@given(st.integers(-10_000, 10_000), st.integers(0, 1_000_000))
def test_taking_back_what_was_charged_leaves_nothing(worked, rate):
    assert money.for_minutes(worked, rate) + money.for_minutes(-worked, rate) == 0


def test_equal_records_are_the_same_bytes_whatever_their_order():
    assert (
        canonical.dumps({"b": 1, "a": "ção"}) == canonical.dumps({"a": "ção", "b": 1}) == '{"a":"ção","b":1}'.encode()
    )
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical.dumps(float("nan"))


def test_an_instant_is_written_in_utc():
    local = datetime(2026, 11, 24, 9, tzinfo=timezone(timedelta(hours=-3)))
    assert canonical.instant(local) == "2026-11-24T12:00:00.000000+00:00"


def test_the_clock_can_be_set_for_a_while():
    then = datetime(2026, 1, 1, 2, tzinfo=UTC)
    with clock.at(then):
        assert clock.now() == then
        assert clock.today().isoformat() == "2025-12-31"  # Two in the morning in UTC is the eve in São Paulo.
    assert clock.now() != then


def test_bilingual_text_speaks_the_readers_language_and_falls_back_to_portuguese():
    text = Localized(pt="Olá", en="Hello")
    assert str(text) == "Olá"
    with override("en"):
        assert str(text) == "Hello"
        assert str(Localized(pt="Só aqui")) == "Só aqui"
    assert not Localized.of(None)
    assert f"{Localized.of('<b>').__html__()}" == "&lt;b&gt;"

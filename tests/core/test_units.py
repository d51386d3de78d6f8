"""Minutes, money, canonical records and bilingual text: the small types everything counts with."""

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from apps.core import canonical, clock, minutes, money
from apps.core.localized import Localized

PAGE = (Path(__file__).parents[2] / "docs" / "typing.md").read_text()


def table(heading, number=0):
    return list(_table(heading, number))


def _table(heading, number):
    """``(typed, read)`` of each example of a table of docs/typing.md below ``heading``."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = section.split("| typed | read as |\n|---|---|\n")[number + 1].split("\n\n")[0].strip().splitlines()
    for row in rows:
        typed, read = (cell.strip() for cell in row.strip("|").split("|"))
        examples, answers = re.findall("`([^`]+)`", typed), read.split(" · ")
        for place, example in enumerate(examples):
            yield example, answers[min(place, len(answers) - 1)]


def answered(parse, show, typed):
    try:
        return show(parse(typed))
    except minutes.Ambiguous:
        return "asked"
    except ValueError:
        return "refused"


@pytest.mark.parametrize(("typed", "read"), table("Durations"))
def test_a_duration_is_read_as_people_type_it(typed, read):
    assert answered(minutes.parse, minutes.show, typed) == ("asked" if "asked" in read else read)


@pytest.mark.parametrize(("typed", "read"), table("Durations", 1))
def test_of_an_allowance_a_bare_number_is_asked_back(typed, read):
    assert answered(minutes.parse_allowance, minutes.show, typed) == ("asked" if "asked" in read else read)


@pytest.mark.parametrize(("typed", "read"), table("Amounts"))
def test_an_amount_is_read_as_people_type_it(typed, read):
    assert answered(money.parse, money.show, typed) == read


@pytest.mark.parametrize("typed", ["٣h", "３h", "3H", " 3  h ", "3\u00a0h"])
def test_digits_of_every_script_and_any_blank_are_read(typed):
    assert minutes.parse(typed) == 180


@pytest.mark.parametrize("typed", ["", "1h30x", "h", "'", ":", "1::30", "٣x", "1h30 2h", "9" * 40])
def test_what_is_no_duration_is_refused(typed):
    assert answered(minutes.parse, minutes.show, typed) == "refused"


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("9", (540, 9)),
        ("15", (900, 15)),
        ("24", (1440, 24)),
        ("1,30", (90, 78)),
        ("1,50", (110, 90)),
        ("1.15h", (75, 69)),
    ],
)
def test_what_may_mean_two_durations_is_asked_back(typed, readings):
    with pytest.raises(minutes.Ambiguous) as doubt:
        minutes.parse(typed)
    assert doubt.value.readings == readings
    with pytest.raises(ValidationError, match=f"{minutes.show(readings[0])} ou {minutes.show(readings[1])}"):
        minutes.MinutesField().clean(typed)


@given(st.integers(min_value=0, max_value=money.MOST))
def test_an_amount_survives_being_shown_and_typed_again_in_either_language(centavos):
    assert money.parse(money.show(centavos)) == centavos
    for language in ("pt-br", "en"):
        with override(language):
            assert money.parse(money.MoneyField().prepare_value(centavos)) == centavos


@given(st.text(max_size=12))
def test_no_text_is_read_by_half(text):
    """It is a duration or an amount as a whole, or none; nothing else can happen."""
    answered(minutes.parse, minutes.show, text)
    answered(minutes.parse_allowance, minutes.show, text)
    answered(money.parse, money.show, text)


@given(st.integers(min_value=0, max_value=59_999))
def test_a_duration_survives_being_shown_and_typed_again(value):
    assert minutes.parse(minutes.show(value)) == value


def test_a_field_repeats_what_it_did_not_understand():
    with pytest.raises(ValidationError, match="uma eternidade"):
        minutes.MinutesField().clean("uma eternidade")
    with pytest.raises(ValidationError, match="muito"):
        money.MoneyField().clean("muito")


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

import pytest

from apps.core.numbers import whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("42", 42), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_digits_are_a_number(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize("text", [None, "", "-1", "+1", "1.5", " 1", "x", "²", "٣", "9" * 19])
def test_anything_else_is_none(text):
    assert whole_number(text) is None

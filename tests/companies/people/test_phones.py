"""Telephones in every form in which people type them."""

import pytest

from apps.companies.people.phones import LONGEST, Phone, read


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("(11) 99999-8888", [("+5511999998888", "")]),
        ("11 3333-4444 r. 22", [("+551133334444", "22")]),
        ("0xx11 3333 4444", [("+551133334444", "")]),
        ("55 11 99999 8888", [("+5511999998888", "")]),
        ("0800 123 4567", [("+558001234567", "")]),
        ("+1 650 253 0000 ext 12", [("+16502530000", "12")]),
        ("+351 912 345 678; 11999998888", [("+351912345678", ""), ("+5511999998888", "")]),
        ("(11) 3333-4444 ramal 22 ou (11) 99999-8888", [("+551133334444", "22"), ("+5511999998888", "")]),
    ],
)
def test_numbers_of_brazil_and_of_anywhere_are_read(typed, numbers):
    assert [(phone.e164, phone.extension) for phone in read(typed)] == numbers


def test_each_of_two_telephones_keeps_what_was_typed_of_it():
    assert [phone.text for phone in read("(11) 3333-4444 ramal 22 ou (11) 99999-8888")] == [
        "(11) 3333-4444 ramal 22",
        "(11) 99999-8888",
    ]


@pytest.mark.parametrize("typed", ["3333-4444", "liga na loja", "(11) 9999-8888", "ramal", "++", "+999 1"])
def test_what_is_no_complete_number_stays_as_typed(typed):
    assert read(typed) == [Phone(typed)]


def test_nothing_typed_is_no_telephone_and_a_long_text_is_cut():
    assert read("  ") == []
    assert len(read("9" * 5000)[0].text) == LONGEST

"""The worked cases of docs/hours-cases.md, executed: what the documentation promises is what is done."""

import pytest

from apps.hours.classification import classify
from tests.hours.reference import reference
from tests.hours.worked_cases import cases, written


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"case {case.number}")
def test_the_documented_case_is_what_happens(case):
    assert [written(line) for line in classify(case.works, case.policy)] == case.lines


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"case {case.number}")
def test_the_slow_reference_agrees_with_the_documented_case(case):
    found = {}
    for line in classify(case.works, case.policy):
        entry = found.setdefault(line.entry, {})
        minutes, amount = entry.get(line.hour_class, (0, 0))
        entry[line.hour_class] = (minutes + line.minutes, amount + line.amount)
    assert found == reference(case.works, case.policy)


def test_there_are_at_least_forty_numbered_in_a_row():
    numbers = [case.number for case in cases()]
    assert len(numbers) >= 40
    assert numbers == list(range(1, len(numbers) + 1))

"""The worked cases of docs/hours-cases.md, executed: what the documentation promises is what is done."""

import pytest

from apps.hours.agreement.coverage import cover
from apps.hours.classification import classify
from tests.hours.reference import covered_minutes, reference
from tests.hours.worked_cases import approval_cases, cases, claims, shown, written


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


@pytest.mark.parametrize("case", approval_cases(), ids=lambda case: f"case A{case.number}")
def test_the_documented_approval_covers_what_is_said(case):
    covered = cover(claims(case), case.approvals)
    assert [
        f"{claim.number}: {shown(part.covered)} of {shown(part.covered + part.uncovered)}"
        for claim in claims(case)
        if claim.minutes > 0 and (part := covered[claim.key])
    ] == case.covered


@pytest.mark.parametrize("case", approval_cases(), ids=lambda case: f"case A{case.number}")
def test_the_slow_reference_agrees_with_the_documented_approval(case):
    covered = {key: part.covered for key, part in cover(claims(case), case.approvals).items()}
    assert covered == covered_minutes(claims(case), case.approvals)


def test_the_documented_approvals_are_numbered_in_a_row():
    numbers = [case.number for case in approval_cases()]
    assert len(numbers) >= 11
    assert numbers == list(range(1, len(numbers) + 1))


def test_there_are_at_least_forty_numbered_in_a_row():
    numbers = [case.number for case in cases()]
    assert len(numbers) >= 40
    assert numbers == list(range(1, len(numbers) + 1))

"""Numbers within a rollout."""

import re
from pathlib import Path

import pytest

from apps.rollouts import numbering, timeline
from tests.hours.factories import TimeEntryFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


def test_numbers_go_on_from_the_highest_of_the_rollout():
    rollout = RolloutFactory()
    TimeEntryFactory(rollout=RolloutFactory(), number=41)
    with timeline.changing(rollout) as locked:
        assert numbering.next_number(locked, locked.time_entries) == 1
        TimeEntryFactory(rollout=rollout, number=1)
        TimeEntryFactory(rollout=rollout, number=7)
        assert numbering.next_number(locked, locked.time_entries) == 8
    assert numbering.expected_number(rollout.time_entries) == 8


def test_a_number_is_taken_under_the_rollouts_lock_only():
    rollout = RolloutFactory()
    with pytest.raises(RuntimeError, match="changing"):
        numbering.next_number(rollout, rollout.time_entries)


def test_no_other_module_counts_on_by_itself():
    counts = re.compile(r"number ?= ?[\w.]+\.(count\(\)|number) \+ 1|Max\(\"number\"\)")
    modules = [path for path in Path("apps").rglob("*.py") if "migrations" not in path.parts]
    # Sheets of anchors and clients' statements are numbered in the whole installation, under locks of their own.
    others = {"apps/rollouts/anchors/anchoring.py", "apps/hours/ledger/closing.py"}
    assert {str(path) for path in modules if counts.search(path.read_text())} <= others

"""The numbers of what belongs to a rollout: 1, 2, 3, … within it, each used once."""

from typing import Any

from django.db.models import Max

from apps.rollouts import timeline
from apps.rollouts.models import Rollout


def next_number(rollout: Rollout, rows: Any, field: str = "number") -> int:
    """The number after the highest of ``rows`` (a manager or queryset of rows of ``rollout``); 1 when there are none.

    ``rollout`` comes from ``timeline.changing``: its lock keeps two people from taking the same number. Raises
    ``RuntimeError`` without it.
    """
    timeline.require_lock(rollout)
    return expected_number(rows, field)


def expected_number(rows: Any, field: str = "number") -> int:
    """The number that the next of ``rows`` would get now, for a preview: somebody else may take it first."""
    return (rows.aggregate(last=Max(field))["last"] or 0) + 1

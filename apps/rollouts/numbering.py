"""The numbers of what belongs to a rollout: 1, 2, 3, … within it, each used once."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Max, Subquery
from django.db.models.functions import Coalesce

from apps.rollouts import timeline
from apps.rollouts.models import Rollout


def next_number(rollout: Rollout, rows: Any, field: str = "number") -> int:
    """The number after the highest of ``rows`` (a manager or queryset of rows of ``rollout``); 1 when there are none.

    ``rollout`` comes from ``timeline.changing``: its lock keeps two people from taking the same number. Raises
    ``RuntimeError`` without it.
    """
    timeline.require_lock(rollout)
    return expected_number(rows, field)


def next_of(rollout: Rollout, numbers: Iterable[int]) -> int:
    """The same after ``numbers``, which are those of all rows there are, read under the lock of ``rollout``."""
    timeline.require_lock(rollout)
    return max(numbers, default=0) + 1


def last_number(rows: Any, field: str = "number") -> Coalesce:
    """The highest number of ``rows`` of one rollout, 0 when there are none, within another query that is asked under the
    rollout's lock; ``next_of`` takes it."""
    last = rows.order_by().values("rollout").annotate(last=Max(field)).values("last")
    return Coalesce(Subquery(last), 0)


def expected_number(rows: Any, field: str = "number") -> int:
    """The number that the next of ``rows`` would get now, for a preview: somebody else may take it first."""
    return (rows.aggregate(last=Max(field))["last"] or 0) + 1

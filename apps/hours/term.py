"""What the hours give to the acceptance term's record."""

from collections.abc import Iterable

from django.db.models import OuterRef

from apps.core.rows import JSON, embedded, rows_of
from apps.core.term_shares import TermShare
from apps.hours import queries
from apps.hours.classification import Activity
from apps.hours.models import HourSum
from apps.rollouts.models import Rollout


def summary(rollout: Rollout, sums: Iterable[JSON]) -> dict[str, object]:
    """The hours by activity and class: plain JSON, minutes and centavos."""
    hour_sums = rows_of(HourSum, sums)
    worked = {row.activity for row in hour_sums}
    return {
        "totals": queries.totals(hour_sums),
        "activities": [
            {"activity": activity.value, **queries.totals(row for row in hour_sums if row.activity == activity)}
            for activity in Activity
            if activity in worked
        ],
    }


HOURS = TermShare(
    summary, rows={"sums": embedded(HourSum.objects.filter(rollout=OuterRef("pk")).order_by("month", "pk"))}
)

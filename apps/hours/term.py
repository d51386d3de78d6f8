"""What the hours give to the acceptance term's record."""

from apps.hours import queries
from apps.hours.classification import Activity
from apps.rollouts.models import Rollout


def summary(rollout: Rollout) -> dict[str, object]:
    """The hours by activity and class: plain JSON, minutes and centavos."""
    sums = queries.hour_sums(rollout)
    worked = {row.activity for row in sums}
    return {
        "totals": queries.totals(sums),
        "activities": [
            {"activity": activity.value, **queries.totals(row for row in sums if row.activity == activity)}
            for activity in Activity
            if activity in worked
        ],
    }

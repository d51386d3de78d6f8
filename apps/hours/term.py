"""What the hours give to the acceptance term's record."""

from apps.hours import queries
from apps.hours.classification import Activity
from apps.hours.models import Line
from apps.rollouts.models import Rollout


def summary(rollout: Rollout) -> dict[str, object]:
    """The hours by activity and class: plain JSON, minutes and centavos."""
    lines = Line.objects.filter(entry__rollout=rollout)
    activities_worked = set(lines.order_by().values_list("entry__activity", flat=True).distinct())
    return {
        "totals": queries.totals(lines),
        "activities": [
            {"activity": activity.value, **queries.totals(lines.filter(entry__activity=activity))}
            for activity in Activity
            if activity in activities_worked
        ],
    }

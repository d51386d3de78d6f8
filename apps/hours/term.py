"""What the hours give to the acceptance term's record."""

from collections import defaultdict

from django.db.models import Sum

from apps.hours import queries
from apps.hours.classification import Activity
from apps.hours.models import Line
from apps.rollouts.models import Rollout


def summary(rollout: Rollout) -> dict[str, object]:
    """The hours by activity and class: plain JSON, minutes and centavos."""
    by_activity: dict[str, list[Line]] = defaultdict(list)
    lines = Line.objects.filter(entry__rollout=rollout).order_by().values_list("entry__activity", "hour_class")
    for activity, hour_class, minutes, amount in lines.annotate(Sum("minutes"), Sum("amount")):
        by_activity[activity].append(Line(hour_class=hour_class, minutes=minutes, amount=amount))
    return {
        "totals": queries.totals(line for sums in by_activity.values() for line in sums),
        "activities": [
            {"activity": activity.value, **queries.totals(by_activity[activity])}
            for activity in Activity
            if activity in by_activity
        ],
    }

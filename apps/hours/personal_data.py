from typing import Any

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.core.canonical import instant
from apps.hours.models import TimeEntry


def _export(user: User) -> list[dict[str, Any]]:
    """The hours they worked; they stay, for they were billed."""
    return [
        {"rollout": row.rollout.code, "at": instant(row.started_at), "minutes": row.minutes, "note": row.note}
        for row in TimeEntry.objects.filter(person=user).select_related("rollout").order_by("started_at")
    ]


personal_data.holds(personal_data.Holding("hours", _export))

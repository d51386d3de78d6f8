from typing import Any

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.core.canonical import instant
from apps.hours.models import Proposal, TimeEntry, Timer


def _export(user: User) -> list[dict[str, Any]]:
    """The hours they worked, which stay, for they were billed; and those measured or proposed, not logged yet."""
    worked = TimeEntry.objects.filter(person=user).select_related("rollout").order_by("started_at")
    waiting = [
        *Timer.objects.filter(person=user).select_related("rollout"),
        *Proposal.objects.filter(person=user, state=Proposal.State.OPEN).select_related("rollout"),
    ]
    return [
        {
            "rollout": row.rollout.code,
            "at": instant(row.started_at),
            "minutes": getattr(row, "minutes", None),
            "note": row.note,
        }
        for row in [*worked, *waiting]
    ]


def _erase(user: User) -> None:
    """What was never logged goes: the running timer, and what is proposed."""
    Timer.objects.filter(person=user).delete()
    Proposal.objects.filter(person=user).delete()


personal_data.holds(personal_data.Holding("hours", _export, _erase))

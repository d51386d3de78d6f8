from typing import Any

from django.db.models import QuerySet

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.core.personal_data import Holding
from apps.meetings.models import Attendee
from apps.rollouts.models import Rollout


def _by_name(user: User) -> QuerySet[Attendee]:
    """Guests are written down by name, for a party: theirs are the rows with their name in their companies' rollouts."""
    rollouts = Rollout.objects.visible_to(user).values("pk")
    return Attendee.objects.filter(person=None, name__iexact=user.name, meeting__rollout__in=rollouts)


def _export(user: User) -> list[dict[str, Any]]:
    rows = Attendee.objects.filter(person__user=user) | _by_name(user)
    return [
        {
            "rollout": row.meeting.rollout.code,
            "meeting": row.meeting.kind,
            "number": row.meeting.number,
            "party": row.party,
            "invited": row.invited,
            "attended": row.attended,
            "name": str(row),
        }
        for row in rows.select_related("meeting__rollout", "person__user").order_by("pk")
    ]


def _erase(user: User) -> None:
    """Who was there stays known by a number; the record of a person loses its name with their account."""
    if user.name:
        _by_name(user).update(name=personal_data.erased_name(user), position="")


HOLDINGS = [Holding("meetings", _export, _erase)]

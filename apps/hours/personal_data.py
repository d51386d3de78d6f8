from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from apps.accounts import names_in_texts
from apps.accounts.models import User
from apps.core.canonical import instant
from apps.core.personal_data import Holding, Mention
from apps.hours.models import ContestMessage, ExtraHoursRequest, Proposal, TimeEntry, Timer
from apps.rollouts.models import Rollout


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


def _export_agreement(user: User) -> dict[str, Any]:
    """What they asked for, answered and wrote about hours."""
    requests = ExtraHoursRequest.objects.select_related("rollout")
    return {
        "asked": [_request(row) for row in requests.filter(sent_by=user)],
        "answered": [_request(row) for row in requests.filter(answered_by=user)],
        "messages": [
            {
                "rollout": row.contest.rollout.code,
                "contest": row.contest.number,
                "at": instant(row.at),
                "text": row.text,
            }
            for row in ContestMessage.objects.filter(author=user).select_related("contest__rollout").order_by("at")
        ],
    }


def _request(row: ExtraHoursRequest) -> dict[str, Any]:
    return {
        "rollout": row.rollout.code, "number": row.number, "at": instant(row.sent_at), "minutes": row.minutes,
        "state": row.state, "note": row.note,
    }  # fmt: skip


def _messages_with_name(user: User) -> QuerySet[ContestMessage]:
    first_name = user.name.split(" ")[0]
    messages = ContestMessage.objects.filter(contest__rollout__in=_rollouts_of(user), text__icontains=first_name)
    return messages.select_related("contest__rollout").order_by("pk")


def _mentions(user: User) -> Iterator[Mention]:
    rows = _messages_with_name(user)
    return names_in_texts.of(user).mentions((f"{row.contest.rollout.code} · {row.contest}", row.text) for row in rows)


def _erase_agreement(user: User) -> None:
    """A decision about money stays, by a number; in the texts of threads their name gives way to the same number where it is
    surely theirs."""
    name = names_in_texts.of(user)
    for row in _messages_with_name(user):
        if (text := name.without(row.text)) != row.text:
            row.text = text
            row.save(update_fields=["text"])


def _rollouts_of(user: User):
    """The rollouts in which somebody may have written about them: their companies', or all for one of Presence's."""
    return Rollout.objects.visible_to(user).values("pk")


def _erase(user: User) -> None:
    """What was never logged goes: the running timer, and what is proposed."""
    Timer.objects.filter(person=user).delete()
    Proposal.objects.filter(person=user).delete()


HOLDINGS = [
    Holding("hours_agreement", _export_agreement, _erase_agreement, mentions=_mentions),
    Holding("hours", _export, _erase),
]

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


def _messages() -> QuerySet[ContestMessage]:
    return ContestMessage.objects.select_related("contest__rollout").order_by("pk")


def _mentions(user: User) -> Iterator[Mention]:
    """Who may not read a thread learns that they are named in one, and nothing else of it."""
    name = names_in_texts.of(user)
    rollouts = Rollout.objects.visible_to(user).in_bulk(_rollout_keys(name.rows(_messages())))
    return name.mentions(
        (
            str(row.contest),
            row.text,
            row.contest.rollout_id in rollouts and user.has_perm("hours.view_money", rollouts[row.contest.rollout_id]),
        )
        for row in name.rows(_messages())
    )


def _rollout_keys(messages: QuerySet[ContestMessage]) -> list[int]:
    return list(messages.order_by().values_list("contest__rollout", flat=True).distinct())


def _erase_agreement(user: User) -> None:
    """A decision about money stays, by a number; in the texts of threads their name gives way to the same number where it is
    surely theirs."""
    names_in_texts.of(user).erase_from(_messages())


def _erase(user: User) -> None:
    """What was never logged goes: the running timer, and what is proposed."""
    Timer.objects.filter(person=user).delete()
    Proposal.objects.filter(person=user).delete()


HOLDINGS = [
    Holding("hours_agreement", _export_agreement, _erase_agreement, mentions=_mentions),
    Holding("hours", _export, _erase),
]

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from apps.accounts import names_in_texts
from apps.accounts.models import User
from apps.core.canonical import instant
from apps.core.personal_data import Holding, Mention
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import NonconformityComment, Report


def _export_discussion(user: User) -> list[dict[str, Any]]:
    rows = NonconformityComment.objects.filter(author=user).select_related("nonconformity__rollout").order_by("pk")
    return [
        {
            "rollout": row.nonconformity.rollout.code,
            "nonconformity": row.nonconformity.number,
            "at": instant(row.at),
            "text": row.text,
        }
        for row in rows
    ]


def _comments() -> QuerySet[NonconformityComment]:
    return NonconformityComment.objects.select_related("nonconformity__rollout").order_by("pk")


def _mentions(user: User) -> Iterator[Mention]:
    visible = set(Rollout.objects.visible_to(user).values_list("pk", flat=True))
    name = names_in_texts.of(user)
    return name.mentions(
        (
            f"{row.nonconformity.rollout.code} · {row.nonconformity.label}",
            row.text,
            row.nonconformity.rollout_id in visible,
        )
        for row in name.rows(_comments())
    )


def _erase_discussion(user: User) -> None:
    """What they wrote stays; their name in it is replaced by a number where it is surely theirs. A report on paper is drawn
    anew when it is asked for."""
    names_in_texts.of(user).erase_from(_comments())
    Report.objects.filter(script__rollout__in=Rollout.objects.visible_to(user)).delete()


HOLDINGS = [
    Holding("nonconformity_discussions", _export_discussion, _erase_discussion, mentions=_mentions),
]

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from apps.accounts import names_in_texts
from apps.accounts.models import User
from apps.core.canonical import instant
from apps.core.personal_data import Holding, Mention
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import NonconformityComment


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


def _comments_with_name(user: User) -> QuerySet[NonconformityComment]:
    rollouts = Rollout.objects.visible_to(user).values("pk")
    first_name = user.name.split(" ")[0]
    comments = NonconformityComment.objects.filter(nonconformity__rollout__in=rollouts, text__icontains=first_name)
    return comments.select_related("nonconformity__rollout").order_by("pk")


def _mentions(user: User) -> Iterator[Mention]:
    comments = _comments_with_name(user)
    texts = ((f"{row.nonconformity.rollout.code} · {row.nonconformity.label}", row.text) for row in comments)
    return names_in_texts.of(user).mentions(texts)


def _erase_discussion(user: User) -> None:
    """What they wrote stays; their name in it is replaced by a number where it is surely theirs."""
    name = names_in_texts.of(user)
    for row in _comments_with_name(user):
        if (text := name.without(row.text)) != row.text:
            row.text = text
            row.save(update_fields=["text"])


HOLDINGS = [
    Holding("nonconformity_discussions", _export_discussion, _erase_discussion, mentions=_mentions),
]

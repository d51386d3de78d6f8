import re
from typing import Any

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.core.canonical import instant
from apps.core.personal_data import Holding
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


def _erase_discussion(user: User) -> None:
    """What they wrote stays; their name in it is replaced by a number."""
    if not user.name:
        return
    rollouts = Rollout.objects.visible_to(user).values("pk")
    for row in NonconformityComment.objects.filter(nonconformity__rollout__in=rollouts, text__icontains=user.name):
        row.text = re.sub(re.escape(user.name), personal_data.erased_name(user), row.text, flags=re.IGNORECASE)
        row.save(update_fields=["text"])


HOLDINGS = [
    Holding("nonconformity_discussions", _export_discussion, _erase_discussion),
]

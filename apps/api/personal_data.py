from typing import Any

from apps.accounts.models import User
from apps.api import idempotency
from apps.api.models import ApiToken
from apps.core.canonical import instant
from apps.core.personal_data import Holding


def _export(user: User) -> list[dict[str, Any]]:
    return [
        {
            "rollout": row.rollout.code,
            "name": row.name,
            "scopes": row.scopes,
            "created_at": instant(row.created_at),
            "last_used_at": instant(row.last_used_at) if row.last_used_at else None,
            "revoked_at": instant(row.revoked_at) if row.revoked_at else None,
        }
        for row in ApiToken.objects.filter(membership__user=user).select_related("rollout")
    ]


def _erase(user: User) -> None:
    ApiToken.objects.filter(membership__user=user).delete()


HOLDINGS = [
    Holding("api_tokens", _export, _erase, expire=idempotency.delete_expired_answers),
]

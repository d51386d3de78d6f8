from typing import Any

from apps.accounts.models import User
from apps.api import idempotency
from apps.api.models import Answer, ApiToken
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


def _export_forms(user: User) -> list[dict[str, Any]]:
    return [
        {"at": instant(row.at), "led_to": row.location}
        for row in Answer.objects.filter(person=user).order_by("at", "pk")
    ]


def _erase_forms(user: User) -> None:
    Answer.objects.filter(person=user).delete()


HOLDINGS = [
    Holding("api_tokens", _export, _erase, expire=idempotency.delete_expired_answers),
    Holding("sent_forms", _export_forms, _erase_forms),
]

from typing import Any

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.core.canonical import instant
from apps.core.personal_data import Holding
from apps.portal.models import Draft


def _export(user: User) -> list[dict[str, Any]]:
    return [
        {"rollout": row.rollout.code, "requirement": row.requirement, "data": row.data, "at": instant(row.saved_at)}
        for row in user.drafts.select_related("rollout")
    ]


def _erase(user: User) -> None:
    user.drafts.all().delete()


def _expire() -> int:
    return Draft.objects.filter(saved_at__lt=personal_data.before("drafts")).delete()[0]


HOLDINGS = [
    Holding("drafts", _export, _erase, expire=_expire),
]

from typing import Any

from apps.accounts.models import User
from apps.core.personal_data import Holding
from apps.stages.kickoff.models import Minutes, MinutesAnswer


def _export(user: User) -> list[dict[str, Any]]:
    published = Minutes.objects.filter(published_by=user).select_related("kickoff__rollout")
    answered = MinutesAnswer.objects.filter(by=user).select_related("minutes__kickoff__rollout")
    return [
        *({"minutes": str(row), "did": "published", "name": row.publisher_name} for row in published),
        *({"minutes": str(row.minutes), "did": "answered", "name": row.name} for row in answered),
    ]


def _erase(user: User) -> None:
    """The paper that was published stays as it is."""
    Minutes.objects.filter(published_by=user).update(publisher_name="")
    MinutesAnswer.objects.filter(by=user).update(name="")


HOLDINGS = [
    Holding("minutes", _export, _erase),
]

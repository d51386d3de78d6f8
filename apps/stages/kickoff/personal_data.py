from typing import Any

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.core.personal_data import Holding
from apps.stages.kickoff.models import Participant


def _export(user: User) -> list[dict[str, Any]]:
    rows = Participant.objects.filter(email=user.email).select_related("kickoff__rollout")
    return [{"rollout": row.kickoff.rollout.code, "name": row.name, "attended": row.attended} for row in rows]


def _erase(user: User) -> None:
    Participant.objects.filter(email=user.email).update(name=personal_data.erased_name(user), email="")


HOLDINGS = [
    Holding("kickoff_meetings", _export, _erase),
]

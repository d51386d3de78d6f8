from typing import Any

from apps.accounts.models import User
from apps.core.personal_data import Holding
from apps.stages.golive import names
from apps.stages.golive.models import Release


def _export(user: User) -> list[dict[str, Any]]:
    releases = Release.objects.filter(names__people__has_key=str(user.pk)).select_related("rollout")
    return [{"rollout": row.rollout.code, "name": row.names["people"][str(user.pk)]} for row in releases]


HOLDINGS = [
    Holding("names_at_releases", _export, names.forget),
]

from typing import Any

from apps.accounts.models import User
from apps.core.canonical import instant
from apps.core.personal_data import Holding
from apps.portfolio.models import SavedView


def _export(user: User) -> list[dict[str, Any]]:
    return [
        {
            "name": view.name,
            "layout": view.layout,
            "query": view.query,
            "shared_with": str(view.shared_with or ""),
            "at": instant(view.saved_at),
        }
        for view in SavedView.objects.filter(owner=user).select_related("shared_with")
    ]


def _erase(user: User) -> None:
    SavedView.objects.filter(owner=user).delete()


HOLDINGS = [Holding("saved_views", _export, _erase)]

from typing import Any

from apps.accounts.models import User
from apps.core.canonical import instant
from apps.core.personal_data import Holding
from apps.files import uploads
from apps.files.models import StoredFile


def _export(user: User) -> list[dict[str, Any]]:
    """The files they gave, by name; the files themselves belong to the rollouts."""
    rows = StoredFile.objects.filter(uploaded_by=user)
    return [{"name": row.name, "sha256": row.sha256, "at": instant(row.uploaded_at)} for row in rows]


def _erase(user: User) -> None:
    """What they were sending, and gave to nothing yet."""
    for upload in user.uploads.all():
        uploads.drop(upload)


HOLDINGS = [
    Holding("files", _export, _erase, overdue=uploads.expired, drop=uploads.drop_expired),
]

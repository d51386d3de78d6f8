from typing import Any

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.core.network import mailboxes
from apps.core.personal_data import Holding
from apps.prerequisites.models import Submission


def _naming(user: User) -> list[Submission]:
    """The deliveries of contacts in which the person's address stands."""
    rows = Submission.objects.filter(values__has_key="contacts").select_related("prerequisite")
    return [row for row in rows if any(_is(user, contact) for contact in row.contacts())]


def _is(user: User, contact: dict[str, str]) -> bool:
    return mailboxes.comparable(contact["email"]) == user.email


def _export(user: User) -> list[dict[str, Any]]:
    return [contact for row in _naming(user) for contact in row.contacts() if _is(user, contact)]


def _erase(user: User) -> None:
    for row in _naming(user):
        blank = {"name": "", "position": "", "phone": "", "email": personal_data.erased_address(user)}
        row.values["contacts"] = [{**contact, **blank} if _is(user, contact) else contact for contact in row.contacts()]
        row.save(update_fields=["values"])


HOLDINGS = [
    Holding("contact_lists", _export, _erase),
]

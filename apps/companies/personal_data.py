from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.companies.models import Contact, Kind, Membership, Role
from apps.core.personal_data import Holding
from apps.core.refusals import Refusal


def _export(user: User) -> dict[str, Any]:
    return {
        "memberships": [
            {"company": row.company.trade_name, "role": row.role, "position": row.position}
            for row in user.memberships.select_related("company")
        ],
        "contacts": [
            {"company": row.company.trade_name, "kind": row.kind, "name": row.name, "phone": row.phone}
            for row in Contact.objects.filter(email=user.email).select_related("company")
        ],
    }


def _erase(user: User) -> None:
    Membership.objects.filter(user=user).delete()
    Contact.objects.filter(email=user.email).delete()


def _objections(user: User) -> Iterator[str]:
    managers = Membership.objects.filter(company__kind=Kind.PRESENCE, role=Role.MANAGER)
    if managers.filter(user=user).exists() and managers.count() == 1:
        yield _("É a única pessoa com papel de gestão na Presence.")


def _overdue() -> list[str]:
    """People without a company who have not come for a long time."""
    since = personal_data.before("accounts")
    inactive = User.objects.filter(memberships=None, is_superuser=False, erased_at=None, joined_at__lt=since)
    return [str(pk) for pk in inactive.exclude(last_login__gte=since).values_list("pk", flat=True)]


def _drop(user_pk: str) -> None:
    try:
        personal_data.erase(User.objects.get(pk=user_pk))
    except Refusal:
        return  # Something still waits for them; the next day asks again.


HOLDINGS = [
    Holding("companies", _export, _erase, _objections, overdue=_overdue, drop=_drop),
]

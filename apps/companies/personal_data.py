from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.companies.models import Contact, Kind, Membership, Role
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


def _expire() -> int:
    """People without a company who have not come for a long time."""
    gone = User.objects.filter(memberships=None, is_superuser=False, erased_at=None)
    erased = 0
    since = personal_data.before("accounts")
    for user in gone.filter(joined_at__lt=since).exclude(last_login__gte=since):
        try:
            personal_data.erase(user)
        except Refusal:
            continue  # Something still waits for them; the next day asks again.
        erased += 1
    return erased


personal_data.holds(personal_data.Holding("companies", _export, _erase, _objections, _expire))

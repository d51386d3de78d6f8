from typing import Any

from django.db.models import Q

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.core import clock
from apps.core.canonical import instant
from apps.core.personal_data import Holding
from apps.invitations.models import Invitation


def _of(user: User):
    return Invitation.objects.filter(Q(email=user.email) | Q(accepted_by=user))


def _export(user: User) -> list[dict[str, Any]]:
    return [
        {"company": row.company.trade_name, "name": row.name, "email": row.email, "at": instant(row.invited_at)}
        for row in _of(user).select_related("company")
    ]


def _erase(user: User) -> None:
    """An accepted invitation says who let whom in: it stays without name and address. The others go."""
    _of(user).filter(accepted_at=None).delete()
    _of(user).update(name="", email=personal_data.erased_address(user))


def _expire() -> int:
    """Invitations that were not taken, and what accepted ones say of the person beyond their account."""
    ended = Invitation.objects.filter(accepted_at=None, invited_at__lt=personal_data.before("invitations"))
    return ended.filter(Q(revoked_at__isnull=False) | Q(expires_at__lt=clock.now())).delete()[0]


HOLDINGS = [
    Holding("invitations", _export, _erase, expire=_expire),
]

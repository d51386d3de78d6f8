from typing import Any

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.core.personal_data import Holding
from apps.stages.training.models import Attendance


def _attendances_of(user: User):
    """The attendance list has names and companies: a person's rows are those with their name and a company of theirs."""
    companies = [row.company.trade_name for row in user.memberships.select_related("company")]
    return Attendance.objects.filter(name__iexact=user.name, company__in=companies).select_related("session__rollout")


def _export(user: User) -> list[dict[str, Any]]:
    return [
        {"rollout": row.session.rollout.code, "session": row.session.number, "name": row.name}
        for row in _attendances_of(user)
    ]


def _erase(user: User) -> None:
    _attendances_of(user).update(name=personal_data.erased_name(user), position="")


HOLDINGS = [
    Holding("attendance", _export, _erase),
]

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.companies.models import Kind, Membership, Person, PersonEmail, PersonPhone, PersonQuerySet, Role
from apps.companies.people.actions import join_records
from apps.core import clock
from apps.core.canonical import instant
from apps.core.personal_data import Holding
from apps.core.refusals import Refusal


def _people(user: User) -> PersonQuerySet:
    """The records of the person, in whichever company: their account's, and those that have their address."""
    records = Person.objects.with_ways_to_reach()
    return records.filter(
        pk__in=Person.objects.filter(Q(user=user) | Q(user=None, emails__email=user.email)).values("pk")
    )


def _export(user: User) -> dict[str, Any]:
    return {
        "memberships": [
            {"company": row.company.trade_name, "role": row.role} for row in user.memberships.select_related("company")
        ],
        "people": [
            {
                "company": person.company.trade_name,
                "name": str(person),
                "position": person.position,
                "purposes": person.purposes,
                "emails": [row.email for row in person.emails.all()],
                "phones": [row.text for row in person.phones.all()],
                "inactive_at": person.inactive_at and instant(person.inactive_at),
            }
            for person in _people(user)
        ],
    }


def _erase(user: User) -> None:
    """The place in each company goes. A record that other things refer to stays, inactive and without anything that was
    typed: it reads as the erased account. An address that several people share is only taken off the others' records."""
    Membership.objects.filter(user=user).delete()
    for person in _people(user).filter(user=None):
        if {row.email for row in person.emails.all()} == {user.email}:
            account = Person.objects.filter(company=person.company_id, user=user).first()
            if account is None:
                Person.objects.filter(pk=person.pk).update(user=user, name="")
            else:
                join_records(account, person)
    PersonEmail.objects.filter(Q(person__user=user) | Q(email=user.email)).delete()
    PersonPhone.objects.filter(person__user=user).delete()
    records = Person.objects.filter(user=user)
    records.filter(inactive_at=None).update(inactive_at=clock.now())
    records.update(position="", purposes=[], language="")


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

"""Who may be invited to a meeting or attend it: a person's record, or a guest by name."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.models import Company, Person
from apps.companies.people import actions as directory
from apps.companies.people.choices import NewPerson
from apps.core.refusals import Invalid
from apps.meetings.models import Attendee, Meeting
from apps.rollouts.models import Rollout


@dataclass(frozen=True)
class Guest:
    """Somebody by name alone; ``company`` is empty where it is that of the party."""

    name: str
    company: str = ""
    position: str = ""


Participant = tuple[str, "User | Person | NewPerson | Guest | Attendee"]
"""The role of a party, and who is there for it: an account, a person's record, somebody to be added to the directory, a
guest, or who is on the list already."""


def record_of(user: User, company: Company) -> Person:
    """The record of ``user`` in ``company``, made where there is none."""
    person = Person.objects.filter(company=company, user=user).first()
    return person or directory.belongs_to_account(company, user)


def is_self(who: object, user: User) -> bool:
    """Whether a participant is ``user``."""
    return who == user or (isinstance(who, Person) and who.user_id == user.pk)


def put_on_list(meeting: Meeting, rollout: Rollout, participants: Iterable[Participant], *, by: User) -> list[Attendee]:
    """The row of each of ``participants``, not yet saved where it is new; each once, in order. Who is new in the directory is
    added to it by ``by``.

    Raises ``Invalid`` on ``present`` for somebody who is not of the party that is named.
    """
    listed = list(meeting.attendees.select_related("person__user")) if meeting.pk else []
    rows_by_identity = {_identity(row): row for row in listed}
    rows: list[Attendee] = []
    companies = rollout.companies()
    for party, who in participants:
        if isinstance(who, Guest) and not who.name.strip():
            continue
        if isinstance(who, NewPerson):
            who = directory.person_of(who, by=by)
        if isinstance(who, Attendee):
            row = next((row for row in listed if row.pk == who.pk), who)
        else:
            row = _row(meeting, rollout, party, who, companies[party])
            row = rows_by_identity.setdefault(_identity(row), row)
        if row not in rows:
            rows.append(row)
    return rows


def _row(meeting: Meeting, rollout: Rollout, party: str, who: User | Person | Guest, company: Company) -> Attendee:
    if isinstance(who, Guest):
        name, other_company = " ".join(who.name.split())[:120], who.company.strip()[:120]
        is_own = other_company.casefold() in (company.trade_name.casefold(), company.legal_name.casefold())
        return Attendee(
            meeting=meeting, party=party, name=name, company="" if is_own else other_company,
            position=who.position.strip()[:80],
        )  # fmt: skip
    is_of_party = party in rollout.roles_of(who) if isinstance(who, User) else who.company_id == company.pk
    if not is_of_party:
        raise Invalid(_("%(who)s não é da parte indicada.") % {"who": who}, field="present")
    return Attendee(meeting=meeting, party=party, person=record_of(who, company) if isinstance(who, User) else who)


def _identity(row: Attendee) -> tuple[str, int | None, str, str]:
    return row.party, row.person_id, row.name.casefold(), row.company.casefold()

"""The people of a project: those of its parties, whom each party may see and choose, with their telephones."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from apps.accounts.models import User
from apps.companies.models import Company, Kind, Membership, Person, PersonQuerySet
from apps.companies.people import queries
from apps.companies.people.choices import Directory
from apps.core.database.unaccented import name_key
from apps.core.process import PartyRole
from apps.rollouts.models import Party, Rollout

MOST_SHOWN = 300
"""People whom the page of a project shows at once; the search finds the others."""


def visible_to(user: User) -> PersonQuerySet:
    """The people whom ``user`` may see: Presence's people see all, others those of their own company and of the parties of
    the projects that they see."""
    companies = Party.objects.filter(rollout__in=Rollout.objects.visible_to(user)).values("company")
    return Person.objects.visible_to(user) | Person.objects.filter(company__in=companies)


def of_parties(rollout: Rollout, roles: Collection[str] = ()) -> PersonQuerySet:
    """The people of the companies that play ``roles`` in ``rollout``, all of them where none is named."""
    parties = rollout.parties.filter(role__in=roles or PartyRole.values)
    return Person.objects.filter(company__in=parties.values("company"))


@dataclass(frozen=True)
class PartyPeople:
    """A company of a rollout, the ``roles`` that it plays, and its people in the order of their names: those who answer for
    something or sign in first."""

    company: Company
    roles: list[str]
    people: list[Person]


def by_company(rollout: Rollout, text: str = "") -> list[PartyPeople]:
    """The people of each company of ``rollout``, of those whom ``text`` describes; Presence's project manager comes first
    among its people."""
    roles: dict[Company, list[str]] = {}
    for party in rollout.parties.all():
        roles.setdefault(party.company, []).append(party.role)
    role = Membership.objects.filter(company=OuterRef("company"), user=OuterRef("user")).values("role")
    people = of_parties(rollout).in_directory().with_ways_to_reach()
    people = people.annotate(role=Subquery(role))
    people = queries.search(people, text) if text else people.named()
    by_key: dict[int, list[Person]] = {company.pk: [] for company in roles}
    for person in sorted(people[:MOST_SHOWN], key=lambda person: _place(rollout, person)):
        by_key[person.company_id].append(person)
    return [PartyPeople(company, played, by_key[company.pk]) for company, played in roles.items()]


def _place(rollout: Rollout, person: Person) -> int:
    if person.user_id == rollout.project_manager_id:
        return 0
    return 1 if person.purposes or getattr(person, "role", None) else 2


def directory(rollout: Rollout, *, by: User, roles: Collection[str] = ()) -> Directory:
    """The people of the companies that play ``roles`` in ``rollout`` (of all, where none is named), for the fields of one
    form that ``by`` fills in; they may add somebody where ``companies.add_person`` lets them."""
    companies = {party.company for party in rollout.parties.all() if not roles or party.role in roles}
    addable = sorted((company for company in companies if by.has_perm("companies.add_person", company)), key=name_key)
    return Directory(of_parties(rollout, roles), url=suggestions_url(rollout, roles), addable=addable)


def directory_of(rollout: Rollout, role: str) -> Directory:
    """The people of the company that plays ``role``, for a form that only this company fills in. Who works at Presence is
    chosen, never typed. Read once for all forms of the same ``rollout`` object."""
    directories: dict[str, Directory] = rollout.__dict__.setdefault("_directories", {})
    if role not in directories:
        addable = [] if role == PartyRole.PRESENCE else [rollout.company(role)]
        url = suggestions_url(rollout, [role])
        directories[role] = Directory(of_parties(rollout, [role]), url=url, addable=addable)
    return directories[role]


def directory_for(rollout: Rollout, role: str) -> Directory:
    """The people of all parties, for a form that the company which plays ``role`` fills in: its people add to their own
    company, Presence's to any other."""
    companies = set(rollout.companies().values()) if role == PartyRole.PRESENCE else {rollout.company(role)}
    addable = sorted((company for company in companies if company.kind != Kind.PRESENCE), key=name_key)
    return Directory(of_parties(rollout), url=suggestions_url(rollout, ()), addable=addable)


def suggestions_url(rollout: Rollout, roles: Collection[str]) -> str:
    """The page of the suggestions for a ``Directory`` of the parties that play ``roles``, of all where none is named."""
    query = f"?{urlencode({'role': list(roles)}, doseq=True)}" if roles else ""
    return reverse("rollouts:people_suggestions", args=[rollout.pk]) + query

"""The people of a project: those of its parties, whom each party may see and choose, with their telephones."""

from collections.abc import Collection
from urllib.parse import urlencode

from django.urls import reverse

from apps.accounts.models import User
from apps.companies.models import Person, PersonQuerySet
from apps.companies.people.choices import Directory
from apps.core.process import PartyRole
from apps.rollouts.models import Party, Rollout


def visible_to(user: User) -> PersonQuerySet:
    """The people whom ``user`` may see: Presence's people see all, others those of their own company and of the parties of
    the projects that they see."""
    companies = Party.objects.filter(rollout__in=Rollout.objects.visible_to(user)).values("company")
    return Person.objects.visible_to(user) | Person.objects.filter(company__in=companies)


def of_parties(rollout: Rollout, roles: Collection[str] = ()) -> PersonQuerySet:
    """The people of the companies that play ``roles`` in ``rollout``, all of them where none is named."""
    parties = rollout.parties.filter(role__in=roles or PartyRole.values)
    return Person.objects.filter(company__in=parties.values("company"))


def directory(rollout: Rollout, *, by: User, roles: Collection[str] = ()) -> Directory:
    """The people of the companies that play ``roles`` in ``rollout`` (of all, where none is named), for the fields of one
    form that ``by`` fills in; they may add somebody where ``companies.add_person`` lets them."""
    companies = {party.company for party in rollout.parties.all() if not roles or party.role in roles}
    addable = sorted((company for company in companies if by.has_perm("companies.add_person", company)), key=str)
    query = f"?{urlencode({'role': list(roles)}, doseq=True)}" if roles else ""
    url = reverse("rollouts:people_suggestions", args=[rollout.pk]) + query
    return Directory(of_parties(rollout, roles), url=url, addable=addable)

"""To whom the notice of an event goes, and which page it opens: what the apps above share.

Each function takes the event and answers accounts that are active.
"""

from collections.abc import Callable, Iterable

from django.urls import reverse

from apps.accounts.models import User
from apps.companies.models import Company, Role
from apps.core.process import PartyRole
from apps.rollouts.models import Event, Party, Rollout

Audience = Callable[[Event], Iterable[User]]


def people_of(rollout: Rollout, role: str) -> list[User]:
    """Everybody who is active in the company that plays ``role``; of Presence the project manager alone."""
    if role == PartyRole.PRESENCE:
        return [rollout.project_manager] if rollout.project_manager.is_active else []
    company = rollout.company(role)
    if _has_people(company):
        return _members_at([company])
    return list(User.objects.filter(memberships__company=company, is_active=True).order_by("pk"))


def came_with_people(rollout: Rollout) -> bool:
    """Whether the parties of ``rollout`` were read with the people of their companies, who are then not asked for again."""
    return "parties" in getattr(rollout, "_prefetched_objects_cache", {}) and all(
        _has_people(party.company) for party in rollout.parties.all()
    )


def members_of(parties: Iterable[Party], role: str = "") -> list[User]:
    """Who is active in the companies of ``parties``, which came with them (``came_with_people``); with ``role``, only who has
    it there."""
    return _members_at([party.company for party in parties], role)


def _has_people(company: Company) -> bool:
    return "memberships" in getattr(company, "_prefetched_objects_cache", {})


def _members_at(companies: Iterable[Company], role: str = "") -> list[User]:
    people = {
        membership.user
        for company in companies
        for membership in company.memberships.all()
        if membership.user.is_active and (not role or membership.role == role)
    }
    return sorted(people, key=lambda user: user.pk)


def everybody(role: str) -> Audience:
    """``people_of`` the event's rollout."""

    def everybody_of(event: Event) -> Iterable[User]:
        return people_of(event.rollout, role)

    everybody_of.__name__ = f"everybody at the {role}"
    return everybody_of


def leads_at(company: Company) -> Iterable[User]:
    """Who answers for ``company``."""
    answerable = User.objects.filter(memberships__company=company, memberships__role=Role.LEAD, is_active=True)
    return answerable.order_by("pk")


def leads(role: str) -> Audience:
    """Only who answers for the company that plays ``role``."""

    def leads_of(event: Event) -> Iterable[User]:
        return leads_at(event.rollout.company(role))

    leads_of.__name__ = f"leads of the {role}"
    return leads_of


def project_manager(event: Event) -> list[User]:
    """The rollout's project manager, while their account is active."""
    return people_of(event.rollout, PartyRole.PRESENCE)


def speakers_of(rollout: Rollout) -> list[User]:
    """Who speaks for each party: its leads, and the project manager. One who speaks for two is there once."""
    if came_with_people(rollout):
        outside = [party for party in rollout.parties.all() if party.role != PartyRole.PRESENCE]
        return [*members_of(outside, role=Role.LEAD), *people_of(rollout, PartyRole.PRESENCE)]
    companies = rollout.parties.exclude(role=PartyRole.PRESENCE).values("company")
    leads_of_parties = User.objects.filter(
        memberships__company__in=companies, memberships__role=Role.LEAD, is_active=True
    )
    return [*leads_of_parties.distinct().order_by("pk"), *people_of(rollout, PartyRole.PRESENCE)]


def the_four(event: Event) -> list[User]:
    """``speakers_of`` the event's rollout."""
    return speakers_of(event.rollout)


def new_and_former_manager(event: Event) -> list[User]:
    """The project manager of before the event and the one since."""
    keys = [event.data.get("before"), event.data.get("to")]
    return list(User.objects.filter(pk__in=[key for key in keys if key], is_active=True).order_by("pk"))


def person_of_event(event: Event) -> list[User]:
    """Whom the event's data names as ``person``."""
    return list(User.objects.filter(pk=event.data.get("person"), is_active=True))


def the_four_and_who_left(event: Event) -> list[User]:
    """``the_four``, and the leads of the company that the event's data names as ``former``."""
    former = User.objects.filter(
        memberships__company=event.data.get("former"), memberships__role=Role.LEAD, is_active=True
    )
    return [*the_four(event), *former.order_by("pk")]


def owner_and_manager(event: Event) -> list[User]:
    """The party that the event's data names as ``owner`` of what is to be done, and the project manager."""
    role = event.data.get("owner") or PartyRole.PRESENCE
    people = people_of(event.rollout, role) if role != PartyRole.PRESENCE else []
    return [*people, *project_manager(event)]


def client_and_manager(event: Event) -> list[User]:
    """Everybody of the client, and the project manager."""
    return [*people_of(event.rollout, PartyRole.CLIENT), *project_manager(event)]


def other_side(event: Event) -> list[User]:
    """In a matter between client and Presence, the one that did not act."""
    return people_of(event.rollout, PartyRole.PRESENCE if event.party == PartyRole.CLIENT else PartyRole.CLIENT)


def project(event: Event) -> str:
    """The address of the project's own page."""
    return event.rollout.get_absolute_url()


def page(url_name: str, anchor: str = "") -> Callable[[Event], str]:
    """The address of the page ``url_name`` of the event's rollout."""
    return lambda event: reverse(url_name, args=[event.rollout_id]) + anchor

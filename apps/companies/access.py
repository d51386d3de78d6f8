"""Who may do what with companies."""

import rules
from django.contrib.auth.models import AnonymousUser

from apps.accounts.models import User
from apps.companies.models import Company, Kind, Person, Role, roles_of


def presence_role(user: User | AnonymousUser) -> str | None:
    """The role of ``user`` at Presence, or None."""
    return next((role for kind, role in roles_of(user).values() if kind == Kind.PRESENCE), None)


@rules.predicate
def is_presence(user) -> bool:
    """Somebody of Presence, in whichever role."""
    return presence_role(user) is not None


@rules.predicate
def is_presence_manager(user) -> bool:
    """A manager of Presence."""
    return presence_role(user) == Role.MANAGER


@rules.predicate
def is_project_manager(user) -> bool:
    """A project manager, or a manager, who may do all that a project manager may."""
    return presence_role(user) in (Role.MANAGER, Role.PROJECT_MANAGER)


@rules.predicate
def is_lead_of(user, company: Company | None) -> bool:
    """A lead of ``company``, which is another than Presence."""
    return company is not None and roles_of(user).get(company.pk, ("", ""))[1] == Role.LEAD


@rules.predicate
def manages_people_of(user, company: Company | None) -> bool:
    """Presence's own people are its managers' business; other companies' that of project managers and of their lead."""
    if company is None:
        return False
    if company.kind == Kind.PRESENCE:
        return is_presence_manager(user)
    return is_project_manager(user) or is_lead_of(user, company)


@rules.predicate
def names_leads_of(user, company: Company | None) -> bool:
    """A lead binds the company with approvals and answers, so its own leads name another, or a Presence manager does."""
    return (
        company is not None
        and company.kind != Kind.PRESENCE
        and (is_presence_manager(user) or is_lead_of(user, company))
    )


@rules.predicate
def adds_people_to(user, company: Company | None) -> bool:
    """Somebody who is met (at a meeting, in a delivery) is put into the directory of another company than Presence by
    Presence and by the company's own people. Who works at Presence is invited there, never typed."""
    if company is None or company.kind == Kind.PRESENCE:
        return False
    return is_presence(user) or company.pk in roles_of(user)


@rules.predicate
def may_change_person(user, person: Person | None) -> bool:
    """Whoever manages the company's people, and the person themselves."""
    return person is not None and (person.user_id == user.pk or manages_people_of(user, person.company))


rules.add_perm("companies.add", is_project_manager)
rules.add_perm("companies.merge", is_presence_manager)
rules.add_perm("companies.change", is_project_manager | is_lead_of)
rules.add_perm("companies.manage_people", manages_people_of)
rules.add_perm("companies.add_person", adds_people_to)
rules.add_perm("companies.change_person", may_change_person)

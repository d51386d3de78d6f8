"""Presence logs; a project manager may log for others and closes months; the parties read, money only the client."""

import rules

from apps.companies.access import is_presence, is_project_manager
from apps.companies.models import Kind, roles_of
from apps.core.process import PartyRole
from apps.rollouts.access import acts_for, leads_for, takes_part


@rules.predicate
def is_own(user, entry) -> bool:
    """The entry's own person."""
    return entry is not None and entry.person_id == user.pk


@rules.predicate
def is_the_same_person(user, person) -> bool:
    return person is not None and person.pk == user.pk


rules.add_perm("hours.view", takes_part)
rules.add_perm("hours.view_money", is_presence | acts_for(PartyRole.CLIENT))
rules.add_perm("hours.log", is_presence)
rules.add_perm("hours.change", is_project_manager | is_presence & is_own)
rules.add_perm("hours.log_for_others", is_project_manager)
rules.add_perm("hours.close", is_project_manager)
rules.add_perm("hours.close_client", is_project_manager)
rules.add_perm("hours.change_policy", is_project_manager)
rules.add_perm("hours.export", is_presence)


@rules.predicate
def pays_for_hours(user) -> bool:
    """A person of a client company."""
    return any(kind == Kind.CLIENT for kind, _role in roles_of(user).values())


rules.add_perm("hours.statements", is_presence | pays_for_hours)
rules.add_perm("hours.ask_extra", is_project_manager)
# Taking on a price commits the company: its lead does. Everybody of the client may contest.
rules.add_perm("hours.answer_extra", leads_for(PartyRole.CLIENT))
rules.add_perm("hours.contest", acts_for(PartyRole.CLIENT))
rules.add_perm("hours.write_in_contest", is_presence | acts_for(PartyRole.CLIENT))
rules.add_perm("hours.resolve_contest", is_project_manager)
rules.add_perm("hours.read_many", is_presence | pays_for_hours)
rules.add_perm("hours.view_week", is_project_manager | is_presence & is_the_same_person)

"""Presence logs; a project manager may log for others and closes months; the parties read, money only the client."""

import rules

from apps.companies.access import is_presence, is_project_manager
from apps.rollouts.access import acts_for, takes_part
from apps.rollouts.stages import PartyRole


@rules.predicate
def is_own(user, entry) -> bool:
    """The entry's own person."""
    return entry is not None and entry.person_id == user.pk


@rules.predicate
def is_themself(user, person) -> bool:
    return person is not None and person.pk == user.pk


rules.add_perm("hours.view", takes_part)
rules.add_perm("hours.view_money", is_presence | acts_for(PartyRole.CLIENT))
rules.add_perm("hours.log", is_presence)
rules.add_perm("hours.change", is_project_manager | is_presence & is_own)
rules.add_perm("hours.log_for_others", is_project_manager)
rules.add_perm("hours.close", is_project_manager)
rules.add_perm("hours.view_week", is_project_manager | is_presence & is_themself)

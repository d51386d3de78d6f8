"""Each party ticks its own points, Presence any; a project manager proposes and records; a lead speaks for a company."""

import rules

from apps.companies.access import is_presence, is_project_manager
from apps.core.process import PartyRole
from apps.rollouts.access import leads_for, rollout_of, takes_part


@rules.predicate
def answers_for(user, item) -> bool:
    return item is not None and item.owner in rollout_of(item).roles_of(user)


@rules.predicate
def speaks_for(user, answer) -> bool:
    """Go or no-go commits the company: its lead says it, and a project manager for Presence."""
    if answer is None:
        return False
    if answer.role == PartyRole.PRESENCE:
        return bool(is_project_manager(user))
    return bool(leads_for(answer.role)(user, answer))


rules.add_perm("golive.check", answers_for | is_presence)
rules.add_perm("golive.propose", is_project_manager)
rules.add_perm("golive.roll_back", is_project_manager)
rules.add_perm("golive.answer", speaks_for)
rules.add_perm("golive.note_incident", takes_part)
rules.add_perm("golive.resolve_incident", answers_for | is_presence)
rules.add_perm("golive.confirm", leads_for(PartyRole.CLIENT))
rules.add_perm("golive.record", is_project_manager)

"""Each party ticks its own points, Presence any; a lead of the client confirms; a project manager records."""

import rules

from apps.companies.access import is_presence, is_project_manager
from apps.rollouts.access import leads_for, rollout_of
from apps.rollouts.stages import PartyRole


@rules.predicate
def answers_for(user, item) -> bool:
    return item is not None and item.owner in rollout_of(item).roles_of(user)


rules.add_perm("golive.check", answers_for | is_presence)
rules.add_perm("golive.confirm", leads_for(PartyRole.CLIENT))
rules.add_perm("golive.record", is_project_manager)

"""Who delivers and who reviews."""

import rules

from apps.companies.access import is_presence, is_project_manager
from apps.core.process import PartyRole
from apps.rollouts.access import rollout_of


@rules.predicate
def owes(user, prerequisite) -> bool:
    """A person of the owner's company; the client also for the platform, whose items it may collect (owner's text)."""
    if prerequisite is None:
        return False
    roles = rollout_of(prerequisite).roles_of(user)
    if prerequisite.owner in roles:
        return True
    return prerequisite.owner == PartyRole.PLATFORM and PartyRole.CLIENT in roles


rules.add_perm("prerequisites.submit", owes)
rules.add_perm("prerequisites.review", is_presence)
rules.add_perm("prerequisites.manage", is_project_manager)
rules.add_perm("prerequisites.reveal", is_project_manager)
rules.add_perm("prerequisites.purge", is_project_manager)

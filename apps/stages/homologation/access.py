"""Presence leads the homologation; client and integrator execute with it; the owner of a failure mends it."""

import rules

from apps.companies.access import is_presence, is_project_manager
from apps.core.process import PartyRole
from apps.rollouts.access import acts_for, rollout_of, takes_part


@rules.predicate
def owns(user, nonconformity) -> bool:
    """A person of the party that answers for the nonconformity."""
    return nonconformity is not None and nonconformity.owner in rollout_of(nonconformity).roles_of(user)


rules.add_perm("homologation.lead", is_presence)
rules.add_perm("homologation.shape", is_project_manager)
rules.add_perm("homologation.execute", is_presence | acts_for(PartyRole.CLIENT, PartyRole.INTEGRATOR))
rules.add_perm("homologation.fix", owns | acts_for(PartyRole.INTEGRATOR))
rules.add_perm("homologation.verify", is_presence | acts_for(PartyRole.CLIENT))
rules.add_perm("homologation.agree_for_client", acts_for(PartyRole.CLIENT))
rules.add_perm("homologation.agree_for_presence", is_project_manager)
rules.add_perm("homologation.discuss", takes_part)

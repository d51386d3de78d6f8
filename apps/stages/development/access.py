"""The integrator's people report; nobody else does it for them."""

import rules

from apps.rollouts.access import acts_for
from apps.rollouts.stages import PartyRole

rules.add_perm("development.report", acts_for(PartyRole.INTEGRATOR))

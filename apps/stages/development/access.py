"""The integrator's people report; nobody else does it for them."""

import rules

from apps.core.process import PartyRole
from apps.rollouts.access import acts_for

rules.add_perm("development.report", acts_for(PartyRole.INTEGRATOR))

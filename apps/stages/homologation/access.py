"""Presence leads the homologation; client and integrator execute with it; who answers for a failure corrects it."""

import rules
from django.utils.translation import gettext as _

from apps.companies.access import is_presence, is_project_manager
from apps.core.process import PartyRole, Stage
from apps.core.refusals import Refusal
from apps.rollouts.access import acts_for, rollout_of, takes_part
from apps.rollouts.models import Rollout


@rules.predicate
def owns(user, nonconformity) -> bool:
    """A person of the party that answers for the nonconformity."""
    return nonconformity is not None and nonconformity.owner in rollout_of(nonconformity).roles_of(user)


rules.add_perm("homologation.lead", is_presence)
rules.add_perm("homologation.shape", is_project_manager)
rules.add_perm("homologation.execute", is_presence | acts_for(PartyRole.CLIENT, PartyRole.INTEGRATOR))
rules.add_perm("homologation.fix", owns | acts_for(PartyRole.INTEGRATOR))
rules.add_perm("homologation.verify", is_presence | acts_for(PartyRole.CLIENT))
rules.add_perm("homologation.contest", owns | is_presence | acts_for(PartyRole.CLIENT))
rules.add_perm("homologation.agree_for_client", acts_for(PartyRole.CLIENT))
rules.add_perm("homologation.agree_for_presence", is_project_manager)
rules.add_perm("homologation.discuss", takes_part)


def refuse_outside_homologation(rollout: Rollout) -> None:
    """Raise ``Refusal`` (409) unless ``rollout`` is at the homologation."""
    if rollout.stage != Stage.HOMOLOGATION:
        raise Refusal(
            _("O projeto está em %(stage)s; isto só se faz na homologação.") % {"stage": rollout.get_stage_display()}
        )

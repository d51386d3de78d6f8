"""Who may do what with the reports of a rollout, with the load of Presence's people, and with what is compared."""

import rules

from apps.companies.access import is_presence, is_presence_manager, is_project_manager
from apps.core.process import PartyRole
from apps.rollouts.access import leads_for, takes_part

rules.add_perm("portfolio.read_reports", takes_part)
rules.add_perm("portfolio.write_report", is_project_manager)
# The link shows the project to whoever has it: the client's lead answers for the client, the project manager for Presence.
rules.add_perm("portfolio.share_report", is_project_manager | leads_for(PartyRole.CLIENT))


@rules.predicate
def is_the_person(user, person) -> bool:
    return person is not None and person.pk == user.pk


rules.add_perm("portfolio.see_load", is_project_manager)
rules.add_perm("portfolio.set_capacity", is_presence_manager)
rules.add_perm("portfolio.enter_absence", is_presence & is_the_person | is_presence_manager)
rules.add_perm("portfolio.compare", is_presence_manager)

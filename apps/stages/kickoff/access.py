"""Presence conducts the meeting; the four companies fill in the worksheet, read the minutes and answer to them."""

import rules

from apps.companies.access import is_presence
from apps.core.process import PartyRole
from apps.rollouts.access import acts_for, rollout_of, takes_part


@rules.predicate
def owes_the_action(user, row) -> bool:
    """A person of the party that the action item names."""
    return row is not None and row.cell("party") in rollout_of(row).roles_of(user)


rules.add_perm("kickoff.conduct", is_presence)
rules.add_perm("kickoff.fill", takes_part)
rules.add_perm("kickoff.do_action", owes_the_action | is_presence)
rules.add_perm("kickoff.answer_minutes", acts_for(PartyRole.CLIENT, PartyRole.INTEGRATOR, PartyRole.PLATFORM))
rules.add_perm("kickoff.answer_amendment", takes_part)

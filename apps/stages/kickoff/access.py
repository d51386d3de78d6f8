"""Presence conducts the meeting; the four companies fill in the worksheet, read the minutes and answer to them."""

import rules

from apps.companies.access import is_presence
from apps.core.process import PartyRole
from apps.rollouts.access import acts_for, rollout_of, takes_part


@rules.predicate
def owes_the_action(user, row) -> bool:
    """A person of the party that the action item names."""
    return row is not None and row.cell("party") in rollout_of(row).roles_of(user)


@rules.predicate
def answers_the_amendment(user, amendment) -> bool:
    """A person of the side that was asked, and not also of the one that proposed."""
    if amendment is None:
        return False
    roles = rollout_of(amendment).roles_of(user)
    return amendment.concerned in roles and amendment.party not in roles


rules.add_perm("kickoff.conduct", is_presence)
rules.add_perm("kickoff.fill", takes_part)
rules.add_perm("kickoff.do_action", owes_the_action | is_presence)
rules.add_perm("kickoff.answer_minutes", acts_for(PartyRole.CLIENT, PartyRole.INTEGRATOR, PartyRole.PLATFORM))
rules.add_perm("kickoff.answer_amendment", answers_the_amendment)

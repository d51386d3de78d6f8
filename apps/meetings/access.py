"""Presence plans and records meetings; the client answers its date; whoever is in the project reads."""

import rules

from apps.companies.access import is_presence
from apps.core.process import PartyRole
from apps.rollouts.access import acts_for

rules.add_perm("meetings.conduct", is_presence)
rules.add_perm("meetings.answer_date", acts_for(PartyRole.CLIENT))

"""Who compares companies and people: the managers of Presence alone."""

import rules

from apps.companies.access import is_presence_manager

rules.add_perm("portfolio.compare", is_presence_manager)

"""Presence conducts the meeting and writes; the four companies read."""

import rules

from apps.companies.access import is_presence

rules.add_perm("kickoff.conduct", is_presence)

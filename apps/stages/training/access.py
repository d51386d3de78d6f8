"""Presence plans and records the training; everybody reads."""

import rules

from apps.companies.access import is_presence

rules.add_perm("training.conduct", is_presence)

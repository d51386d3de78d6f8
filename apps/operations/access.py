"""Who sees the state of the installation: the managers of Presence, and nobody else."""

import rules

from apps.companies.access import is_presence_manager

rules.add_perm("operations.see", is_presence_manager)

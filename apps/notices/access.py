"""Who may have others reminded."""

import rules

from apps.companies.access import is_project_manager

rules.add_perm("notices.remind", is_project_manager)

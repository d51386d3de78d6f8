"""A project manager drafts; each signatory signs in person; the four companies read."""

import rules

from apps.companies.access import is_project_manager


@rules.predicate
def is_the_signatory(user, signatory) -> bool:
    return signatory is not None and signatory.user_id == user.pk


rules.add_perm("acceptance.draft", is_project_manager)
rules.add_perm("acceptance.sign", is_the_signatory)

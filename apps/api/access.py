"""Who issues tokens of the REST API, and who revokes them."""

import rules

from apps.companies.access import is_presence_manager
from apps.companies.models import roles_of
from apps.core.process import PartyRole
from apps.rollouts.access import acts_for


@rules.predicate
def is_of_their_company(user, token) -> bool:
    return token is not None and token.membership.company_id in roles_of(user)


rules.add_perm("api.issue_token", acts_for(PartyRole.INTEGRATOR, PartyRole.PLATFORM) | is_presence_manager)
rules.add_perm("api.revoke_token", is_of_their_company | is_presence_manager)

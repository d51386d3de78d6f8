from django.http import HttpRequest
from django.template.loader import render_to_string

from apps.api import actions, events, personal_data
from apps.core.plugins import Panel, Plugin
from apps.rollouts.models import Rollout


def link_to_tokens(request: HttpRequest, rollout: Rollout) -> str:
    """The link to the rollout's tokens, for who may issue one."""
    if not request.user.has_perm("api.issue_token", rollout):
        return ""
    return render_to_string("api/tools.html", {"rollout": rollout})


plugin = Plugin(
    app="api",
    panels=[Panel("rollout", link_to_tokens)],
    events=events,
    personal_data=personal_data.HOLDINGS,
    party_replaced=[actions.end_tokens_of_former_company],
    address_changed=[actions.revoke_tokens_since_change],
)

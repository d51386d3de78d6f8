"""The link to the rollout's tokens, in the header of its pages."""

from apps.rollouts import registry
from apps.rollouts.models import Rollout


def may_issue(user, rollout: Rollout) -> bool:
    return user.has_perm("api.issue_token", rollout)


registry.add_tool(registry.Tool("api/tools.html", may_issue))

"""The API token of the integrator's CI."""

from datetime import timedelta

from apps.api import actions as api
from apps.demo.story import Story


def give_token(story: Story, name: str) -> None:
    """A token of the integrator that was used two hours ago. Its secret is dropped here, so that it opens nothing."""
    rollout = story.reload()
    with story.later(1):
        token, _secret = api.issue_token(
            rollout, by=story.integrator, name=name, scopes=api.scopes_for(story.integrator, rollout)
        )
    token.last_used_at = story.today - timedelta(hours=2)
    token.save(update_fields=["last_used_at"])

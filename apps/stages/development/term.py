"""What the development gives to the acceptance term's record."""

from apps.rollouts.models import Rollout
from apps.stages.development import queries


def connector(rollout: Rollout) -> dict[str, str] | None:
    """The delivery that holds; None before the first."""
    delivery = queries.delivery(rollout)
    return {"version": delivery.version, "limitations": delivery.limitations} if delivery else None

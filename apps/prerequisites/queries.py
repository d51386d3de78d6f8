from apps.prerequisites.models import Prerequisite
from apps.prerequisites.probes import KEYS
from apps.rollouts.models import Rollout


def credentials_to_probe() -> list[int]:
    """The keys of the newest deliveries of platform credentials, accepted or in review, of open rollouts."""
    items = Prerequisite.objects.filter(
        rollout__in=Rollout.objects.open(),
        key__in=KEYS,
        state__in=[Prerequisite.State.SUBMITTED, Prerequisite.State.ACCEPTED],
    ).prefetch_related("submissions")
    return [item.last.pk for item in items if item.last]

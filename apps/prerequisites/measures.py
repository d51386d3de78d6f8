"""How often credentials were read in clear."""

from apps.core.measures import Measure, Values
from apps.prerequisites.events import Revealed
from apps.rollouts.models import Event


def _revealed_credentials() -> Values:
    return {(): Event.objects.filter(kind=Revealed.kind).count()}


MEASURES = [
    Measure("revealed_credentials", "Times that a credential was shown to a person, ever.", _revealed_credentials)
]

"""The signatures that terms wait for."""

from apps.core.measures import Measure, Values
from apps.stages.acceptance.models import AcceptanceTerm, Signatory


def _waiting_signatures() -> Values:
    waiting = Signatory.objects.filter(
        state=Signatory.State.PENDING, term__state=AcceptanceTerm.State.READY, term__outdated_at=None
    )
    return {(): waiting.count()}


MEASURES = [
    Measure("waiting_signatures", "Signatures that are missing on terms that can be signed.", _waiting_signatures)
]

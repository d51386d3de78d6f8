from datetime import timedelta

from apps.core import canonical, clock
from apps.rollouts.models import Rollout
from apps.stages.acceptance import record
from apps.stages.acceptance.models import AcceptanceTerm

IN_FORCE = (AcceptanceTerm.State.DRAFTED, AcceptanceTerm.State.READY, AcceptanceTerm.State.SIGNED)


def term_in_force(rollout: Rollout) -> AcceptanceTerm | None:
    """The term being rendered, signed or already signed; refused and superseded ones are history."""
    return rollout.terms.filter(state__in=IN_FORCE).first()


def latest_term(rollout: Rollout) -> AcceptanceTerm | None:
    return rollout.terms.last()


def is_stale(term: AcceptanceTerm) -> bool:
    """The record changed since the term was drafted. A signed term does not go stale."""
    if term.state == AcceptanceTerm.State.SIGNED:
        return False
    return canonical.sha256(record.build(term.rollout)) != term.record_sha256


def waiting_for_pdf() -> list[int]:
    """The keys of drafted terms that have waited for their PDF for more than a minute."""
    since = clock.now() - timedelta(minutes=1)
    waiting = AcceptanceTerm.objects.filter(state=AcceptanceTerm.State.DRAFTED, drafted_at__lt=since)
    return list(waiting.values_list("pk", flat=True))

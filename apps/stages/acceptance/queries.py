from apps.core import canonical
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

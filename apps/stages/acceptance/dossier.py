"""What the acceptance gives to the dossier: the sealed term."""

from collections.abc import Iterator

from apps.rollouts.models import Rollout
from apps.stages.acceptance import queries


def is_ready(rollout: Rollout) -> bool:
    """The term in force, where there is one, is sealed."""
    term = queries.term_in_force(rollout)
    return term is None or term.sealed is not None


def files(rollout: Rollout) -> Iterator[tuple[str, bytes]]:
    """The term in force, and those that everybody signed before the rollout went back."""
    for term in rollout.terms.exclude(sealed=None).select_related("rollout", "sealed").order_by("version"):
        if term.sealed:
            yield f"termo/{term}.pdf", term.sealed.read()

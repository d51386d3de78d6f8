"""Seal a term that everybody signed: once, whole or not at all."""

from apps.core import clock
from apps.files import actions as files
from apps.rollouts import timeline
from apps.rollouts.anchors import anchoring
from apps.stages.acceptance import events
from apps.stages.acceptance.models import AcceptanceTerm


def seal(term_pk: int) -> None:
    """Make the sealed PDF of a term that everybody signed. A term in any other state, or sealed already, is left as it is.

    The file is made outside the transaction and kept in it, so a worker that dies leaves the term signed and unsealed, and
    the clock finds it. Raises what ``seal.pdf`` raises.
    """
    from apps.stages.acceptance.sealing import seal as seals  # pyHanko is slow to import.

    waiting = AcceptanceTerm.objects.filter(pk=term_pk, state=AcceptanceTerm.State.SIGNED, sealed=None)
    term = waiting.exclude(envelope={}).select_related("rollout", "pdf").first()
    if term is None:
        return
    content = seals.pdf(term)
    with timeline.changing(term.rollout, even_closed=True) as rollout:
        term = waiting.select_for_update(of=("self",), no_key=True).first()
        if term is None:
            return
        term.sealed = files.store_bytes(content, f"{term}.pdf")
        term.sealed_at = clock.now()
        term.save(update_fields=["sealed", "sealed_at"])
        sealed = events.Sealed(
            term=str(term),
            version=term.version,
            sha256=term.sealed.sha256,
            anchor=anchoring.newest_sheet_number(),
        )
        timeline.record(rollout, sealed, None)

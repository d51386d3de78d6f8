"""Archive a completed rollout as a dossier: once for what happened, whole or not at all.

Another edition is made when a month of it is closed afterwards; the earlier ones stay (docs/decisions/0015).
"""

from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.files import actions as files
from apps.hours import closing
from apps.rollouts import actions as rollouts
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.rollouts.stages import Stage
from apps.stages.golive import contents
from apps.stages.golive.models import Dossier

MADE = timeline.kind("golive.dossier", gettext_lazy("Dossiê %(dossier)s do projeto arquivado"), "archive")
ASKS_FOR_ONE = (rollouts.ADVANCED.name, closing.CLOSED.name)


def due(rollout: Rollout) -> int | None:
    """The event up to which ``rollout`` is to be archived; None when it is not completed, or was archived up to there."""
    if rollout.stage != Stage.COMPLETED:
        return None
    asking = rollout.events.filter(kind__in=ASKS_FOR_ONE).order_by("-sequence")
    through = asking.values_list("sequence", flat=True).first()
    last = rollout.dossiers.last()
    return through if through and (last is None or last.through < through) else None


def waiting() -> list[int]:
    """The keys of the completed rollouts that are to be archived."""
    return [rollout.pk for rollout in Rollout.objects.filter(stage=Stage.COMPLETED).order_by("pk") if due(rollout)]


def make(rollout_pk: int) -> Dossier | None:
    """Archive a rollout that is due and whose documents are all there; None when it is not.

    The files are made outside the transaction and kept in it, so a worker that dies leaves nothing and the clock comes back.
    """
    rollout = Rollout.objects.prefetch_related("parties__company").get(pk=rollout_pk)
    through = due(rollout)
    if through is None or not contents.is_ready(rollout):
        return None
    number = rollout.dossiers.count() + 1
    whole = contents.whole(rollout, number, through)
    shared = contents.shared(rollout, whole, number, through)
    with timeline.changing(rollout, even_closed=True) as rollout:
        if due(rollout) != through or rollout.dossiers.count() + 1 != number:
            return None
        name = f"{rollout.code}-D{number}"
        dossier = Dossier.objects.create(
            rollout=rollout,
            number=number,
            through=through,
            whole=files.store_bytes(whole, f"{name}.zip"),
            shared=files.store_bytes(shared, f"{name}-sem-valores.zip"),
            made_at=clock.now(),
        )
        timeline.record(
            rollout, MADE, None, dossier=name, through=through, sha256=dossier.whole.sha256,
            sha256_shared=dossier.shared.sha256,
        )  # fmt: skip
        return dossier

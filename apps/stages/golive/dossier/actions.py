"""Archive a completed rollout as a dossier: once for what happened, whole or not at all.

Another edition is made when a month of it is closed afterwards; the earlier ones stay (docs/decisions/0015).
"""

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from apps.core import clock
from apps.core.process import Stage
from apps.files import actions as files
from apps.hours import events as hours
from apps.rollouts import events as rollouts
from apps.rollouts import numbering, timeline
from apps.rollouts.anchors import anchoring
from apps.rollouts.models import Event, Rollout
from apps.seals import certificates
from apps.stages.golive import events
from apps.stages.golive.dossier import contents
from apps.stages.golive.models import Dossier

ASKS_FOR_ONE = (rollouts.Advanced.kind, hours.MonthClosed.kind)


def due(rollout: Rollout) -> int | None:
    """The event up to which ``rollout`` is to be archived; None when it is not completed, or was archived up to there."""
    return _due().filter(pk=rollout.pk).values_list("asked", flat=True).first()


def is_due() -> dict[str, Exists]:
    """Whether a rollout is due (``dossier_is_due``), to be asked with it (``annotate``)."""
    return {"dossier_is_due": Exists(_due().filter(pk=OuterRef("pk")))}


def waiting() -> list[int]:
    """The keys of the completed rollouts that are to be archived."""
    return list(_due().order_by("pk").values_list("pk", flat=True))


def _due() -> QuerySet[Rollout]:
    events = Event.objects.filter(rollout=OuterRef("pk"), kind__in=ASKS_FOR_ONE).order_by("-sequence")
    latest_dossiers = Dossier.objects.filter(rollout=OuterRef("pk")).order_by("-number")
    completed = Rollout.objects.filter(stage=Stage.COMPLETED).annotate(
        asked=Subquery(events.values("sequence")[:1]), done=Subquery(latest_dossiers.values("through")[:1])
    )
    return completed.filter(Q(done=None) | Q(done__lt=F("asked"))).exclude(asked=None)


def make(rollout_pk: int) -> Dossier | None:
    """Archive a rollout that is due and whose documents are all there; None when it is not.

    Its chain is anchored first. The files are made and sealed outside the transaction and kept in it, so a worker that dies
    leaves nothing and the clock comes back. Raises ``NoCertificate`` and ``NoTimestamp`` when nothing seals now,
    and ``anchoring.NotAnchored`` for a chain that does not hold.
    """
    rollout = Rollout.objects.prefetch_related("parties__company").get(pk=rollout_pk)
    through = due(rollout)
    if through is None or not contents.is_ready(rollout):
        return None
    signer = certificates.signer()
    number = numbering.expected_number(rollout.dossiers)
    everything = contents.whole_dossier(rollout, number, through)
    anchor = anchoring.anchor_at(rollout, through)
    proof = anchoring.proof_of(anchor)
    whole_file = contents.sealed(everything, proof, signer)
    shared_file = contents.sealed(contents.shared_dossier(rollout, everything, number, through), proof, signer)
    with timeline.changing(rollout, even_closed=True) as rollout:
        if due(rollout) != through or numbering.next_number(rollout, rollout.dossiers) != number:
            return None
        name = f"{rollout.code}-D{number}"
        dossier = Dossier.objects.create(
            rollout=rollout,
            number=number,
            through=through,
            whole=files.store_bytes(whole_file, f"{name}.zip"),
            shared=files.store_bytes(shared_file, f"{name}-sem-valores.zip"),
            made_at=clock.now(),
        )
        event = events.DossierMade(
            dossier=name,
            through=through,
            sha256=dossier.whole.sha256,
            sha256_shared=dossier.shared.sha256,
            anchor=anchor.sheet.number,
        )
        timeline.record(rollout, event, None)
        return dossier

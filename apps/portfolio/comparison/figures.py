"""The figures of each completed project, kept so that comparing thousands of them counts nothing anew."""

from django.db.models import Exists, F, OuterRef, Q, Sum

from apps.core.process import PartyRole, Stage
from apps.hours.classification import HourClass
from apps.hours.models import HourSum
from apps.portfolio.clocks import queries
from apps.portfolio.models import ProjectFigures
from apps.rollouts import events
from apps.rollouts.models import Event, Rollout
from apps.stages.acceptance import events as acceptance
from apps.stages.homologation.models import Case, Nonconformity

SENT_BACK = (events.SentBack.kind, acceptance.Refused.kind)
"""What takes a project back a stage: Presence, or a signatory who refuses the term."""
NOT_COUNTED = (Nonconformity.State.DECLINED, Nonconformity.State.DUPLICATE)


def add_up(rollout_pk: int) -> None:
    """Keep the figures of a completed rollout as its record stands now; of one that was reopened meanwhile they go, until it
    is completed again. One that was taken over from elsewhere has none: its record begins in the middle."""
    rollout = Rollout.objects.get(pk=rollout_pk)
    if rollout.stage != Stage.COMPLETED or rollout.events.filter(kind=events.Imported.kind).exists():
        ProjectFigures.objects.filter(rollout=rollout).delete()
        return
    total = queries.report(rollout).total
    kinds = list(rollout.events.filter(kind__in=[*SENT_BACK, events.Reopened.kind]).values_list("kind", flat=True))
    free = HourSum.objects.filter(rollout=rollout, hour_class=HourClass.FREE).aggregate(sum=Sum("minutes"))["sum"]
    tried = Case.objects.filter(script__rollout=rollout, applies=True).exclude(standing=Case.Standing.NEVER_RUN)
    nonconformities = Nonconformity.objects.filter(rollout=rollout).exclude(state__in=NOT_COUNTED)
    values = {
        "version": rollout.version,
        "days": total.total,
        **{f"{role}_days": total.parties[role] for role in PartyRole.values},
        "held_days": total.on_hold,
        "sent_back": sum(kind in SENT_BACK for kind in kinds),
        "reopened": kinds.count(events.Reopened.kind),
        "cases": tried.count(),
        "nonconformities": nonconformities.count(),
        "free_minutes": free or 0,
    }
    ProjectFigures.objects.update_or_create(rollout=rollout, defaults=values)


def waiting() -> list[int]:
    """The keys of the completed rollouts whose figures are not as their record stands, and of those that are open again."""
    imported = Event.objects.filter(rollout=OuterRef("pk"), kind=events.Imported.kind)
    counts = Q(stage=Stage.COMPLETED) & ~Exists(imported)
    is_stale = Q(figures=None) | ~Q(figures__version=F("version"))
    rows = Rollout.objects.filter(counts & is_stale | ~counts & Q(figures__isnull=False))
    return list(rows.order_by("pk").values_list("pk", flat=True))

from django.db.models import OuterRef, QuerySet

from apps.core import clock
from apps.core.database.compiled import compiled_once
from apps.core.database.rows import JSON, embedded_first, row_of
from apps.core.process import Stage
from apps.core.requirements import asked_once
from apps.rollouts import planning
from apps.rollouts.models import Rollout
from apps.stages.development.models import Delivery, DueDate, ProgressNote


def due_date(rollout: Rollout) -> DueDate | None:
    """The date that holds now."""
    return row_of(DueDate, _newest(rollout)[0])


def progress(rollout: Rollout) -> ProgressNote | None:
    """The newest note of progress."""
    return row_of(ProgressNote, _newest(rollout)[1])


def delivery(rollout: Rollout) -> Delivery | None:
    """The newest delivery."""
    return row_of(Delivery, _newest(rollout)[2])


@asked_once
def _newest(rollout: Rollout) -> tuple[JSON | None, JSON | None, JSON | None]:
    """The newest date, note of progress and delivery, embedded."""
    return _newest_of_rollout(rollout.pk)[0]


@compiled_once
def _newest_of_rollout(rollout_pk: int) -> "QuerySet[Rollout, tuple[JSON | None, JSON | None, JSON | None]]":
    newest = {
        "date": DueDate.objects.order_by("-given_at", "-pk"),
        "note": ProgressNote.objects.order_by("-written_at", "-pk"),
        "delivery": Delivery.objects.order_by("-declared_at", "-pk"),
    }
    embedded_rows = {
        f"newest_{name}": embedded_first(rows.filter(rollout=OuterRef("pk"))) for name, rows in newest.items()
    }
    return Rollout.objects.filter(pk=rollout_pk).annotate(**embedded_rows).values_list(*embedded_rows)


def awaited_delivery(rollout: Rollout) -> Delivery | None:
    """The delivery that answers the present development stage: made since the rollout last entered it."""
    newest = delivery(rollout)
    return newest if newest and newest.declared_at >= rollout.stage_entered_at else None


def days_late(rollout: Rollout) -> int:
    """Business days by which the delivery is overdue; 0 when it is not, or was made."""
    due = due_date(rollout)
    if due is None or rollout.stage != Stage.DEVELOPMENT or awaited_delivery(rollout):
        return 0
    return planning.days_late(due.date, clock.today())

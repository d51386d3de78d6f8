from apps.core import clock
from apps.core.process import Stage
from apps.core.requirements import asked_once
from apps.rollouts.models import Rollout
from apps.stages.development.models import Delivery, DueDate


@asked_once
def due_date(rollout: Rollout) -> DueDate | None:
    """The date that holds now."""
    return rollout.due_dates.last()


@asked_once
def delivery(rollout: Rollout) -> Delivery | None:
    """The newest delivery."""
    return rollout.deliveries.first()


def awaited_delivery(rollout: Rollout) -> Delivery | None:
    """The delivery that answers the present development stage: made since the rollout last entered it."""
    newest = delivery(rollout)
    return newest if newest and newest.declared_at >= rollout.stage_entered_at else None


def days_late(rollout: Rollout) -> int:
    """Whole days by which the delivery is overdue; 0 when it is not, or was made."""
    due = due_date(rollout)
    if due is None or rollout.stage != Stage.DEVELOPMENT or awaited_delivery(rollout):
        return 0
    return max((clock.today() - due.date).days, 0)

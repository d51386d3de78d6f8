"""What the development gives to the acceptance term's record."""

from django.db.models import OuterRef

from apps.core.database.rows import JSON, embedded_first, row_of
from apps.core.term_shares import TermShare
from apps.rollouts.models import Rollout
from apps.stages.development.models import Delivery


def connector(rollout: Rollout, newest: JSON | None) -> dict[str, str] | None:
    """The delivery that holds; None before the first."""
    delivery = row_of(Delivery, newest)
    return {"version": delivery.version, "limitations": delivery.limitations} if delivery else None


CONNECTOR = TermShare(connector, rows={"newest": embedded_first(Delivery.objects.filter(rollout=OuterRef("pk")))})

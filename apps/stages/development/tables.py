"""The deliveries of a rollout's connector as a file."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from apps.core import canonical
from apps.core.exports.tables import Column, Export, Kind
from apps.rollouts.models import Rollout
from apps.stages.development.models import Delivery

COLUMNS = (
    Column("version", _("Versão"), width=14),
    Column("delivered_at", _("Entregue em"), Kind.INSTANT),
    Column("delivered_by", _("Quem"), width=24),
    Column("notes", _("O que mudou"), width=50, wraps=True),
    Column("limitations", _("Limitações conhecidas"), width=50, wraps=True),
)


def deliveries(rollout: Rollout, _narrowed_by: Mapping[str, str]) -> Export:
    """Every version that the integrator declared as delivered, the first one first."""
    rows = [
        {
            "version": delivery.version,
            "delivered_at": canonical.instant(delivery.declared_at),
            "delivered_by": str(delivery.declared_by),
            "notes": delivery.notes,
            "limitations": delivery.limitations,
        }
        for delivery in Delivery.objects.filter(rollout=rollout)
        .select_related("declared_by")
        .order_by("declared_at", "pk")
    ]
    return Export(f"{rollout.code}-entregas", COLUMNS, rows, sheet=_("Entregas"), title=_("Entregas do conector"))

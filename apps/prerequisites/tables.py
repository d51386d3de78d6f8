"""What the parties of a rollout have to deliver, as a file: never what they delivered."""

from collections.abc import Mapping

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from apps.core import canonical
from apps.core.exports.tables import Column, Export, Kind
from apps.core.process import Gate, PartyRole
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts import planning
from apps.rollouts.models import Rollout

COLUMNS = (
    Column("title", _("Pré-requisito"), width=44, wraps=True),
    Column("owner", _("Quem entrega"), labels=dict(PartyRole.choices), width=14),
    Column("kind", _("Tipo"), labels=dict(Prerequisite.Kind.choices), width=14),
    Column("environment", _("Ambiente"), labels=dict(Prerequisite.Environment.choices), width=14),
    Column("state", _("Situação"), labels=dict(Prerequisite.State.choices), width=16),
    Column("since", _("Desde"), Kind.INSTANT),
    Column("due", _("Prazo"), Kind.DAY),
    Column("gate", _("Espera por ele"), labels=dict(Gate.choices), width=30, wraps=True),
    Column("deliveries", _("Entregas"), Kind.NUMBER, width=10),
    Column("returned", _("Devoluções"), Kind.NUMBER, width=12),
    Column("key", for_importers=True),
)


def export(rollout: Rollout, _narrowed_by: Mapping[str, str]) -> Export:
    """Every item of the list of ``rollout`` in its order, with the day on which it is due while it is open."""
    starts = planning.starts(rollout)
    items = rollout.prerequisites.annotate(
        deliveries=Count("submissions"),
        returned=Count("submissions", filter=Q(submissions__decision=Submission.Decision.REJECTED)),
    )
    rows = []
    for item in items.order_by("position"):
        due = item.due_by(starts) if item.is_open else None
        rows.append(
            {
                "title": str(item.title),
                "owner": item.owner,
                "kind": item.kind,
                "environment": item.environment,
                "state": item.state,
                "since": canonical.instant(item.since),
                "due": due.isoformat() if due else None,
                "gate": item.gate,
                "deliveries": item.deliveries,
                "returned": item.returned,
                "key": item.key,
            }
        )
    title = _("Pré-requisitos do projeto")
    return Export(f"{rollout.code}-pre-requisitos", COLUMNS, rows, sheet=_("Pré-requisitos"), title=title)

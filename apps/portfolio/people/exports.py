"""The load as a table: a row for each person and week."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.companies.models import Role
from apps.core import clock
from apps.core.exports.tables import Column, Export, Kind
from apps.portfolio.people.load import PersonLoad

COLUMNS = (
    Column("person", _("Pessoa"), width=26),
    Column("role", _("Papel"), labels=dict(Role.choices), width=18),
    Column("week", _("Semana de"), Kind.DAY, width=12),
    Column("meetings", _("Reuniões"), Kind.MINUTES, width=11),
    Column("requirements", _("Pendências"), Kind.MINUTES, width=11),
    Column("homologation", _("Homologação"), Kind.MINUTES, width=12),
    Column("total", _("Total"), Kind.MINUTES, width=11),
    Column("capacity", _("Capacidade"), Kind.MINUTES, width=11),
    Column("absent_days", _("Dias de ausência"), Kind.NUMBER, width=15),
    Column("is_over", _("Acima da capacidade"), labels={"yes": _("sim"), "no": _("não")}, width=18),
)


def export(people: Iterable[PersonLoad]) -> Export:
    """The load of ``people``, in the reader's language."""
    return Export(
        f"carga-{clock.today().isoformat()}",
        COLUMNS,
        list(_rows(people)),
        sheet=_("Carga"),
        title=_("Carga por pessoa"),
    )


def _rows(people: Iterable[PersonLoad]) -> Iterator[dict[str, Any]]:
    for person in people:
        for week in person.weeks:
            yield {
                "person": person.name,
                "role": person.membership.role,
                "week": week.first.isoformat(),
                "meetings": week.meetings,
                "requirements": week.requirements,
                "homologation": week.homologation,
                "total": week.total,
                "capacity": week.capacity,
                "absent_days": week.absent_days,
                "is_over": "yes" if week.is_over else "no",
            }

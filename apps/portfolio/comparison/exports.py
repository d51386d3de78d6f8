"""The comparison as a table: a row for each company, platform or person."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.exports.tables import Column, Export, Kind
from apps.core.process import PartyRole
from apps.portfolio.comparison.queries import By, Line

COLUMNS = (
    Column("name", _("Nome"), width=30),
    Column("projects", _("Projetos concluídos"), Kind.NUMBER, width=12),
    Column("few", _("Poucos projetos"), labels={"yes": _("sim"), "no": ""}, width=10),
    Column("median", _("Dias úteis (mediana)"), Kind.DECIMAL, width=12),
    Column("lower", _("1º quartil"), Kind.DECIMAL, width=10),
    Column("upper", _("3º quartil"), Kind.DECIMAL, width=10),
    *(Column(f"{role}_days", label, Kind.DECIMAL, width=12) for role, label in PartyRole.choices),
    Column("held_days", _("Em pausa"), Kind.DECIMAL, width=10),
    Column("sent_back", _("Devoluções"), Kind.NUMBER, width=11),
    Column("reopened", _("Reaberturas"), Kind.NUMBER, width=11),
    Column("nonconformities_per_100", _("Não conformidades por 100 casos"), Kind.DECIMAL, width=18),
    Column("free_minutes", _("Horas não cobradas"), Kind.MINUTES, width=12),
)


def export(by: str, lines: Iterable[Line]) -> Export:
    """``lines`` of a comparison, in the reader's language."""
    return Export(
        f"comparacao-{by}",
        COLUMNS,
        [row(line) for line in lines],
        sheet=By(by).label,
        title=_("Comparação de projetos"),
    )


def row(line: Line) -> dict[str, Any]:
    """Days are medians of business days; ``few`` is ``yes`` where so few projects say little."""
    return {
        "name": line.name,
        "projects": line.count,
        "few": "yes" if line.has_few else "no",
        "median": line.median,
        "lower": line.lower,
        "upper": line.upper,
        **{f"{role}_days": days for role, days in line.parties.items()},
        "held_days": line.on_hold,
        "sent_back": line.sent_back,
        "reopened": line.reopened,
        "nonconformities_per_100": line.nonconformities_per_100,
        "free_minutes": line.free_minutes,
    }

"""What the hours give to the dossier: each closed month as a document, tables and data. It tells what the hours cost, and
stays out of the variant for those who may not see that (the folder ``fechamentos``)."""

from collections.abc import Iterator

from apps.core import canonical
from apps.hours.models import StatementPdf
from apps.hours.statements import exports
from apps.rollouts.models import Rollout


def is_ready(rollout: Rollout) -> bool:
    """Every statement has its PDF."""
    return not rollout.statements.filter(pdf=None).exists()


def files(rollout: Rollout) -> Iterator[tuple[str, bytes]]:
    for statement in rollout.statements.order_by("number"):
        name = f"fechamentos/{statement.code}"
        lines = exports.export(statement.code, exports.rows(statement.content), statement.closed_at)
        yield f"{name}.pdf", StatementPdf.objects.select_related("file").get(statement=statement).file.read()
        yield f"{name}.xlsx", lines.as_xlsx()
        yield f"{name}-erp.csv", lines.as_csv()
        yield f"{name}.json", canonical.readable(statement.content)

"""The clocks as a table: a row for each span."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.exports.tables import Column, Export, Kind
from apps.core.process import PartyRole, Stage
from apps.portfolio.clocks.counting import Span, Why
from apps.portfolio.clocks.queries import Report

COLUMNS = (
    Column("first", _("De"), Kind.DAY, width=11),
    Column("last", _("Até"), Kind.DAY, width=11),
    Column("days", _("Dias úteis"), Kind.NUMBER, width=11, total=True),
    Column("stage", _("Etapa"), labels=dict(Stage.choices), width=22),
    Column("party", _("Conta para"), labels=dict(PartyRole.choices), width=14),
    Column("why", _("Por quê"), labels=dict(Why.choices), width=36),
    Column("proofs", _("Eventos do histórico"), width=20),
)


def export(report: Report) -> Export:
    """The spans of ``report``, in the reader's language."""
    return Export(
        f"{report.rollout.code}-dias-por-parte",
        COLUMNS,
        list(rows(report.clocks.spans)),
        sheet=_("Dias"),
        title=_("Dias por parte"),
    )


def rows(spans: Iterable[Span]) -> Iterator[dict[str, Any]]:
    """Days in ISO form, ``proofs`` the numbers of the events of the timeline that prove the span."""
    for span in spans:
        yield {
            "first": span.first.isoformat(),
            "last": span.last.isoformat(),
            "days": span.days,
            "stage": span.stage,
            "party": span.party,
            "why": span.why,
            "proofs": ", ".join(map(str, span.proofs)),
        }

"""Propose one amendment of the worksheet at a time, as programs do: nothing is written into it without the other side."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.refusals import Invalid, Refusal
from apps.rollouts.models import Rollout
from apps.stages.kickoff import amendments, worksheet
from apps.stages.kickoff.models import Amendment, CellChange, Kickoff, Row


def propose_cell(row: Row, *, by: User, column: str, value: str, version: int, reason: str = "") -> Amendment:
    """Propose ``value`` for a cell of ``row`` of which ``version`` was read; the same proposal again is the one that waits.

    Raises ``Refusal`` (409) before the minutes are published, where the cell changed since, waits for another side or says so
    already, and once the worksheet is closed; ``Invalid`` (422) for a value or a column that takes no amendment.
    """
    with amendments.changing_worksheet(row.kickoff, by, "kickoff.fill") as (rollout, kickoff):
        _refuse_unless_amending(rollout, kickoff)
        if column not in {binding.name for binding in row.spec.columns if binding.binds}:
            raise Invalid(_("Nenhuma coluna desta linha que se altera por aditivo tem este nome."), field="column")
        edit = worksheet.Edit(row.pk, column, value, version)
        try:
            conflicts = worksheet.write_cells(rollout, kickoff, by, [edit], reason)
        except Invalid as refusal:
            refusal.field = "value"
            raise
        for conflict in conflicts:
            raise Refusal(_conflict(conflict))
        proposed = amendments.open_amendments(kickoff).filter(row=row, column=column).first()
        if proposed is None:
            raise Refusal(_("A ficha já diz isto: não há o que propor."))
        return proposed


def propose_removal(row: Row, *, by: User, reason: str = "") -> Amendment:
    """Propose that ``row`` goes; the same proposal again is the one that waits.

    Raises ``Refusal`` (409) before the minutes are published, for a row of the catalogue or one that says nothing, while
    another side's amendment waits for it, and once the worksheet is closed.
    """
    with transaction.atomic():
        with amendments.changing_worksheet(row.kickoff, by, "kickoff.fill") as (rollout, kickoff):
            _refuse_unless_amending(rollout, kickoff)
        if not any(row.cells.values()):
            raise Refusal(_("Esta linha não diz nada: retire-a na ficha, sem aditivo."))
        proposed = worksheet.remove_row(row, by=by, reason=reason)
        return proposed or row.amendments.get(state=Amendment.State.OPEN, column=CellChange.REMOVED)


def _refuse_unless_amending(rollout: Rollout, kickoff: Kickoff) -> None:
    if not amendments.is_amending(rollout, kickoff):
        raise Refusal(_("Não há ata em vigor: por enquanto a ficha se escreve na página, sem aditivo."))


def _conflict(conflict: worksheet.Conflict) -> str:
    if conflict.amendment:
        return _("O aditivo %(number)d, desta célula, espera resposta. Responda a ele antes.") % {
            "number": conflict.amendment.number
        }
    if not conflict.current:
        return _("A célula mudou depois que você a leu: hoje está vazia.")
    return _("A célula mudou depois que você a leu: hoje diz “%(text)s”.") % {"text": conflict.current}

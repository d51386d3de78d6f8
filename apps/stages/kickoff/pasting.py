"""Put a block that was copied from a spreadsheet into the worksheet: to the right of a cell and below it."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.core.refusals import Invalid, Refusal
from apps.stages.kickoff.amendments import changing_worksheet
from apps.stages.kickoff.models import Kickoff, Row
from apps.stages.kickoff.sheets import DATA, FIELDS
from apps.stages.kickoff.worksheet import Conflict, Edit, Part, new_row, note_writing, rows_from, write_cells

CELLS_AT_MOST = 1_000
"""How many cells a block may have."""


@dataclass(frozen=True)
class Pasted:
    """The ``rows`` that a block was put into, those that it added among them, and the cells that were left as they are."""

    rows: list[Row]
    conflicts: list[Conflict]


def block(text: str) -> list[list[str]]:
    """The lines of a copied block, each with its cells: parted by tabs, in quotes where a cell holds tabs, line breaks or
    quotes, as spreadsheets copy. A quote that is never closed is a quote."""
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), "excel-tab", strict=True))
    except csv.Error:
        lines = [line.split("\t") for line in text.splitlines()]
    while lines and not any(lines[-1]):
        lines.pop()
    return lines


def paste(
    kickoff: Kickoff,
    *,
    by: User,
    row: Row,
    column: str,
    text: str,
    versions: Mapping[int, Sequence[int]],
    reason: str = "",
) -> Pasted:
    """Write the block ``text`` from the cell ``column`` of ``row`` on, in one piece; a sheet that is not a list of the
    catalogue grows by the lines that are missing. ``versions`` are those that the page showed, by row.

    Raises ``Invalid`` (422) for a block that is too large, does not fit, or holds a value that its column does not take,
    with line and column; then nothing is written. Cells that changed since they were seen are left and given back.
    """
    lines = block(text)
    cells = sum(len(line) for line in lines)
    if cells > CELLS_AT_MOST:
        raise Invalid(
            _("O bloco tem %(cells)d células; cole no máximo %(most)d de cada vez.")
            % {"cells": cells, "most": CELLS_AT_MOST}
        )
    with changing_worksheet(kickoff, by, "kickoff.fill") as (rollout, kickoff):
        row = Row.objects.select_related("method").get(pk=row.pk)
        row.kickoff = kickoff
        if row.removed_at:
            raise Refusal(_("Esta linha foi retirada da ficha por outra pessoa."))
        columns = row.spec.columns[row.spec.columns.index(row.spec.column(column)) :]
        width = max((len(line) for line in lines), default=0)
        if width > len(columns):
            raise Invalid(
                _("O bloco tem %(width)d colunas; a partir de “%(column)s” cabem %(room)d.")
                % {"width": width, "column": columns[0].label, "room": len(columns)}
            )
        rows = rows_from(kickoff, row)[: len(lines)]
        missing = len(lines) - len(rows)
        if missing and row.spec in (FIELDS, DATA):
            raise Invalid(
                ngettext(
                    "O bloco tem %(lines)d linhas; a partir desta há só %(room)d linha. Acrescente linhas antes.",
                    "O bloco tem %(lines)d linhas; a partir desta há só %(room)d linhas. Acrescente linhas antes.",
                    len(rows),
                )
                % {"lines": len(lines), "room": len(rows)}
            )
        added = [new_row(kickoff, Part.of_row(row), by) for _line in range(missing)]
        edits = []
        for number, (line, target) in enumerate(zip(lines, [*rows, *added], strict=True), start=1):
            shown = versions.get(target.pk, ())
            for place, (spec, value) in enumerate(
                zip(columns, line, strict=False), len(row.spec.columns) - len(columns)
            ):
                version = 0 if target in added else shown[place] if place < len(shown) else -1
                try:
                    edits.append(Edit(target.pk, spec.name, spec.clean(spec.keyed(value)), version))
                except Invalid as refusal:
                    raise Invalid(
                        _("Linha %(line)d do bloco: %(message)s") % {"line": number, "message": refusal.message}
                    ) from None
        conflicts = write_cells(rollout, kickoff, by, edits, reason)
        if added:
            note_writing(rollout, kickoff, by)
        keys = [target.pk for target in [*rows, *added]]
        return Pasted(list(kickoff.rows.filter(pk__in=keys).select_related("method")), conflicts)

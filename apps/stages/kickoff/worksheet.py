"""Fill in the integration worksheet: cell by cell, so that what two people write at once is merged, and where they wrote
into the same cell neither overwrites the other unseen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Max
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import Gate
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import read_model, timeline
from apps.rollouts.models import Rollout
from apps.stages.kickoff import events
from apps.stages.kickoff.actions import reopen_minutes, writing
from apps.stages.kickoff.models import AgreedMethod, CellChange, Kickoff, Row
from apps.stages.kickoff.sheets import ACTIONS, FIELDS, LONGEST, SHEETS

SITTING = timedelta(minutes=30)
"""Writing of one person within so long after their last event is one event; each cell has its own history."""
ROWS_AT_MOST = 300
"""How many rows a sheet may hold besides the catalogue's."""


@dataclass(frozen=True)
class Edit:
    """Somebody wrote ``value`` into a cell which showed them ``shown_value``."""

    row: int
    column: str
    value: str
    shown_value: str


@dataclass(frozen=True)
class Conflict:
    """A cell that holds something else than its writer saw; nothing was written. ``change`` is the one they did not see."""

    edit: Edit
    current: str
    change: CellChange | None


def write(kickoff: Kickoff, *, by: User, edits: Iterable[Edit]) -> list[Conflict]:
    """Write ``edits``; those whose cell changed since it was seen are given back, and the others are kept.

    Raises ``Invalid`` (422) for a value that its column does not take, ``NotAllowed`` (403) for a sheet that only Presence
    writes; then nothing is written.
    """
    edits = list(edits)
    conflicts: list[Conflict] = []
    with writing(kickoff, by, permission="kickoff.fill") as (rollout, kickoff):
        row_keys = {edit.row for edit in edits}
        rows = {row.pk: row for row in kickoff.rows.filter(pk__in=row_keys, removed_at=None).select_related("method")}
        changes = []
        for edit in edits:
            row = rows.get(edit.row)
            if row is None:
                raise Refusal(_("Esta linha foi retirada da ficha por outra pessoa."))
            if row.spec.conducted:
                require(by, "kickoff.conduct", kickoff)
            if row.key and edit.column == row.spec.columns[0].name:
                raise Invalid(_("O nome de um campo do catálogo não muda."))
            value = row.spec.column(edit.column).clean(edit.value)
            current = row.cell(edit.column)
            if value == current:
                continue
            if edit.shown_value != current:
                conflicts.append(Conflict(edit, current, row.changes.filter(column=edit.column).last()))
                continue
            row.cells[edit.column] = value
            changes.append(CellChange(row=row, column=edit.column, before=current, after=value, by=by))
        if changes:
            Row.objects.bulk_update({change.row for change in changes}, ["cells"])
            CellChange.objects.bulk_create(changes)
            _note(rollout, kickoff, by)
    return conflicts


def add_row(kickoff: Kickoff, *, by: User, sheet: str, method: AgreedMethod | None = None) -> Row:
    """Add an empty row to ``sheet``; to the fields of an adopted ``method`` for one outside the catalogue."""
    spec = _spec(sheet)
    with writing(kickoff, by, permission="kickoff.conduct" if spec.conducted else "kickoff.fill") as (rollout, kickoff):
        if (sheet == FIELDS.key) != (method is not None and method.agreed):
            raise Invalid(_("Escolha um método adotado."))
        rows = kickoff.rows.filter(sheet=sheet, method=method)
        if rows.filter(key="", removed_at=None).count() >= ROWS_AT_MOST:
            raise Refusal(_("Esta parte da ficha já tem linhas demais."))
        last = rows.aggregate(last=Max("position"))["last"] or 0
        row = Row.objects.create(kickoff=kickoff, sheet=sheet, method=method, position=last + 1)
        CellChange.objects.create(row=row, column=CellChange.ADDED, by=by)
        _note(rollout, kickoff, by)
        return row


def remove_row(row: Row, *, by: User, shown_cells: Mapping[str, str] | None = None) -> None:
    """Take a row out of the worksheet; it and its history are kept. A row of the catalogue is marked as not used instead.

    ``shown_cells`` is what the page showed in its cells, by column: a row that says something else by now stays (``Refusal``,
    409).
    """
    permission = "kickoff.conduct" if row.spec.conducted else "kickoff.fill"
    with writing(row.kickoff, by, permission=permission) as (rollout, kickoff):
        row = Row.objects.get(pk=row.pk)
        if row.key:
            raise Refusal(_("Um campo do catálogo fica na ficha: marque que não se usa."))
        if row.removed_at:
            raise Refusal(_("Esta linha foi retirada da ficha por outra pessoa."))
        if any(row.cell(column) != value for column, value in (shown_cells or {}).items()):
            last_change = row.changes.select_related("by").last()
            raise Refusal(
                _("%(who)s mudou esta linha enquanto você a lia. Confira o que está escrito e retire de novo.")
                % {"who": last_change.by if last_change else _("Outra pessoa")}
            )
        row.removed_at = clock.now()
        row.save(update_fields=["removed_at"])
        CellChange.objects.create(row=row, column=CellChange.REMOVED, before=str(row)[:LONGEST], by=by)
        _note(rollout, kickoff, by)


def do_action(row: Row, *, by: User) -> None:
    """Mark an action item as done, by a person of the party that owes it or by Presence; at any open stage."""
    require(by, "kickoff.do_action", row)
    with timeline.changing(row.rollout) as rollout:
        row = Row.objects.get(pk=row.pk)
        if row.sheet != ACTIONS.key or row.removed_at or row.cell("done"):
            raise Refusal(_("Esta ação já foi concluída ou retirada."))
        row.cells["done"] = "1"
        row.save(update_fields=["cells"])
        CellChange.objects.create(row=row, column="done", before="", after="1", by=by)
        timeline.record(rollout, events.ActionDone(action=row.cell("text")), by)


def _spec(key: str):
    if key not in SHEETS:
        raise Invalid(_("Esta parte não existe na ficha."))
    return SHEETS[key]


def _note(rollout: Rollout, kickoff: Kickoff, by: User) -> None:
    """One event for a person's sitting, and one whenever the gate's demands change, because the ball may pass."""
    reopen_minutes(kickoff)
    holder = rollout.holder
    read_model.keep(rollout, {"kickoff"})
    open_requirements = rollout.open_requirements.filter(gate=Gate.START_DEVELOPMENT, waiver=None).count()
    last = rollout.events.filter(kind=events.WorksheetFilled.kind, actor=by).last()
    published = kickoff.published.last()
    since = clock.now() - SITTING
    if published and published.published_at > since:
        since = published.published_at
    asks_another = rollout.holder != holder or (last and last.data.get("open_requirements") != open_requirements)
    if last is None or last.at < since or asks_another:
        timeline.record(rollout, events.WorksheetFilled(open_requirements=open_requirements), by)
    else:
        rollout.save(update_fields=read_model.SAVED)

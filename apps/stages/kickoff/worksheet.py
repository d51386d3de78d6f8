"""Fill in the integration worksheet: cell by cell, so that what two people write at once is merged, and where they wrote
into the same cell neither overwrites the other unseen. Once the minutes are published what is written is proposed
(``amendments``)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import Gate
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import read_model, timeline
from apps.rollouts.models import Rollout
from apps.stages.kickoff import events
from apps.stages.kickoff.actions import reopen_minutes
from apps.stages.kickoff.amendments import (
    changing_worksheet,
    is_amending,
    note_proposals,
    open_amendments,
    propose,
    withdraw_all,
)
from apps.stages.kickoff.models import AgreedMethod, Amendment, CellChange, Kickoff, Row
from apps.stages.kickoff.sheets import ACTIONS, DATA, FIELDS, LONGEST, SHEETS, SITTING, Sheet

ROWS_AT_MOST = 300
"""How many rows a part of the worksheet may hold besides the catalogue's."""


@dataclass(frozen=True)
class Edit:
    """Somebody wrote ``value`` into a cell of which they saw ``version`` (``Row.version``)."""

    row: int
    column: str
    value: str
    version: int


@dataclass(frozen=True)
class Conflict:
    """A cell that changed since its writer saw it, or for which another side's ``amendment`` waits; nothing was written.
    ``change`` is the newest one of the cell."""

    edit: Edit
    current: str
    change: CellChange | None
    amendment: Amendment | None = None


@dataclass(frozen=True)
class Part:
    """A table of the worksheet: a sheet, or of one the fields of a ``method`` or the data of a ``topic``."""

    sheet: Sheet
    method: int | None = None
    topic: str = ""

    @classmethod
    def of_key(cls, key: str) -> "Part":
        """The part with ``key``. Raises ``Invalid`` (422) for one that no worksheet has."""
        sheet, _colon, rest = key.partition(":")
        if sheet not in SHEETS or bool(rest) != (sheet in (FIELDS.key, DATA.key)):
            raise Invalid(_("Esta parte não existe na ficha."))
        if sheet == FIELDS.key:
            if not rest.isdecimal() or len(rest) > 18:
                raise Invalid(_("Escolha um método adotado."))
            return cls(FIELDS, method=int(rest))
        return cls(SHEETS[sheet], topic=rest)

    @classmethod
    def of_row(cls, row: Row) -> "Part":
        return cls(row.spec, row.method_id, row.topic)

    @property
    def key(self) -> str:
        rest = self.method or self.topic
        return f"{self.sheet.key}:{rest}" if rest else self.sheet.key

    def require_of(self, kickoff: Kickoff) -> None:
        """Raise ``Invalid`` (422) unless the worksheet of ``kickoff`` has this part."""
        if self.sheet is FIELDS and not kickoff.methods.filter(pk=self.method, agreed=True).exists():
            raise Invalid(_("Escolha um método adotado."))
        if self.sheet is DATA and self.topic not in {topic["key"] for topic in kickoff.topics}:
            raise Invalid(_("Esta parte não existe na ficha."))


def write(kickoff: Kickoff, *, by: User, edits: Iterable[Edit], reason: str = "") -> list[Conflict]:
    """Write ``edits``, or propose them (with ``reason``) once the minutes are published; those whose cell changed since it
    was seen are given back, and the others are kept. What the cell holds already changes nothing, however often it comes.

    Raises ``Invalid`` (422) for a value that its column does not take, ``NotAllowed`` (403) for a sheet that only Presence
    writes; then nothing is written.
    """
    with changing_worksheet(kickoff, by, "kickoff.fill") as (rollout, kickoff):
        return write_cells(rollout, kickoff, by, edits, reason)


def write_cells(
    rollout: Rollout, kickoff: Kickoff, by: User, edits: Iterable[Edit], reason: str = ""
) -> list[Conflict]:
    """``write``, within ``changing_worksheet``."""
    edits = list(edits)
    row_keys = {edit.row for edit in edits}
    rows = {row.pk: row for row in kickoff.rows.filter(pk__in=row_keys, removed_at=None).select_related("method")}
    amending = is_amending(rollout, kickoff)
    waiting = {(row.row_id, row.column): row for row in open_amendments(kickoff)} if amending else {}
    roles = rollout.roles_of(by)
    conflicts: list[Conflict] = []
    changes: list[CellChange] = []
    proposals: list[Amendment] = []
    changed_rows: set[Row] = set()
    asked_before = {row.pk: _asks(row) for row in rows.values()}
    for edit in edits:
        row = rows.get(edit.row)
        if row is None:
            raise Refusal(_("Esta linha foi retirada da ficha por outra pessoa."))
        row.kickoff = kickoff
        value = _clean(row, edit, by)
        current, waits = row.cell(edit.column), waiting.get((row.pk, edit.column))
        if value == (waits.after if waits else current):
            continue
        if edit.version != row.version(edit.column) or (waits and waits.party not in roles):
            last_change = row.changes.filter(column=edit.column).select_related("by").last()
            conflicts.append(Conflict(edit, current, last_change, waits))
            continue
        changed_rows.add(row)
        if amending and row.spec.column(edit.column).binds:
            amendment = propose(rollout, row, edit.column, value, by=by, reason=reason, earlier=waits)
            proposals += [amendment] if amendment else []
        else:
            row.put(edit.column, value)
            changes.append(CellChange(row=row, column=edit.column, before=current, after=value, by=by))
    if changed_rows:
        Row.objects.bulk_update(changed_rows, ["cells", "versions"])
        CellChange.objects.bulk_create(changes)
        settles = any(_asks(row) != asked_before[row.pk] for row in changed_rows)
        withdrew = any((row.pk, edit.column) in waiting for edit in edits for row in changed_rows if row.pk == edit.row)
        if amending:
            note_proposals(rollout, proposals, by, withdrew=withdrew)
        if changes:
            note_writing(rollout, kickoff, by, settles=settles)
    return conflicts


def _asks(row: Row) -> object:
    """What of ``row`` the gates and the first pages ask: when it changes, what is open may."""
    if row.sheet == ACTIONS.key:
        return dict(row.cells)
    return (row.is_agreed, bool(row.cell("platform_status")))


def _clean(row: Row, edit: Edit, by: User) -> str:
    if row.spec.conducted:
        require(by, "kickoff.conduct", row.kickoff)
    if row.key and edit.column == row.spec.columns[0].name:
        raise Invalid(_("O nome de um campo do catálogo não muda."))
    return row.spec.column(edit.column).clean(edit.value)


def add_row(
    kickoff: Kickoff,
    *,
    by: User,
    sheet: str,
    method: AgreedMethod | None = None,
    topic: str = "",
    position: int | None = None,
) -> Row:
    """Add an empty row to ``sheet``; to the fields of an adopted ``method`` for one outside the catalogue, to the data of a
    ``topic``. Where the same person added one at ``position`` before, it is that one: a request that comes twice adds one.

    A row that says nothing needs nobody's agreement; what is written into it does.
    """
    if sheet not in SHEETS:
        raise Invalid(_("Esta parte não existe na ficha."))
    part = Part(SHEETS[sheet], method.pk if method else None, topic)
    permission = "kickoff.conduct" if part.sheet.conducted else "kickoff.fill"
    with changing_worksheet(kickoff, by, permission) as (rollout, kickoff):
        if position is not None:
            added = _rows_of(kickoff, part).filter(position=position, key="", removed_at=None).first()
            if added and added.changes.filter(column=CellChange.ADDED, by=by).exists():
                return added
        row = new_row(kickoff, part, by)
        note_writing(rollout, kickoff, by)
        return row


def new_row(kickoff: Kickoff, part: Part, by: User) -> Row:
    """An empty row at the end of ``part``, within ``changing_worksheet``; the caller notes it."""
    part.require_of(kickoff)
    rows = _rows_of(kickoff, part)
    if rows.filter(key="", removed_at=None).count() >= ROWS_AT_MOST:
        raise Refusal(_("Esta parte da ficha já tem linhas demais."))
    last = rows.aggregate(last=Max("position"))["last"] or 0
    row = Row.objects.create(
        kickoff=kickoff, sheet=part.sheet.key, method_id=part.method, topic=part.topic, position=last + 1
    )
    CellChange.objects.create(row=row, column=CellChange.ADDED, by=by)
    return row


def _rows_of(kickoff: Kickoff, part: Part):
    return kickoff.rows.filter(sheet=part.sheet.key, method=part.method, topic=part.topic)


def rows_from(kickoff: Kickoff, row: Row) -> list[Row]:
    """``row`` and those that stand below it in its part."""
    rows = list(_rows_of(kickoff, Part.of_row(row)).filter(removed_at=None))
    return rows[next(place for place, other in enumerate(rows) if other.pk == row.pk) :]


def remove_row(
    row: Row, *, by: User, shown_cells: Mapping[str, str] | None = None, reason: str = ""
) -> Amendment | None:
    """Take a row out of the worksheet; it and its history are kept. A row of the catalogue is marked as not used instead.

    Once the minutes are published a row that says something goes by an amendment, which is given back.
    ``shown_cells`` is what the page showed in its cells, by column: a row that says something else by now stays (``Refusal``,
    409).
    """
    permission = "kickoff.conduct" if row.spec.conducted else "kickoff.fill"
    with changing_worksheet(row.kickoff, by, permission) as (rollout, kickoff):
        row = Row.objects.select_related("method").get(pk=row.pk)
        row.kickoff = kickoff
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
        waiting = list(row.amendments.filter(state=Amendment.State.OPEN))
        others = [amendment for amendment in waiting if amendment.party not in rollout.roles_of(by)]
        if others:
            raise Refusal(_("Esta linha tem um aditivo à espera de resposta. Responda a ele antes."))
        if is_amending(rollout, kickoff) and any(row.cells.values()):
            if any(amendment.removes for amendment in waiting):
                return None
            amendment = propose(rollout, row, CellChange.REMOVED, "", by=by, reason=reason)
            row.save(update_fields=["versions"])
            note_proposals(rollout, [amendment] if amendment else [], by)
            return amendment
        withdraw_all(row, by=by)
        row.removed_at = clock.now()
        row.count_change(CellChange.REMOVED)
        row.save(update_fields=["removed_at", "versions"])
        CellChange.objects.create(row=row, column=CellChange.REMOVED, before=str(row)[:LONGEST], by=by)
        note_writing(rollout, kickoff, by, settles=True)
        return None


def do_action(row: Row, *, by: User) -> None:
    """Mark an action item as done, by a person of the party that owes it or by Presence; at any open stage."""
    require(by, "kickoff.do_action", row)
    with timeline.changing(row.rollout) as rollout:
        row = Row.objects.get(pk=row.pk)
        if row.sheet != ACTIONS.key or row.removed_at or row.cell("done"):
            raise Refusal(_("Esta ação já foi concluída ou retirada."))
        row.put("done", "1")
        row.save(update_fields=["cells", "versions"])
        CellChange.objects.create(row=row, column="done", before="", after="1", by=by)
        timeline.record(rollout, events.ActionDone(action=row.cell("text")), by)


def line_edits(row: Row, values: Mapping[str, str], versions: Sequence[int]) -> list[Edit]:
    """The cells of a line that its form changed. ``values`` are the form's, by column; ``versions`` those that it showed, in
    the order of the columns. What stood there at the version shown was not written by who sent it back."""
    edits = []
    for place, column in enumerate(row.spec.columns):
        if column.name not in values and column.kind != "flag":
            continue
        version = versions[place] if place < len(versions) else 0
        value = values.get(column.name, "")
        if value != shown_at(row, column.name, version):
            edits.append(Edit(row.pk, column.name, value, version))
    return edits


def shown_at(row: Row, column: str, version: int) -> str:
    """What the cell held at ``version``, by its history."""
    if version == row.version(column):
        return row.cell(column)
    changes = list(row.changes.filter(column=column))
    effective = [change.after for change in changes[:version] if change.has_effect]
    if effective:
        return effective[-1]
    return changes[0].before if changes else row.cell(column)


def note_writing(rollout: Rollout, kickoff: Kickoff, by: User, *, settles: bool = False) -> None:
    """One event for a person's sitting, and one whenever the gate's demands change, because the ball may pass; within
    ``changing_worksheet``. ``settles``: what was written may change what is open.

    Minutes that were published and are not amended (``is_amending``) no longer say what was agreed.
    """
    if kickoff.minutes_published_at and not is_amending(rollout, kickoff):
        reopen_minutes(kickoff)
        settles = True
    last = rollout.events.filter(kind=events.WorksheetFilled.kind, actor=by).last()
    published_at = kickoff.published.aggregate(last=Max("published_at"))["last"]
    since = max(clock.now() - SITTING, published_at or clock.now() - SITTING)
    is_new_sitting = last is None or last.at < since
    if not (is_new_sitting or settles):
        return
    holder = rollout.holder
    read_model.keep(rollout, {"kickoff"})
    open_requirements = rollout.open_requirements.filter(gate=Gate.START_DEVELOPMENT, waiver=None).count()
    asks_another = rollout.holder != holder or (last and last.data.get("open_requirements") != open_requirements)
    if is_new_sitting or asks_another:
        timeline.record(rollout, events.WorksheetFilled(open_requirements=open_requirements), by)
    else:
        rollout.save(update_fields=read_model.SAVED)

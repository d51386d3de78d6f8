"""How the integration worksheet is laid out for who reads it: its parts, their lines, and what stands in each cell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.http import SignedInRequest
from apps.core import clock
from apps.core.localized import Localized
from apps.rollouts.models import Rollout
from apps.stages.kickoff import amendments, forms, queries
from apps.stages.kickoff.models import AgreedMethod, Amendment, CellChange, Kickoff, Row
from apps.stages.kickoff.sheets import ACTIONS, DATA, FIELDS, SHEETS
from apps.stages.kickoff.worksheet import Conflict, Part

Place = tuple[int, str]
"""A cell: the key of its row and the name of its column."""


@dataclass(frozen=True)
class Note:
    """What is said under a cell that was not saved, and what was typed into it. ``clashes``: another person wrote there."""

    message: str
    typed: str | None = None
    clashes: bool = False


def conflict_notes(conflicts: Iterable[Conflict]) -> dict[Place, Note]:
    return {
        (conflict.edit.row, conflict.edit.column): Note(
            conflict_sentence(conflict), conflict.edit.value, clashes=conflict.amendment is None
        )
        for conflict in conflicts
    }


def conflict_sentence(conflict: Conflict) -> str:
    """Who changed the cell meanwhile, and what stands there now."""
    if conflict.amendment:
        return _(
            "O aditivo %(number)d desta célula espera resposta: “%(text)s”, de %(who)s. Respondam a ele antes."
        ) % {
            "number": conflict.amendment.number,
            "text": conflict.amendment.in_words[1],
            "who": conflict.amendment.proposed_by,
        }
    author = conflict.change.by if conflict.change else _("Outra pessoa")
    at = date_format(clock.local(conflict.change.at), "TIME_FORMAT") if conflict.change else ""
    if not conflict.current:
        return _("%(who)s apagou esta célula às %(at)s.") % {"who": author, "at": at}
    return _("%(who)s escreveu “%(text)s” nesta célula às %(at)s.") % {
        "who": author,
        "text": conflict.current,
        "at": at,
    }


@dataclass
class WorksheetPage:
    """The worksheet of ``kickoff`` for who asks. ``notes`` are what is said under cells that were not saved."""

    request: SignedInRequest
    rollout: Rollout
    kickoff: Kickoff
    notes: Mapping[Place, Note] = field(default_factory=dict)

    @cached_property
    def why_closed(self) -> str:
        if not self.rollout.is_open:
            return _("O projeto está encerrado: a ficha fica como está.")
        return amendments.why_closed(self.rollout)

    @cached_property
    def _is_at_work(self) -> bool:
        return not self.why_closed and not self.request.viewing  # type: ignore[attr-defined]

    @cached_property
    def may_fill(self) -> bool:
        return self._is_at_work and self.request.user.has_perm("kickoff.fill", self.kickoff)

    @cached_property
    def may_conduct(self) -> bool:
        return self._is_at_work and self.request.user.has_perm("kickoff.conduct", self.kickoff)

    @cached_property
    def is_amending(self) -> bool:
        return not self.why_closed and amendments.is_amending(self.rollout, self.kickoff)

    @cached_property
    def open_amendments(self) -> list[Amendment]:
        rows = list(amendments.open_amendments(self.kickoff))
        for amendment in rows:
            amendment.kickoff = self.kickoff
        return rows

    @cached_property
    def _amendment_by_place(self) -> dict[Place, Amendment]:
        return {(amendment.row_id, amendment.column): amendment for amendment in self.open_amendments}

    @cached_property
    def _roles(self) -> set[str]:
        return {str(role) for role in self.rollout.roles_of(self.request.user)}

    def waiting_for_reader(self) -> list[Amendment]:
        """The amendments that the reader's company answers."""
        may_answer = self.request.user.has_perm
        return [
            amendment
            for amendment in self.open_amendments
            if self.may_fill and may_answer("kickoff.answer_amendment", amendment)
        ]

    def of_reader(self) -> list[Amendment]:
        """The open amendments that the reader's company proposed."""
        return [row for row in self.open_amendments if self.may_fill and row.party in self._roles]

    def line(self, row: Row) -> dict[str, Any]:
        """What the template of a line takes."""
        row.kickoff = self.kickoff
        is_writable = self.may_conduct if row.spec.conducted else self.may_fill
        can_be_done = row.spec is ACTIONS and not row.cell("done") and self.rollout.is_open and not self.may_conduct
        return {
            "row": row,
            "is_writable": is_writable,
            "may_remove": is_writable and not row.key,
            "may_finish": can_be_done and self.request.user.has_perm("kickoff.do_action", row),
            "versions": ".".join(str(row.version(column.name)) for column in row.spec.columns),
            "removal": self._amendment_by_place.get((row.pk, CellChange.REMOVED)),
            "cells": [self._cell(row, column, is_writable) for column in row.spec.columns],
        }

    def _cell(self, row: Row, column: Any, is_writable: bool) -> dict[str, Any]:
        value_kept, note = row.cell(column.name), self.notes.get((row.pk, column.name))
        return {
            "column": column,
            "kept": value_kept,
            "value": value_kept if note is None or note.typed is None else note.typed,
            "shown": row.spec.worded(column.name, value_kept),
            "is_writable": is_writable and not (row.key and column is row.spec.columns[0]),
            "note": note,
            "amendment": self._amendment_by_place.get((row.pk, column.name)),
        }

    def part(self, part: Part, rows: list[Row], *, title: Any, code: str = "", help: Any = "") -> dict[str, Any]:
        """What the template of a part takes; its lines are laid out when they are asked for."""
        return {
            "key": part.key,
            "spec": part.sheet,
            "title": title,
            "code": code,
            "help": help,
            "row_count": len(rows),
            "agreed": sum(row.is_agreed for row in rows),
            "questions": sum(row.is_open_question for row in rows),
            "amendments": len({row.pk for row in rows} & {place[0] for place in self._amendment_by_place}),
            "may_add": self.may_conduct if part.sheet.conducted else self.may_fill,
            "next": max((row.position for row in rows), default=0) + 1,
            "lines": lambda: [self.line(row) for row in rows],
        }

    def parts_of(self, rows: Iterable[Row]) -> str:
        """The HTML of ``rows``, each within the part that it belongs to: what a saved cell, a block or a new line gives."""
        grouped: dict[str, list[Row]] = {}
        for row in rows:
            grouped.setdefault(Part.of_row(row).key, []).append(row)
        parts = [
            {"key": key, "spec": group[0].spec, "lines": [self.line(row) for row in group]}
            for key, group in grouped.items()
        ]
        return render_to_string("kickoff/worksheet/lines.html", {"parts": parts, "rollout": self.rollout}, self.request)

    def one_part(self, part: Part) -> dict[str, Any]:
        """The part that is asked for alone."""
        rows = self.kickoff.rows.filter(sheet=part.sheet.key, method=part.method, topic=part.topic, removed_at=None)
        return self.part(part, list(rows.select_related("method")), title="")

    def context(self, opened: str = "") -> dict[str, Any]:
        """What the page's template takes; ``opened`` is the key of the part whose lines are there from the start, besides
        the short ones."""
        by_sheet = queries.rows(self.kickoff)
        methods = queries.fields_by_method(self.kickoff, by_sheet[FIELDS.key])
        method_parts = [self._method(method, rows) for method, rows in methods]
        topic_parts = [
            self.part(
                Part(DATA, topic=topic["key"]),
                [row for row in by_sheet[DATA.key] if row.topic == topic["key"]],
                title=Localized.of(topic["title"]),
                help=Localized.of(topic["help"]),
            )
            for topic in self.kickoff.topics
        ]
        long_parts = [*method_parts, *topic_parts]
        for part in long_parts:
            part["is_open"] = part["key"] == opened
        if long_parts and not any(part["is_open"] for part in long_parts):
            long_parts[0]["is_open"] = True
        waiting = self.waiting_for_reader()
        return {
            "rollout": self.rollout,
            "room": "kickoff",
            "kickoff": self.kickoff,
            "sheet_page": self,
            "groups": [(FIELDS, method_parts), (DATA, topic_parts)],
            "sheets": [
                self.part(Part(sheet), by_sheet[key], title=sheet.title, help=sheet.help)
                for key, sheet in SHEETS.items()
                if sheet not in (FIELDS, DATA)
            ],
            "questions": [
                row for key in (FIELDS.key, DATA.key) for row in by_sheet[key] if row.is_open_question
            ],
            "last_change": queries.last_change(self.kickoff),
            "waiting": waiting,
            "own_amendments": self.of_reader(),
            "other_amendments": [row for row in self.open_amendments if row not in waiting and row not in self.of_reader()],
            "answer_form": forms.AmendmentsForm(amendments=waiting, auto_id="amendments_%s"),
        }  # fmt: skip

    def _method(self, method: AgreedMethod, rows: list[Row]) -> dict[str, Any]:
        return self.part(Part(FIELDS, method=method.pk), rows, title=method.title, code=method.code)


def part_of_row(kickoff: Kickoff, pk: int | None) -> str:
    """The key of the part that the row ``pk`` stands in; empty where there is no such row."""
    row = kickoff.rows.filter(removed_at=None, pk=pk).first() if pk else None
    return Part.of_row(row).key if row else ""

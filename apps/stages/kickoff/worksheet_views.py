"""The integration worksheet's page. Each cell saves itself; without JavaScript the page's one button saves all of them."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core import clock
from apps.core.exports.downloads import as_json, download
from apps.core.exports.tables import XLSX_TYPE
from apps.core.numbers import whole_number
from apps.core.process import Stage
from apps.core.refusals import NotAllowed, Refusal
from apps.core.web.pages import page_of
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout
from apps.stages.kickoff import documents, queries
from apps.stages.kickoff import worksheet as actions
from apps.stages.kickoff.models import AgreedMethod, Kickoff, Row
from apps.stages.kickoff.sheets import FIELDS, SHEETS
from apps.stages.kickoff.worksheet import Conflict, Edit


@require_GET
def worksheet(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, kickoff = _kickoff(request, pk)
    return _page(request, rollout, kickoff)


@require_POST
def cell(request: SignedInRequest, pk: int) -> JsonResponse:
    """Save one cell: 200 with what is kept, 409 with what another person wrote there meanwhile, 422 with the reason."""
    _rollout, kickoff = _kickoff(request, pk)
    data = request.POST
    row = whole_number(data.get("row", ""))
    edit = Edit(row or 0, data.get("column", ""), data.get("value", ""), data.get("seen", ""))
    if row is None:
        return JsonResponse({"message": _("Esta linha não existe.")}, status=422)
    try:
        conflicts = actions.write(kickoff, by=request.user, edits=[edit])
    except Refusal as refusal:
        return JsonResponse({"message": refusal.message}, status=refusal.status)
    if conflicts:
        return JsonResponse({"current": conflicts[0].current, "message": _conflict_sentence(conflicts[0])}, status=409)
    return JsonResponse({"value": Row.objects.get(pk=edit.row).cell(edit.column)})


@require_GET
def changes(request: SignedInRequest, pk: int) -> JsonResponse:
    """What others wrote since the change ``since``, for pages that are open."""
    _rollout, kickoff = _kickoff(request, pk)
    since = whole_number(request.GET.get("since", "")) or 0
    unseen = queries.changes_after(kickoff, since)
    return JsonResponse(
        {
            "last": unseen[-1].pk if unseen else since,
            "changes": [
                {"row": change.row_id, "column": change.column, "value": change.after, "by": str(change.by)}
                for change in unseen
                if change.by_id != request.user.pk
            ],
        }
    )


@require_POST
def save(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, kickoff = _kickoff(request, pk)
    return _save(request, rollout, kickoff) or redirect("kickoff:worksheet", pk)


@require_POST
def add_row(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, kickoff = _kickoff(request, pk)
    sheet, _separator, method_pk = request.POST.get("sheet", "").partition(":")
    if failed := _save(request, rollout, kickoff):
        return failed
    method = get_object_or_404(AgreedMethod, pk=whole_number(method_pk) or 0, kickoff=kickoff) if method_pk else None
    row = actions.add_row(kickoff, by=request.user, sheet=sheet, method=method)
    return _at(pk, row)


@require_POST
def remove_row(request: SignedInRequest, pk: int, row_pk: int) -> HttpResponse:
    rollout, kickoff = _kickoff(request, pk)
    row = get_object_or_404(Row, pk=row_pk, kickoff=kickoff, removed_at=None)
    if failed := _save(request, rollout, kickoff):
        return failed
    try:
        actions.remove_row(row, by=request.user, shown_cells=_shown_cells(request, row))
    except Refusal as refusal:
        return _page(request, rollout, kickoff, errors=[refusal.message], status=refusal.status)
    return redirect(reverse("kickoff:worksheet", args=[pk]) + f"#{row.sheet}")


@require_POST
def do_action(request: SignedInRequest, pk: int, row_pk: int) -> HttpResponse:
    _rollout, kickoff = _kickoff(request, pk)
    row = get_object_or_404(Row, pk=row_pk, kickoff=kickoff)
    actions.do_action(row, by=request.user)
    return _at(pk, row)


@require_GET
def history(request: SignedInRequest, pk: int) -> HttpResponse:
    """Every change of the worksheet, the newest first: who, when, what stood there and what stands there since."""
    rollout, kickoff = _kickoff(request, pk)
    page = page_of(request, queries.history(kickoff))
    return render(request, "kickoff/history.html", {"rollout": rollout, "room": "kickoff", "page": page})


@require_GET
def xlsx(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, _kickoff_row = _kickoff(request, pk)
    return download(documents.as_xlsx(queries.worksheet(rollout)), f"{rollout.code}-ficha.xlsx", XLSX_TYPE)


@require_GET
def json(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, _kickoff_row = _kickoff(request, pk)
    return download(as_json(queries.worksheet(rollout)), f"{rollout.code}-ficha.json", "application/json")


def _kickoff(request: SignedInRequest, pk: int) -> tuple[Rollout, Kickoff]:
    rollout = visible_rollout(request, pk)
    kickoff = get_object_or_404(Kickoff, rollout=rollout)
    kickoff.rollout = rollout
    return rollout, kickoff


def _at(pk: int, row: Row) -> HttpResponse:
    return redirect(reverse("kickoff:worksheet", args=[pk]) + f"#linha-{row.pk}")


def _edits(request: SignedInRequest) -> Iterator[Edit]:
    """The cells of the whole page: ``cell-<row>-<column>`` with what was seen beside it in ``seen-<row>-<column>``."""
    for name, shown_value in request.POST.items():
        kind, _dash, rest = name.partition("-")
        row, _dash, column = rest.partition("-")
        if kind == "seen" and (number := whole_number(row)) and isinstance(shown_value, str):
            value = request.POST.get(f"cell-{rest}", "")
            if value != shown_value:
                yield Edit(number, column, value, shown_value)


def _shown_cells(request: SignedInRequest, row: Row) -> dict[str, str]:
    """What the page showed in the cells of ``row``, as it is kept; the page's own edits have been saved by now."""
    return {
        column.name: column.clean(request.POST.get(f"cell-{row.pk}-{column.name}", ""))
        for column in row.spec.columns
        if f"seen-{row.pk}-{column.name}" in request.POST
    }


def _save(request: SignedInRequest, rollout: Rollout, kickoff: Kickoff) -> HttpResponse | None:
    """Save every cell that the page brought; the page again where something was not kept, with all that was typed."""
    edits = list(_edits(request))
    if not edits:
        return None
    try:
        conflicts = actions.write(kickoff, by=request.user, edits=edits)
    except NotAllowed:
        raise
    except Refusal as refusal:
        typed = {(edit.row, edit.column): edit.value for edit in edits}
        return _page(request, rollout, kickoff, errors=[refusal.message], typed=typed, status=refusal.status)
    if conflicts:
        typed = {(conflict.edit.row, conflict.edit.column): conflict.edit.value for conflict in conflicts}
        refusals = [_conflict_sentence(conflict) for conflict in conflicts]
        return _page(request, rollout, kickoff, errors=refusals, typed=typed, status=409)
    messages.success(
        request, ngettext("%(count)d célula salva.", "%(count)d células salvas.", len(edits)) % {"count": len(edits)}
    )
    return None


def _conflict_sentence(conflict: Conflict) -> str:
    author = conflict.change.by if conflict.change else _("Outra pessoa")
    at = date_format(clock.local(conflict.change.at), "TIME_FORMAT") if conflict.change else ""
    if not conflict.current:
        return _("%(who)s apagou esta célula às %(at)s.") % {"who": author, "at": at}
    return _("%(who)s escreveu “%(text)s” nesta célula às %(at)s.") % {
        "who": author,
        "text": conflict.current,
        "at": at,
    }


def _page(
    request: SignedInRequest,
    rollout: Rollout,
    kickoff: Kickoff,
    errors: list[str] | None = None,
    typed: dict[tuple[int, str], str] | None = None,
    status: int = 200,
) -> HttpResponse:
    rows_by_sheet = queries.rows(kickoff)
    at_work = rollout.stage == Stage.KICKOFF and not request.viewing  # type: ignore[attr-defined]
    may = {
        "fill": at_work and request.user.has_perm("kickoff.fill", kickoff),
        "conduct": at_work and request.user.has_perm("kickoff.conduct", kickoff),
    }

    def laid_out(row: Row) -> dict[str, Any]:
        writable = may["conduct"] if row.spec.conducted else may["fill"]
        finishable = row.spec.key == "actions" and not row.cell("done") and rollout.is_open
        return {
            "row": row,
            "may_remove": writable and not row.key,
            "may_finish": finishable and not may["conduct"] and request.user.has_perm("kickoff.do_action", row),
            "cells": [
                {
                    "column": column,
                    "seen": row.cell(column.name),
                    "value": (typed or {}).get((row.pk, column.name), row.cell(column.name)),
                    "shown": dict(column.choices).get(row.cell(column.name), row.cell(column.name)),
                    "writable": writable and not (row.key and column is row.spec.columns[0]),
                    "in_doubt": (row.pk, column.name) in (typed or {}),
                }
                for column in row.spec.columns
            ],
        }

    context = {
        "rollout": rollout,
        "room": "kickoff",
        "kickoff": kickoff,
        "fields": FIELDS,
        "methods": [
            {
                "method": method,
                "rows": [laid_out(row) for row in method_rows],
                "agreed": sum(row.is_agreed for row in method_rows),
                "open": sum(row.is_open_question for row in method_rows),
            }
            for method, method_rows in queries.fields_by_method(kickoff, rows_by_sheet[FIELDS.key])
        ],
        "sheets": [
            {
                "sheet": sheet,
                "rows": [laid_out(row) for row in rows_by_sheet[key]],
                "may_add": may["conduct"] if sheet.conducted else may["fill"],
            }
            for key, sheet in SHEETS.items()
            if sheet is not FIELDS
        ],
        "questions": [row for row in rows_by_sheet[FIELDS.key] if row.is_open_question],
        "may_fill": may["fill"],
        "errors": errors or [],
        "last_change": queries.last_change(kickoff),
    }
    return render(request, "kickoff/worksheet.html", context, status=status)

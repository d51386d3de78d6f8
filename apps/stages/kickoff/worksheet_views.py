"""The integration worksheet's page. Each cell is saved by itself, as it is left; without JavaScript each line is a form."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.exports.downloads import as_json, download
from apps.core.numbers import whole_number
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout
from apps.stages.kickoff import amendments, catalogue, documents, forms, pasting, queries
from apps.stages.kickoff import worksheet as actions
from apps.stages.kickoff.models import AgreedMethod, Amendment, Kickoff, Row
from apps.stages.kickoff.worksheet import Edit, Part
from apps.stages.kickoff.worksheet_page import Note, Place, WorksheetPage, conflict_notes, part_of_row


@require_GET
def worksheet(request: SignedInRequest, pk: int) -> HttpResponse:
    """The whole page; ``parte`` or ``linha`` names the part whose lines are there from the start."""
    rollout, kickoff = _kickoff(request, pk)
    if rollout.is_open and not kickoff.topics:
        catalogue.lay_out_missing_data(kickoff)
    opened = request.GET.get("parte") or part_of_row(kickoff, whole_number(request.GET.get("linha", "")))
    return render(request, "kickoff/worksheet.html", WorksheetPage(request, rollout, kickoff).context(opened))


@require_GET
def part(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    """The lines of one part, for a page that has not shown them yet."""
    rollout, kickoff = _kickoff(request, pk)
    asked_part = Part.of_key(key)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(reverse("kickoff:worksheet", args=[pk]) + f"?parte={asked_part.key}")
    asked_part.require_of(kickoff)
    context = {"part": WorksheetPage(request, rollout, kickoff).one_part(asked_part), "rollout": rollout}
    return render(request, "kickoff/worksheet/part.html", context)


@require_POST
def cell(request: SignedInRequest, pk: int) -> HttpResponse:
    """Save one cell, or propose it: its line as it stands then; 409 with what another person wrote there meanwhile, 422
    with the reason, both with what was typed."""
    rollout, kickoff = _kickoff(request, pk)
    data = request.POST
    row, version = whole_number(data.get("row", "")) or 0, whole_number(data.get("version", "")) or 0
    edit = Edit(row, data.get("column", ""), data.get("value", ""), version)
    try:
        conflicts = actions.write(kickoff, by=request.user, edits=[edit], reason=data.get("reason", ""))
    except NotAllowed:
        raise
    except Refusal as refusal:
        notes = {(row, edit.column): Note(refusal.message, edit.value)}
        return _lines(request, rollout, kickoff, [row], notes, refusal.status)
    return _lines(request, rollout, kickoff, [row], conflict_notes(conflicts), 409 if conflicts else 200)


@require_POST
def paste(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write a block that was copied from a spreadsheet, from one cell to the right and below: the lines as they stand then;
    409 where cells were left because another person wrote there, 422 with the reason why nothing was written."""
    rollout, kickoff = _kickoff(request, pk)
    row, data = _row(kickoff, request.POST.get("row", "")), request.POST
    if row is None:
        return JsonResponse({"message": _("Esta linha não existe mais na ficha.")}, status=409)
    try:
        pasted = pasting.paste(
            kickoff,
            by=request.user,
            row=row,
            column=data.get("column", ""),
            text=data.get("text", ""),
            versions=_versions_by_row(data.get("versions", "")),
            reason=data.get("reason", ""),
        )
    except NotAllowed:
        raise
    except Refusal as refusal:
        notes = {(row.pk, data.get("column", "")): Note(refusal.message)}
        return _lines(request, rollout, kickoff, [row.pk], notes, refusal.status)
    keys = [target.pk for target in pasted.rows]
    return _lines(request, rollout, kickoff, keys, conflict_notes(pasted.conflicts), 409 if pasted.conflicts else 200)


@require_GET
def changes(request: SignedInRequest, pk: int) -> JsonResponse:
    """What others wrote since the change ``since``, for pages that are open, with the lines as they stand now."""
    rollout, kickoff = _kickoff(request, pk)
    since = whole_number(request.GET.get("since", "")) or 0
    unseen = queries.changes_after(kickoff, since)
    others = [change for change in unseen if change.by_id != request.user.pk]
    rows = _standing(kickoff, {change.row_id for change in others})
    return JsonResponse(
        {
            "last": unseen[-1].pk if unseen else since,
            "changes": [
                {"row": change.row_id, "column": change.column, "value": change.after, "by": str(change.by)}
                for change in others
                if change.has_effect
            ],
            "lines": WorksheetPage(request, rollout, kickoff).parts_of(rows) if rows else "",
        }
    )


@require_POST
def save_row(request: SignedInRequest, pk: int, row_pk: int) -> HttpResponse:
    """Save a line by its form; what could not be saved comes back with all that was typed."""
    rollout, kickoff = _kickoff(request, pk)
    row = get_object_or_404(Row.objects.select_related("method"), pk=row_pk, kickoff=kickoff, removed_at=None)
    return _save_line(request, rollout, kickoff, row) or _at(pk, row)


@require_POST
def add_row(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, kickoff = _kickoff(request, pk)
    asked_part = Part.of_key(request.POST.get("sheet", ""))
    method = get_object_or_404(AgreedMethod, pk=asked_part.method, kickoff=kickoff) if asked_part.method else None
    row = actions.add_row(
        kickoff,
        by=request.user,
        sheet=asked_part.sheet.key,
        method=method,
        topic=asked_part.topic,
        position=whole_number(request.POST.get("position", "")),
    )
    return _lines(request, rollout, kickoff, [row.pk]) if _is_scripted(request) else _at(pk, row)


@require_POST
def remove_row(request: SignedInRequest, pk: int, row_pk: int) -> HttpResponse:
    """Take a line out, or propose that it goes; what its form says else is saved first, and nothing before what must be
    confirmed is."""
    rollout, kickoff = _kickoff(request, pk)
    row = get_object_or_404(Row.objects.select_related("method"), pk=row_pk, kickoff=kickoff, removed_at=None)
    with transaction.atomic():
        return _remove_row(request, rollout, kickoff, row)


def _remove_row(request: SignedInRequest, rollout: Rollout, kickoff: Kickoff, row: Row) -> HttpResponse:
    if failed := _save_line(request, rollout, kickoff, row):
        return failed
    shown_cells = {
        column.name: column.clean(request.POST[column.name])
        for column in row.spec.columns
        if column.name in request.POST
    }
    try:
        actions.remove_row(row, by=request.user, shown_cells=shown_cells, reason=request.POST.get("reason", ""))
    except NotAllowed:
        raise
    except Refusal as refusal:
        notes = {(row.pk, row.spec.columns[0].name): Note(refusal.message)}
        return _lines_or_page(request, rollout, kickoff, row, notes, refusal.status)
    return _lines(request, rollout, kickoff, [row.pk]) if _is_scripted(request) else _at(rollout.pk, row)


@require_POST
def do_action(request: SignedInRequest, pk: int, row_pk: int) -> HttpResponse:
    _rollout, kickoff = _kickoff(request, pk)
    row = get_object_or_404(Row, pk=row_pk, kickoff=kickoff)
    actions.do_action(row, by=request.user)
    return _at(pk, row)


@require_POST
def answer_amendments(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, kickoff = _kickoff(request, pk)
    page = WorksheetPage(request, rollout, kickoff)
    numbers = [whole_number(number) for number in request.POST.getlist("numbers")]
    answered = kickoff.amendments.filter(number__in=[number for number in numbers if number is not None])
    form = forms.AmendmentsForm(
        request.POST,
        amendments=list(answered.select_related("row__method", "proposed_by")),
        auto_id="amendments_%s",
    )
    if attempt(request, form, amendments.answer, kickoff, by=request.user):
        return redirect(reverse("kickoff:worksheet", args=[pk]) + "#aditivos")
    context = {**page.context(), "answer_form": form}
    return render(request, "kickoff/worksheet.html", context, status=refusal_status(form))


@require_POST
def withdraw_amendment(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    _rollout, kickoff = _kickoff(request, pk)
    amendment = get_object_or_404(Amendment, kickoff=kickoff, number=number)
    amendment.kickoff = kickoff
    amendments.withdraw(amendment, by=request.user)
    return redirect(reverse("kickoff:worksheet", args=[pk]) + "#aditivos")


@require_GET
def history(request: SignedInRequest, pk: int) -> HttpResponse:
    """Every change of the worksheet, the newest first: who, when, what stood there and what stands there since."""
    rollout, kickoff = _kickoff(request, pk)
    page = page_of(request, queries.history(kickoff))
    return render(request, "kickoff/history.html", {"rollout": rollout, "room": "kickoff", "page": page})


@require_GET
def xlsx(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, _kickoff_row = _kickoff(request, pk)
    return download(documents.as_xlsx(queries.worksheet(rollout)), f"{rollout.code}-ficha.xlsx")


@require_GET
def csv(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, _kickoff_row = _kickoff(request, pk)
    return documents.export(f"{rollout.code}-ficha", queries.worksheet(rollout)).download("csv-excel")


@require_GET
def parquet(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, _kickoff_row = _kickoff(request, pk)
    return documents.export(f"{rollout.code}-ficha", queries.worksheet(rollout)).download("parquet")


@require_GET
def json(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, _kickoff_row = _kickoff(request, pk)
    return download(as_json(queries.worksheet(rollout)), f"{rollout.code}-ficha.json")


def _kickoff(request: SignedInRequest, pk: int) -> tuple[Rollout, Kickoff]:
    rollout = visible_rollout(request, pk)
    kickoff = get_object_or_404(Kickoff, rollout=rollout)
    kickoff.rollout = rollout
    return rollout, kickoff


def _row(kickoff: Kickoff, key: str) -> Row | None:
    """The row with ``key``, as it was typed into the request, while it stands."""
    number = whole_number(key)
    return kickoff.rows.filter(pk=number, removed_at=None).select_related("method").first() if number else None


def _standing(kickoff: Kickoff, keys: Iterable[int]) -> list[Row]:
    return list(kickoff.rows.filter(pk__in=list(keys)).select_related("method"))


def _is_scripted(request: SignedInRequest) -> bool:
    """The page's script sent the form of a line and shows the answer in its place."""
    return request.headers.get("X-Worksheet") == "lines"


def _at(pk: int, row: Row) -> HttpResponse:
    return redirect(reverse("kickoff:worksheet", args=[pk]) + f"?linha={row.pk}#linha-{row.pk}")


def _lines(
    request: SignedInRequest,
    rollout: Rollout,
    kickoff: Kickoff,
    keys: Iterable[int],
    notes: Mapping[Place, Note] | None = None,
    status: int = 200,
) -> HttpResponse:
    page, rows = WorksheetPage(request, rollout, kickoff, notes or {}), _standing(kickoff, keys)
    if notes and not any((row.pk, column) in notes for row in rows for column in _columns_on_page(row)):
        # There is no place to say it in: the line is gone.
        return JsonResponse({"message": next(iter(notes.values())).message}, status=status)
    return HttpResponse(page.parts_of(rows), status=status)


def _columns_on_page(row: Row) -> list[str]:
    return [] if row.removed_at else [column.name for column in row.spec.columns]


def _lines_or_page(
    request: SignedInRequest, rollout: Rollout, kickoff: Kickoff, row: Row, notes: Mapping[Place, Note], status: int
) -> HttpResponse:
    if _is_scripted(request):
        return _lines(request, rollout, kickoff, [row.pk], notes, status)
    context = WorksheetPage(request, rollout, kickoff, notes).context(Part.of_row(row).key)
    context["errors"] = [note.message for note in notes.values()]
    return render(request, "kickoff/worksheet.html", context, status=status)


def _save_line(request: SignedInRequest, rollout: Rollout, kickoff: Kickoff, row: Row) -> HttpResponse | None:
    """Save what the form of a line changed; the answer to give where something was not kept."""
    data = request.POST
    edits = actions.line_edits(row, data.dict(), _versions(data.get("versions", "")))  # type: ignore[arg-type]
    if not edits:
        return None
    try:
        conflicts = actions.write(kickoff, by=request.user, edits=edits, reason=data.get("reason", ""))
    except NotAllowed:
        raise
    except Refusal as refusal:
        notes = {(edit.row, edit.column): Note(refusal.message, edit.value) for edit in edits}
        return _lines_or_page(request, rollout, kickoff, row, notes, refusal.status)
    if conflicts:
        return _lines_or_page(request, rollout, kickoff, row, conflict_notes(conflicts), 409)
    return None


def _versions(text: str) -> list[int]:
    """The versions of the cells of a line, in the order of its columns: ``0.3.1``."""
    return [whole_number(part) or 0 for part in text.split(".")] if text else []


def _versions_by_row(text: str) -> dict[int, list[int]]:
    """The same of several lines: ``12:0.3.1,13:0.0.0``. Raises ``Invalid`` (422) for anything else."""
    versions = {}
    for line in text.split(",") if text else []:
        key, colon, rest = line.partition(":")
        number = whole_number(key)
        if number is None or not colon:
            raise Invalid(_("Atualize a página e cole de novo."))
        versions[number] = _versions(rest)
    return versions

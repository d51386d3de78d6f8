from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core import clock
from apps.core.refusals import Refusal, require
from apps.core.requirements import asking
from apps.core.web.edits import remember
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.core.web.parts import part_of
from apps.hours import closing_warnings, queries
from apps.hours.agreement import coverage as agreement
from apps.hours.agreement.records import agreement_of, records_of
from apps.hours.classification import Activity
from apps.hours.ledger import actions, closing, days, forms, history, proposals, trace
from apps.hours.models import TimeEntry
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    return _room(request, _rollout(request, pk))


@require_POST
def log(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout = _rollout(request, pk)
    form = forms.EntryForm(request.POST, rollout=rollout)
    entries: list[TimeEntry] = []
    if attempt(request, form, lambda **data: entries.append(actions.log(rollout, by=request.user, **data))):
        _warn_of_overlap(request, entries[0])
        return redirect("hours:room", pk)
    return _room(request, rollout, form)


def _warn_of_overlap(request: SignedInRequest, entry: TimeEntry) -> None:
    """Say what the saved time coincides with: it is saved all the same."""
    if entry.overlaps:
        messages.warning(request, days.overlap_text(entry.overlaps[0]))


@require_GET
@part_of(lambda pk: reverse("hours:room", args=[pk]))
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """The class and the reason that the typed entry would get, before it is saved (a fragment)."""
    rollout = visible_rollout(request, pk)
    require(request.user, "hours.log", rollout)
    form = forms.EntryForm({**request.GET.dict(), "note": "-"}, rollout=rollout)
    context: dict[str, object] = {}
    if form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("activity", "started_at", "minutes", "nonconformity")}
        try:
            lines = actions.lines_if_logged(rollout, by=request.user, **data)
            context = agreement.preview(rollout, data["activity"], lines)
        except Refusal as refusal:
            context = {"errors": [refusal.message]}
    return render(request, "hours/preview.html", context)


def _values_of(entry: TimeEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in ("activity", "started_at", "minutes", "nonconformity", "note")}


def edit(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    rollout, entry = _entry(request, pk, number)
    require(request.user, "hours.change", entry)
    form = forms.EntryForm(request.POST or None, rollout=rollout, initial=_values_of(entry))
    remember(form, entry, _values_of)
    edited: list[TimeEntry] = []
    if request.method == "POST" and attempt(
        request, form, lambda **data: edited.append(actions.edit(entry, by=request.user, **data))
    ):
        _warn_of_overlap(request, edited[0])
        return redirect("hours:room", pk)
    return _entry_page(request, rollout, entry, form)


@require_POST
def delete(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    rollout, entry = _entry(request, pk, number)
    form = forms.ReasonForm(request.POST, auto_id="delete_%s")
    if attempt(request, form, actions.delete, entry, by=request.user):
        return redirect("hours:room", pk)
    return _entry_page(request, rollout, entry, delete=form)


def adjust(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    rollout, entry = _entry(request, pk, number)
    require(request.user, "hours.close", rollout)
    form = forms.AdjustForm(request.POST or None, auto_id="adjust_%s")
    if request.method == "POST" and attempt(request, form, actions.adjust, entry, by=request.user):
        return redirect("hours:room", pk)
    return _entry_page(request, rollout, entry, adjust=form)


@require_POST
def attribute(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Say after the month was closed which nonconformity caused an entry."""
    rollout, entry = _entry(request, pk, number)
    require(request.user, "hours.close", rollout)
    form = forms.AttributeForm(request.POST, rollout=rollout, auto_id="attribute_%s")
    if attempt(request, form, actions.attribute, entry, by=request.user):
        return redirect("hours:room", pk)
    return _entry_page(request, rollout, entry, attribute=form)


@require_POST
def close(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout = _rollout(request, pk)
    form = forms.CloseForm(request.POST, auto_id="close_%s")
    if attempt(request, form, actions.close_month, rollout, by=request.user):
        return redirect("hours:room", pk)
    return _room(request, rollout, close=form)


@require_GET
def why(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """The arithmetic up to an entry, and what became of it since it was logged."""
    rollout = visible_rollout(request, pk)
    entries = {row.number: row for row in rollout.time_entries.select_related("person", "nonconformity")}
    entry = entries.get(number)
    if entry is None:
        raise Http404
    steps = trace.trace(queries.classified(rollout), number)
    own_steps = [step for step in steps if step.line.entry == number]
    rules = {rule for step in own_steps if (rule := trace.rule_of(step.line))} | (
        {trace.SPLIT_RULE} if len(own_steps) > 1 else set()
    )
    allowance = next((step.allowance for step in own_steps if step.allowance), "")
    policy = queries.policy_in_force(rollout, clock.today())
    words = queries.with_words(step.line for step in steps)
    sums = [
        {"step": step, "entry": entries[step.line.entry], "is_own": step.line.entry == number, **line_words}
        for step, line_words in zip(steps, words, strict=True)
    ]
    context = {
        "rollout": rollout,
        "room": "hours",
        "entry": entry,
        "sums": sums,
        "rules": rules,
        "allowance": {"label": Activity(allowance).label, "size": policy.rules().allowance(allowance)}
        if allowance
        else None,
        "revisions": [
            (revision, history.describe_revision(revision)) for revision in entry.revisions.select_related("by")
        ],
        "changes": [history.describe(change) for change in entry.reclassifications.select_related("cause")],
        "origin": proposals.link(entry),
        "may_see_money": request.user.has_perm("hours.view_money", rollout),
    }
    return render(request, "hours/why.html", context)


def _rollout(request: SignedInRequest, pk: int) -> Rollout:
    """The rollout, with what is scheduled in it and what its ledger is read by."""
    return visible_rollout(request, pk, annotations=(queries.scheduled, queries.of_the_ledger))


def _entry(request: SignedInRequest, pk: int, number: int) -> tuple[Rollout, TimeEntry]:
    rollout = visible_rollout(request, pk)
    return rollout, get_object_or_404(TimeEntry, rollout=rollout, number=number, deleted_at=None)


def _entry_page(
    request: SignedInRequest, rollout: Rollout, entry: TimeEntry, form=None, delete=None, adjust=None, attribute=None
) -> HttpResponse:
    closed = queries.is_month_closed(rollout, entry.started_at)
    failed = form or delete or adjust or attribute
    attributable = closed and entry.activity == Activity.HOMOLOGATION and rollout.nonconformities.exists()
    context = {
        "rollout": rollout,
        "room": "hours",
        "entry": entry,
        "closed": closed,
        "form": None if closed else form,
        "delete_form": None if closed else delete or forms.ReasonForm(auto_id="delete_%s"),
        "adjust_form": (adjust or forms.AdjustForm(auto_id="adjust_%s")) if closed else None,
        "attribute_form": attribute or forms.AttributeForm(rollout=rollout, auto_id="attribute_%s")
        if attributable
        else None,
        "errors": failed.non_field_errors() if failed is not None and failed.is_bound else [],
    }
    return render(request, "hours/entry.html", context, status=refusal_status(failed))


def _room(request: SignedInRequest, rollout: Rollout, form=None, close=None) -> HttpResponse:
    with asking(rollout):
        queries.take_ledger(rollout)
        return _room_of(request, rollout, form, close)


def _room_of(request: SignedInRequest, rollout: Rollout, form, close) -> HttpResponse:
    records = records_of(rollout)
    sums = records.sums
    ledger = history.with_changes(queries.lines(rollout))
    page = page_of(request, ledger, 100, count=sum(row.lines for row in sums))
    for line in page:
        line.entry.rollout = rollout
        line.entry.origin = proposals.link(line.entry)
        line.changes = history.changes_of(line)
    may_log = request.user.has_perm("hours.log", rollout)
    policy = queries.policy_in_force(rollout, clock.today())
    month = next((row.month for row in sums if not row.closed), None)
    warnings = closing.warnings_in(records, month) if month and queries.is_over(month) else []
    failed = form or close
    context = {
        "rollout": rollout,
        "room": "hours",
        "agreement": agreement_of(records, list(page)),
        "may_ask": request.user.has_perm("hours.ask_extra", rollout),
        "may_contest": request.user.has_perm("hours.contest", rollout),
        "allowances": queries.allowances_by(rollout, sums, policy),
        "totals": queries.totals(sums),
        # What is left of one that ended stands in the person's own week.
        "proposals": proposals.previews(request.user, rollout) if may_log and rollout.is_open else [],
        "page": page,
        "lines": page.object_list,
        "statements": rollout.statements.select_related("closed_by", "pdf")
        .annotate(amount=F("content__totals__amount"))
        .defer("content"),
        # One that ended is logged with the quick log, whose buttons stand above.
        "may_log": may_log and (rollout.is_open or form is not None),
        "may_see_money": request.user.has_perm("hours.view_money", rollout),
        "may_close": request.user.has_perm("hours.close", rollout),
        "month_to_close": month if month and queries.is_over(month) else None,
        "warnings": [closing_warnings.describe(warning) for warning in warnings],
        "receipt": closing.receipt(warnings),
        "form": form or forms.EntryForm(rollout=rollout),
        "close_errors": close.errors.values() if close else [],
    }
    return render(request, "hours/room.html", context, status=refusal_status(failed))

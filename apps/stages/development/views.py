from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.process import Stage
from apps.core.web.edits import remember
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout
from apps.stages.development import actions, forms, queries
from apps.stages.development.models import DueDate


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    return _room(request, visible_rollout(request, pk))


@require_POST
def due_date(request: SignedInRequest, pk: int) -> HttpResponse:
    first = queries.due_date(visible_rollout(request, pk)) is None
    return _post(request, pk, "due", partial(forms.DueDateForm, first=first), actions.set_due_date)


@require_POST
def progress(request: SignedInRequest, pk: int) -> HttpResponse:
    return _post(request, pk, "progress", forms.ProgressForm, actions.log_progress)


@require_POST
def delivery(request: SignedInRequest, pk: int) -> HttpResponse:
    in_development = visible_rollout(request, pk).stage == Stage.DEVELOPMENT
    form_class = forms.DeliveryForm if in_development else forms.LaterDeliveryForm
    return _post(request, pk, "delivery", form_class, actions.declare_delivery)


def _post(request: SignedInRequest, pk: int, name: str, form_class, action) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    form = form_class(request.POST, auto_id=f"{name}_%s")
    if name == "due":
        remember(form, rollout, _due_date_of)
    if attempt(request, form, action, rollout, by=request.user):
        return redirect("development:room", pk)
    return _room(request, rollout, **{name: form})


def _due_form(rollout: Rollout, due: DueDate | None) -> forms.DueDateForm:
    form = forms.DueDateForm(first=due is None, auto_id="due_%s")
    return remember(form, rollout, _due_date_of, shown={"date": due and due.date})


def _due_date_of(rollout: Rollout) -> dict[str, Any]:
    due = queries.due_date(rollout)
    return {"date": due and due.date}


def _room(request: SignedInRequest, rollout: Rollout, **failed) -> HttpResponse:
    may_report = rollout.is_open and request.user.has_perm("development.report", rollout)
    developing = rollout.stage == Stage.DEVELOPMENT
    due = queries.due_date(rollout)
    notes = page_of(request, rollout.progress_notes.select_related("written_by"), parameter="notes")
    context = {
        "rollout": rollout,
        "room": "development",
        "due": due,
        "due_dates": rollout.due_dates.select_related("given_by"),
        "days_late": queries.days_late(rollout),
        "notes": notes,
        "newest_note": next(iter(notes), None) if notes.number == 1 else rollout.progress_notes.first(),
        "deliveries": page_of(request, rollout.deliveries.select_related("declared_by"), parameter="deliveries"),
        "due_form": failed.get("due") or _due_form(rollout, due),
        "progress_form": failed.get("progress") or forms.ProgressForm(auto_id="progress_%s"),
        "delivery_form": failed.get("delivery") or forms.DeliveryForm(auto_id="delivery_%s"),
        "may_set_date": may_report and rollout.stage in actions.BEFORE_DELIVERY,
        "may_report": may_report and developing,
        "may_deliver": may_report and rollout.stage in actions.DELIVERED_IN,
    }
    status = refusal_status(*failed.values())
    return render(request, "development/room.html", context, status=status)

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.exports import calendar
from apps.core.web.forms import attempt, refusal_status
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout
from apps.stages.training import actions, agenda, forms
from apps.stages.training.models import TrainingSession


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    return _room(request, visible_rollout(request, pk))


@require_POST
def plan(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    form = forms.PlanForm(request.POST, auto_id="plan_%s")
    if attempt(request, form, actions.plan_session, rollout, by=request.user):
        return redirect("training:room", pk)
    return _room(request, rollout, plan=form)


@require_POST
def held(request: SignedInRequest, pk: int, session_pk: int) -> HttpResponse:
    rollout, session = _session(request, pk, session_pk)
    form = forms.HeldForm(request.POST, session=session, auto_id=f"held{session.pk}_%s")
    if attempt(request, form, actions.record_held, session, by=request.user):
        return redirect("training:room", pk)
    return _room(request, rollout, session=session, held=form)


@require_POST
def cancel(request: SignedInRequest, pk: int, session_pk: int) -> HttpResponse:
    rollout, session = _session(request, pk, session_pk)
    form = forms.CancelForm(request.POST, auto_id=f"cancel{session.pk}_%s")
    if attempt(request, form, actions.cancel_session, session, by=request.user):
        return redirect("training:room", pk)
    return _room(request, rollout, session=session, cancel=form)


@require_GET
def entry(request: SignedInRequest, pk: int, session_pk: int) -> HttpResponse:
    """A session as a file for the reader's calendar."""
    _rollout, session = _session(request, pk, session_pk)
    return calendar.download(agenda.entry(session))


def _session(request: SignedInRequest, pk: int, session_pk: int) -> tuple[Rollout, TrainingSession]:
    rollout = visible_rollout(request, pk)
    session = get_object_or_404(TrainingSession, pk=session_pk, rollout=rollout)
    session.rollout = rollout
    return rollout, session


def _room(request: SignedInRequest, rollout: Rollout, session: TrainingSession | None = None, **failed) -> HttpResponse:
    may_conduct = rollout.is_open and request.user.has_perm("training.conduct", rollout)
    topics = list(rollout.training_topics.select_related("covered_in"))
    open_topics = [topic for topic in topics if topic.covered_in is None]
    rows = []
    for row in rollout.training_sessions.prefetch_related("attendances", "topics"):
        refused = failed if session and session.pk == row.pk else {}
        rows.append(
            {
                "session": row,
                "held_form": refused.get("held")
                or forms.HeldForm(session=row, open_topics=open_topics, auto_id=f"held{row.pk}_%s"),
                "cancel_form": refused.get("cancel") or forms.CancelForm(auto_id=f"cancel{row.pk}_%s"),
            }
        )
    context = {
        "rollout": rollout,
        "room": "training",
        "rows": rows,
        "topics": topics,
        "plan_form": failed.get("plan") or forms.PlanForm(auto_id="plan_%s"),
        "may_plan": may_conduct and rollout.stage in actions.OPEN_STAGES,
        "may_conduct": may_conduct,
    }
    status = refusal_status(*failed.values())
    return render(request, "training/room.html", context, status=status)

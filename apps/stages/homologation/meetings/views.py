"""The homologation while the parties sit together: one case at a time, seen by everybody as it goes."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.exports import calendar
from apps.core.untrusted.bodies import takes_files
from apps.core.web.forms import attempt
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.execution import forms, progress
from apps.stages.homologation.execution.views import may, record, script_of
from apps.stages.homologation.meetings import actions as sessions
from apps.stages.homologation.meetings import agenda
from apps.stages.homologation.meetings import forms as session_forms
from apps.stages.homologation.models import Case, Outcome, Script, Session

# The key that chooses an outcome in meeting mode.
KEYS = {Outcome.PASSED: "p", Outcome.FAILED: "f", Outcome.BLOCKED: "b", Outcome.NOT_APPLICABLE: "n"}


@require_GET
def meeting(request: SignedInRequest, pk: int) -> HttpResponse:
    """The session that goes on; otherwise those ahead and those that were held."""
    rollout, script = script_of(request, pk)
    session = queries.open_session(script)
    if session is None:
        return _outside(request, rollout, script)
    return _meeting(request, rollout, script, session)


def _meeting(request: SignedInRequest, rollout: Rollout, script: Script, session: Session, join=None) -> HttpResponse:
    opened = queries.open_round(script)
    found = script.cases.filter(code=request.GET.get("caso", "")).first() or queries.to_run(script).first()
    context = {
        "rollout": rollout,
        "room": "homologation",
        "session": session,
        "attendances": session.attendances.select_related("person"),
        "join_form": join or session_forms.JoinForm(session=session, auto_id="join_%s"),
        "own_place": _own_place(request, rollout, session),
        "absences": session.absences.all(),
        "progress": progress.of_round(script, opened) if opened else None,
        **(_case_context(request, rollout, found) if found else {}),
        **may(request, rollout),
    }
    return render(request, "homologation/meeting.html", context, status=getattr(join, "refusal_status", 200))


def _own_place(request: SignedInRequest, rollout: Rollout, session: Session) -> str:
    """The mark by which the reader puts themself down as present; empty for who is there already."""
    if session.attendances.filter(person=request.user).exists():
        return ""
    roles = rollout.roles_of(request.user)
    return next((f"{role.value}:{request.user.pk}" for role in session_forms.PARTIES if role in roles), "")


@require_GET
def live(request: SignedInRequest, pk: int) -> HttpResponse:
    """The progress of the open round, when anything happened since the version that the page shows; 204 otherwise."""
    rollout, script = script_of(request, pk)
    if request.GET.get("version") == str(rollout.version):
        return HttpResponse(status=204)
    opened = queries.open_round(script)
    session = queries.open_session(script)
    context = {
        "rollout": rollout,
        "session": session,
        "progress": progress.of_round(script, opened) if opened else None,
    }
    return render(request, "homologation/meeting_progress.html", context)


@takes_files
def meeting_case(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """One case for htmx, and its result; what was saved brings the next case that has none."""
    rollout, script = script_of(request, pk)
    found = get_object_or_404(Case, script=script, code=code)
    page = reverse("homologation:meeting", args=[pk])
    form = None
    if request.method == "POST":
        form = forms.ResultForm(request.POST, request.FILES, auto_id=f"meeting{found.pk}_%s")
        form.success_message = None  # type: ignore[assignment] # The next case says it.
        if record(request, form, found):
            following = queries.next_in_round(script, after=found)
            if not request.htmx:  # type: ignore[attr-defined]
                return redirect(f"{page}?caso={following.code}" if following else page)
            rollout.refresh_from_db()
            context = {"rollout": rollout, "saved": found, **may(request, rollout)}
            if following is None:
                answer = render(request, "homologation/meeting_done.html", context)
            else:
                context |= _case_context(request, rollout, following)
                answer = render(request, "homologation/meeting_case.html", context)
            answer["HX-Trigger"] = "meeting-changed"
            return answer
    elif not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{page}?caso={code}")
    context = {"rollout": rollout, **_case_context(request, rollout, found, form), **may(request, rollout)}
    return render(request, "homologation/meeting_case.html", context, status=getattr(form, "refusal_status", 200))


@require_POST
def start(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, script = script_of(request, pk)
    form = session_forms.StartForm(request.POST, rollout=rollout, user=request.user)
    if attempt(request, form, sessions.start, script, by=request.user):
        return redirect("homologation:meeting", pk)
    return _outside(request, rollout, script, start=form)


@require_POST
def plan(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, script = script_of(request, pk)
    form = session_forms.PlanSessionForm(request.POST, auto_id="plan_%s")
    if attempt(request, form, sessions.plan, script, by=request.user):
        return redirect("homologation:meeting", pk)
    return _outside(request, rollout, script, plan=form)


@require_POST
def cancel(request: SignedInRequest, pk: int, session_pk: int) -> HttpResponse:
    _rollout, script = script_of(request, pk)
    sessions.cancel(get_object_or_404(Session, pk=session_pk, script=script), by=request.user)
    messages.success(request, _("Sessão desmarcada."))
    return redirect("homologation:meeting", pk)


@require_POST
def join(request: SignedInRequest, pk: int, session_pk: int) -> HttpResponse:
    """Put down who came later; everybody may put down themself."""
    rollout, script = script_of(request, pk)
    session = get_object_or_404(Session, pk=session_pk, script=script)
    form = session_forms.JoinForm(request.POST, session=session, auto_id="join_%s")
    if attempt(request, form, sessions.join, session, by=request.user):
        return redirect("homologation:meeting", pk)
    return _meeting(request, rollout, script, session, join=form)


@require_POST
def end(request: SignedInRequest, pk: int, session_pk: int) -> HttpResponse:
    _rollout, script = script_of(request, pk)
    ended = sessions.end(get_object_or_404(Session, pk=session_pk, script=script), by=request.user)
    messages.success(
        request, _("%(session)s encerrada. O tempo dela está nas propostas de apontamento.") % {"session": ended}
    )
    return redirect("homologation:meeting", pk)


@require_GET
def entry(request: SignedInRequest, pk: int, session_pk: int) -> HttpResponse:
    """A session that was planned, as a file for the reader's calendar."""
    _rollout, script = script_of(request, pk)
    found = agenda.entry(get_object_or_404(Session, pk=session_pk, script=script))
    if found is None:
        raise Http404
    return calendar.download(found)


def _case_context(request: SignedInRequest, rollout: Rollout, found: Case, form=None) -> dict[str, object]:
    script = found.script
    status = queries.status_of(found)
    opened = queries.open_round(script)
    in_round = list(opened.cases.values_list("code", flat=True)) if opened else []
    place = in_round.index(found.code) if found.code in in_round else None
    leads = request.user.has_perm("homologation.lead", rollout)
    return {
        "status": status,
        "case": found,
        "round": opened,
        "place": None if place is None else place + 1,
        "total": len(in_round),
        "previous": in_round[place - 1] if place else None,
        "next": in_round[place + 1] if place is not None and place + 1 < len(in_round) else None,
        "form": form or forms.ResultForm.after(status.latest, auto_id=f"meeting{found.pk}_%s"),
        "outcomes": [
            (value, label, KEYS[Outcome(value)])
            for value, label in Outcome.choices
            if leads or value != Outcome.NOT_APPLICABLE
        ],
    }


def _outside(request: SignedInRequest, rollout: Rollout, script: Script, start=None, plan=None) -> HttpResponse:
    allowed = may(request, rollout)
    context = {
        "rollout": rollout,
        "room": "homologation",
        "round": queries.open_round(script),
        "planned": queries.planned_sessions(rollout),
        "held": [(each, queries.results_of(each).count()) for each in queries.held_sessions(script)],
        "start_form": start or session_forms.StartForm(rollout=rollout, user=request.user),
        "plan_form": plan or session_forms.PlanSessionForm(auto_id="plan_%s"),
        **allowed,
    }
    failed = start or plan
    return render(request, "homologation/sessions.html", context, status=getattr(failed, "refusal_status", 200))

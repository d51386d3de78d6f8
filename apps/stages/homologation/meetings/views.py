"""The homologation while the parties sit together: one case at a time, seen by everybody as it goes."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.untrusted.bodies import takes_files
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.parts import part_of
from apps.meetings.forms import JoinForm
from apps.meetings.models import Attendee, Meeting, MeetingKind
from apps.meetings.rooms import room_of
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.execution import forms, progress
from apps.stages.homologation.execution.case_views import record
from apps.stages.homologation.http import permissions, script_of
from apps.stages.homologation.meetings import actions as sessions
from apps.stages.homologation.meetings.forms import StartForm
from apps.stages.homologation.models import Case, Outcome, Round, Script

# The key that chooses an outcome in meeting mode.
KEYS = {Outcome.PASSED: "p", Outcome.FAILED: "f", Outcome.BLOCKED: "b", Outcome.NOT_APPLICABLE: "n"}


@require_GET
def meeting(request: SignedInRequest, pk: int) -> HttpResponse:
    """The session in progress; otherwise those that are planned and those that were held."""
    rollout, script = script_of(request, pk)
    session = queries.open_session(script)
    if session is None:
        return _sessions(request, rollout, script)
    session.rollout = rollout
    rounds = queries.rounds_of(script)
    statuses = queries.case_statuses(script, bare=True, rounds=rounds)
    attendees = list(session.attendees.select_related("person__user", "person__company"))
    case = _case_to_show(request.GET.get("case", ""), [status.case for status in statuses], rounds)
    context = {
        "rollout": rollout,
        "room": "homologation",
        "session": session,
        "attendees": attendees,
        "absences": session.absences.all(),
        "may_join": _may_join(request, rollout, attendees),
        "progress": progress.of_round(script, rounds, statuses),
        **(_case_context(request, rollout, case, read=(rounds, statuses)) if case else {}),
        **permissions(request, rollout),
    }
    if context["may_lead"]:
        context["join_form"] = JoinForm(rollout=rollout, meeting=session, user=request.user, attendees=attendees)
    return render(request, "homologation/meeting.html", context)


def _case_to_show(code: str, cases: list[Case], rounds: list[Round]) -> Case | None:
    """The one with ``code``; without it the first that lacks a result in the open round."""
    keys_to_run = queries.left_to_run(queries.open_among(rounds))
    chosen = (case for case in cases if case.code == code)
    return next(chosen, None) or next((case for case in cases if case.pk in keys_to_run), None)


def _may_join(request: SignedInRequest, rollout: Rollout, attendees: list[Attendee]) -> bool:
    """Whether the reader may record that they are present: they are of a party, and not there already."""
    if any(row.attended and row.person and row.person.user_id == request.user.pk for row in attendees):
        return False
    return bool(rollout.roles_of(request.user))


@require_GET
@part_of(lambda pk: reverse("homologation:meeting", args=[pk]))
def live(request: SignedInRequest, pk: int) -> HttpResponse:
    """The progress of the open round, when anything happened since the version that the page shows; 204 otherwise."""
    rollout, script = script_of(request, pk)
    if request.GET.get("version") == str(rollout.version):
        return HttpResponse(status=204)
    context = {
        "rollout": rollout,
        "session": queries.open_session(script),
        "progress": progress.of_round(script, queries.rounds_of(script)),
    }
    return render(request, "homologation/meeting_progress.html", context)


@takes_files
def meeting_case(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """One case for htmx, and its result; what was saved brings the next case that has none."""
    rollout, script = script_of(request, pk)
    case = get_object_or_404(Case, script=script, code=code)
    page = reverse("homologation:meeting", args=[pk])
    form = None
    if request.method == "POST":
        form = forms.ResultForm(request.POST, request.FILES, auto_id=f"meeting{case.pk}_%s")
        form.success_message = None  # type: ignore[assignment] # The next case says it.
        if record(request, form, case):
            following = queries.next_in_round(script, after=case)
            if not request.htmx:  # type: ignore[attr-defined]
                return redirect(f"{page}?case={following.code}" if following else page)
            rollout.refresh_from_db()
            context = {"rollout": rollout, "saved": case, **permissions(request, rollout)}
            if following is None:
                answer = render(request, "homologation/meeting_done.html", context)
            else:
                context |= _case_context(request, rollout, following)
                answer = render(request, "homologation/meeting_case.html", context)
            answer["HX-Trigger"] = "meeting-changed"
            return answer
    elif not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{page}?case={code}")
    context = {"rollout": rollout, **_case_context(request, rollout, case, form), **permissions(request, rollout)}
    return render(request, "homologation/meeting_case.html", context, status=refusal_status(form))


@require_POST
def start(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, script = script_of(request, pk)
    form = StartForm(request.POST, rollout=rollout, user=request.user)
    if attempt(request, form, sessions.start, script, by=request.user):
        return redirect("homologation:meeting", pk)
    return _sessions(request, rollout, script, start=form)


@require_POST
def end(request: SignedInRequest, pk: int, session_pk: int) -> HttpResponse:
    rollout, _script = script_of(request, pk)
    ended = sessions.end(_session(rollout, session_pk), by=request.user)
    messages.success(
        request, _("%(session)s encerrada. O tempo dela está nas propostas de apontamento.") % {"session": ended}
    )
    return redirect("homologation:meeting", pk)


def _case_context(
    request: SignedInRequest,
    rollout: Rollout,
    case: Case,
    form=None,
    read: tuple[list[Round], list[queries.CaseStatus]] | None = None,
) -> dict[str, object]:
    """``read`` are the rounds and all cases of the script, where they were read already."""
    rounds, statuses = read or (queries.rounds_of(case.script), None)
    status = queries.status_of(case, rounds=rounds)
    round_ = queries.open_among(rounds)
    if round_ is None:
        in_round = []
    elif statuses is None:
        in_round = list(round_.cases.values_list("code", flat=True))
    else:
        in_round = [row.case.code for row in statuses if row.case.pk in round_.case_keys]  # type: ignore[attr-defined]
    place = in_round.index(case.code) if case.code in in_round else None
    leads = request.user.has_perm("homologation.lead", rollout)
    return {
        "status": status,
        "case": status.case,
        "round": round_,
        "place": None if place is None else place + 1,
        "total": len(in_round),
        "previous": in_round[place - 1] if place else None,
        "next": in_round[place + 1] if place is not None and place + 1 < len(in_round) else None,
        "form": form or forms.ResultForm.after(status.latest, auto_id=f"meeting{case.pk}_%s"),
        "outcomes": [
            (value, label, KEYS[Outcome(value)])
            for value, label in Outcome.choices
            if leads or value != Outcome.NOT_APPLICABLE
        ],
    }


def _session(rollout: Rollout, session_pk: int) -> Meeting:
    session = get_object_or_404(queries.sessions_of(rollout.pk), pk=session_pk)
    session.rollout = rollout
    return session


def _sessions(
    request: SignedInRequest, rollout: Rollout, script: Script, start: StartForm | None = None
) -> HttpResponse:
    allowed = permissions(request, rollout)
    sessions = list(queries.sessions_with_people(script))
    context = {
        "rollout": rollout,
        "room": "homologation",
        "round": queries.open_round(script),
        "planned": sorted((row for row in sessions if row.is_planned), key=lambda row: row.starts_at),
        "held": [(session, session.result_count) for session in sessions if session.started_at],
        "rules": room_of(MeetingKind.HOMOLOGATION),
        "start_form": start or StartForm(rollout=rollout, user=request.user)
        if allowed["may_lead"] and allowed["at_work"]
        else None,
        **allowed,
    }
    return render(request, "homologation/sessions.html", context, status=refusal_status(start))

"""A meeting: plan it, its page, and what becomes of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.exports import calendar
from apps.core.process import Stage
from apps.core.refusals import require
from apps.core.web.edits import remember
from apps.core.web.forms import attempt, refusal_status
from apps.meetings import actions, agenda, attendance, conflicts, forms
from apps.meetings.models import Attendee, Meeting, MeetingKind
from apps.meetings.rooms import room_of
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout


def plan(request: SignedInRequest, pk: int) -> HttpResponse:
    """Plan a meeting of the kind that the address names."""
    rollout = visible_rollout(request, pk)
    require(request.user, "meetings.conduct", rollout)
    kind = _kind(request)
    form = forms.PlanForm(request.POST or None, rollout=rollout, kind=kind, user=request.user)
    return _make(request, rollout, kind, form, actions.plan, "meetings/plan.html")


def record_new(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record a meeting that nobody planned."""
    rollout = visible_rollout(request, pk)
    require(request.user, "meetings.conduct", rollout)
    kind = _kind(request)
    form = forms.RecordForm(request.POST or None, rollout=rollout, kind=kind, user=request.user)
    return _make(request, rollout, kind, form, attendance.record, "meetings/record.html")


def _make(
    request: SignedInRequest, rollout: Rollout, kind: str, form: BaseForm, action: Callable[..., Meeting], template: str
) -> HttpResponse:
    meetings: list[Meeting] = []

    def act(**data: Any) -> None:
        meetings.append(action(rollout, kind, **data))

    if request.method == "POST" and attempt(request, form, act, by=request.user):
        return _done(request, meetings[0])
    context = {"rollout": rollout, "room": "meetings", "form": form, "kind": MeetingKind(kind), "meeting": None}
    return render(request, template, context, status=refusal_status(form))


@require_GET
def meeting(request: SignedInRequest, pk: int, meeting_pk: int) -> HttpResponse:
    rollout, meeting = _meeting(request, pk, meeting_pk)
    return _page(request, rollout, meeting)


def change(request: SignedInRequest, pk: int, meeting_pk: int) -> HttpResponse:
    """Another date, length, place or link."""
    rollout, meeting = _meeting(request, pk, meeting_pk)
    require(request.user, "meetings.conduct", rollout)
    form = remember(forms.DateForm(request.POST or None, initial=_date_of(meeting)), meeting, _date_of)
    return _edit(request, rollout, meeting, form, actions.change, "meetings/change.html")


def _date_of(meeting: Meeting) -> dict[str, Any]:
    return {name: getattr(meeting, name) for name in ("planned_start", "planned_minutes", "place", "link")}


def invite(request: SignedInRequest, pk: int, meeting_pk: int) -> HttpResponse:
    rollout, meeting = _meeting(request, pk, meeting_pk)
    require(request.user, "meetings.conduct", rollout)
    form = forms.InviteForm(request.POST or None, rollout=rollout, meeting=meeting, user=request.user)
    return _edit(request, rollout, meeting, form, actions.invite, "meetings/invite.html")


def record(request: SignedInRequest, pk: int, meeting_pk: int) -> HttpResponse:
    """Record that the meeting took place, and who was there."""
    rollout, meeting = _meeting(request, pk, meeting_pk)
    require(request.user, "meetings.conduct", rollout)
    form = forms.RecordForm(
        request.POST or None, rollout=rollout, kind=meeting.kind, meeting=meeting, user=request.user
    )

    def act(meeting: Meeting, **data: Any) -> None:
        attendance.record(rollout, meeting.kind, meeting=meeting, **data)

    return _edit(request, rollout, meeting, form, act, "meetings/record.html")


def cancel(request: SignedInRequest, pk: int, meeting_pk: int) -> HttpResponse:
    rollout, meeting = _meeting(request, pk, meeting_pk)
    require(request.user, "meetings.conduct", rollout)
    return _edit(
        request, rollout, meeting, forms.CancelForm(request.POST or None), actions.cancel, "meetings/cancel.html"
    )


def not_held(request: SignedInRequest, pk: int, meeting_pk: int) -> HttpResponse:
    """Record that the meeting did not take place, and because of whom."""
    rollout, meeting = _meeting(request, pk, meeting_pk)
    require(request.user, "meetings.conduct", rollout)
    form = forms.NotHeldForm(request.POST or None)
    return _edit(request, rollout, meeting, form, actions.not_held, "meetings/not_held.html")


def _edit(
    request: SignedInRequest,
    rollout: Rollout,
    meeting: Meeting,
    form: BaseForm,
    action: Callable[..., Any],
    template: str,
) -> HttpResponse:
    if request.method == "POST" and attempt(request, form, action, meeting, by=request.user):
        return _done(request, meeting)
    context = {
        "rollout": rollout,
        "room": "meetings",
        "meeting": meeting,
        "kind": MeetingKind(meeting.kind),
        "form": form,
    }
    return render(request, template, context, status=refusal_status(form))


@require_POST
def uninvite(request: SignedInRequest, pk: int, meeting_pk: int, attendee_pk: int) -> HttpResponse:
    attendee = _attendee(request, pk, meeting_pk, attendee_pk)
    actions.uninvite(attendee, by=request.user)
    messages.success(request, _("%(name)s saiu da lista.") % {"name": attendee})
    return redirect("meetings:meeting", pk, meeting_pk)


@require_POST
def name_guest(request: SignedInRequest, pk: int, meeting_pk: int, attendee_pk: int) -> HttpResponse:
    """Give a guest a record among the people of the company."""
    person = attendance.name_guest(_attendee(request, pk, meeting_pk, attendee_pk), by=request.user)
    messages.success(request, _("%(name)s está entre as pessoas da empresa.") % {"name": person})
    return redirect("meetings:meeting", pk, meeting_pk)


@require_POST
def join(request: SignedInRequest, pk: int, meeting_pk: int) -> HttpResponse:
    """Record who came later; everybody may record themselves."""
    rollout, meeting = _meeting(request, pk, meeting_pk)
    form = forms.JoinForm(request.POST, rollout=rollout, meeting=meeting, user=request.user)
    if attempt(request, form, attendance.join, meeting, by=request.user):
        return redirect(room_of(meeting.kind).url(meeting))
    return _page(request, rollout, meeting, join=form)


@require_POST
def leave(request: SignedInRequest, pk: int, meeting_pk: int, attendee_pk: int) -> HttpResponse:
    attendee = attendance.leave(_attendee(request, pk, meeting_pk, attendee_pk), by=request.user)
    return redirect(room_of(attendee.meeting.kind).url(attendee.meeting))


@require_GET
def entry(request: SignedInRequest, pk: int, meeting_pk: int) -> HttpResponse:
    """A meeting that was planned, as a file for the reader's calendar."""
    _rollout, meeting = _meeting(request, pk, meeting_pk)
    calendar_entry = agenda.entry(meeting)
    if calendar_entry is None:
        raise Http404
    return calendar.download(calendar_entry)


def _kind(request: SignedInRequest) -> str:
    kind = request.POST.get("kind") or request.GET.get("kind", MeetingKind.OTHER)
    if kind not in MeetingKind.values:
        raise Http404
    return kind


def _meeting(request: SignedInRequest, pk: int, meeting_pk: int) -> tuple[Rollout, Meeting]:
    rollout = visible_rollout(request, pk)
    meetings = Meeting.objects.select_related("confirmed_by", "led_by", "scheduled_by")
    meeting = get_object_or_404(meetings, pk=meeting_pk, rollout=rollout)
    meeting.rollout = rollout
    return rollout, meeting


def _attendee(request: SignedInRequest, pk: int, meeting_pk: int, attendee_pk: int) -> Attendee:
    _rollout, meeting = _meeting(request, pk, meeting_pk)
    attendee = get_object_or_404(Attendee.objects.select_related("person__user"), pk=attendee_pk, meeting=meeting)
    attendee.meeting = meeting
    return attendee


def _done(request: SignedInRequest, meeting: Meeting) -> HttpResponse:
    """Back to where the meeting stands, with what speaks against its time."""
    meeting.refresh_from_db(fields=["state", "planned_start", "planned_minutes", "started_at", "ended_at"])
    for sentence in conflicts.of_meeting(meeting):
        messages.warning(request, sentence)
    return redirect(room_of(meeting.kind).url(meeting))


def _page(request: SignedInRequest, rollout: Rollout, meeting: Meeting, join: BaseForm | None = None) -> HttpResponse:
    rows = list(meeting.attendees.select_related("person__user"))
    may_conduct = request.user.has_perm("meetings.conduct", rollout) and (
        rollout.is_open or rollout.stage == Stage.COMPLETED
    )
    companies = rollout.companies()
    context = {
        "rollout": rollout,
        "room": "meetings",
        "meeting": meeting,
        "rules": room_of(meeting.kind),
        "room_url": room_of(meeting.kind).url(meeting),
        "attendees": [(row, row.company_name(companies)) for row in rows],
        "absences": meeting.absences.all(),
        "may_conduct": may_conduct,
        "may_correct": may_conduct and room_of(meeting.kind).may_be_corrected and meeting.state == Meeting.State.HELD,
        "names_guests": {
            role for role, company in companies.items() if request.user.has_perm("companies.manage_people", company)
        },
        "conflicts": conflicts.of_meeting(meeting) if may_conduct else [],
        "join_form": join,
    }
    return render(request, "meetings/meeting.html", context, status=refusal_status(join))

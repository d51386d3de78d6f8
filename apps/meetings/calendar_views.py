"""The meetings of a week or a month: all of the reader's, or those of one rollout."""

from datetime import date

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.core import clock
from apps.core.process import PartyRole, Stage
from apps.meetings import actions, periods, queries
from apps.meetings.models import Meeting
from apps.meetings.rooms import room_of
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout


@require_GET
def own_meetings(request: SignedInRequest) -> HttpResponse:
    """All meetings of the reader."""
    context = _calendar(request, queries.meetings_of(request.user), reverse("meetings:mine"))
    return render(request, "meetings/mine.html", context)


@require_GET
def project(request: SignedInRequest, pk: int) -> HttpResponse:
    """The meetings of one rollout."""
    rollout = visible_rollout(request, pk)
    meetings = Meeting.objects.filter(rollout=rollout)
    state = rollout.company(PartyRole.CLIENT).state
    may_conduct = request.user.has_perm("meetings.conduct", rollout) and rollout.stage != Stage.CANCELLED
    kinds = actions.kinds_to_plan(rollout) if may_conduct else []
    context = {
        "rollout": rollout,
        "room": "meetings",
        "may_conduct": may_conduct,
        "kinds": kinds,
        "recordable": [kind for kind in kinds if not room_of(kind).is_live],
        "others": list(queries.in_order(meetings.planned()).exclude(planned_start__gte=clock.now())),
        **_calendar(request, meetings, reverse("meetings:project", args=[pk]), rollout, state),
    }
    return render(request, "meetings/project.html", context)


def _calendar(
    request: SignedInRequest,
    meetings: QuerySet[Meeting],
    address: str,
    rollout: Rollout | None = None,
    state: str = "",
) -> dict[str, object]:
    view = "week" if request.GET.get("view") == "week" else "month"
    day = _day(request.GET.get("day", ""))
    period = periods.week_of(day) if view == "week" else periods.month_of(day)
    rows = list(queries.between(meetings, period.begins_at, period.ends_before))
    if rollout:
        for meeting in rows:
            meeting.rollout = rollout
    return {
        "view": view,
        "day": day,
        "today": clock.today(clock.reader_zone()),
        "period": period,
        "days": periods.days_of(period, rows, state),
        "meetings": rows,
        "address": address,
    }


def _day(text: str) -> date:
    """The day that the address names, where somebody may mean it; today otherwise."""
    return clock.meant_day(text) or clock.today(clock.reader_zone())

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.core.process import Stage
from apps.meetings.models import MeetingKind
from apps.meetings.rooms import room_of
from apps.rollouts.views import visible_rollout
from apps.stages.training import queries


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    """The sessions with who was there, and the syllabus with what was covered."""
    rollout = visible_rollout(request, pk)
    context = {
        "rollout": rollout,
        "room": "training",
        "meetings": queries.sessions(rollout).with_people(),
        "rules": room_of(MeetingKind.TRAINING),
        "topics": rollout.training_topics.select_related("covered_in"),
        "may_conduct": rollout.stage != Stage.CANCELLED and request.user.has_perm("meetings.conduct", rollout),
    }
    return render(request, "training/room.html", context)

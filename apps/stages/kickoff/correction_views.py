from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from apps.accounts.http import SignedInRequest
from apps.core.refusals import require
from apps.core.web.forms import attempt, refusal_status
from apps.rollouts.views import visible_rollout
from apps.stages.kickoff import corrections, queries
from apps.stages.kickoff.forms import CorrectModelForm
from apps.stages.kickoff.models import Kickoff


def correct_model(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another integration model than the one that was agreed at the kickoff."""
    rollout = visible_rollout(request, pk)
    kickoff = get_object_or_404(Kickoff, rollout=rollout)
    require(request.user, "rollouts.correct", rollout)
    form = CorrectModelForm(request.POST or None, kickoff=kickoff)
    if request.method == "POST" and attempt(request, form, corrections.correct_model, kickoff, by=request.user):
        return redirect("kickoff:room", pk)
    context = {"rollout": rollout, "room": "kickoff", "form": form, "model_title": queries.model_title(kickoff)}
    return render(request, "kickoff/correct_model.html", context, status=refusal_status(form))

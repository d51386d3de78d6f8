"""The room: the script with its progress, the nonconformities, and the conditions of the script."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.http import permissions, script_of
from apps.stages.homologation.models import Report, Script
from apps.stages.homologation.nonconformities import queries as nonconformities
from apps.stages.homologation.script import actions, catalogue, forms


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, script = script_of(request, pk)
    return _room(request, rollout, script)


@require_GET
def overview(request: SignedInRequest, pk: int) -> HttpResponse:
    """The progress by process, when anything happened since the version that the page shows; 204 otherwise."""
    rollout, script = script_of(request, pk)
    if request.GET.get("version") == str(rollout.version):
        return HttpResponse(status=204)
    context = {"rollout": rollout, "processes": queries.processes(script, bare=True)}
    return render(request, "homologation/overview.html", context)


@require_POST
def conditions(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, script = script_of(request, pk)
    form = forms.ConditionsForm(request.POST, script=script)
    if attempt(request, form, actions.choose_conditions, script, by=request.user):
        return redirect(reverse("homologation:room", args=[pk]) + "#roteiro")
    return _room(request, rollout, script, conditions=form)


def _room(request: SignedInRequest, rollout: Rollout, script: Script, conditions=None) -> HttpResponse:
    rounds = queries.rounds_of(script)
    round_ = queries.open_among(rounds)
    statuses = queries.case_statuses(script, bare=True, rounds=rounds)
    keys_to_run = queries.left_to_run(round_)
    listed = sorted((row for status in statuses for row in status.nonconformities), key=lambda row: row.number)
    page = page_of(request, listed, parameter="nonconformities")
    prefetch_related_objects(list(page), "opened_by")
    context: dict[str, Any] = {
        "rollout": rollout,
        "room": "homologation",
        "script": script,
        "processes": queries.processes(script, statuses=statuses),
        "rounds": rounds,
        "round": round_,
        "to_run": [status.case for status in statuses if status.case.pk in keys_to_run],
        "session": queries.open_session(script) if rounds else None,  # A session needs a round.
        "nonconformities": page,
        "aging": nonconformities.aging_of(listed),
        "newer": catalogue.newer(script),
        "report": Report.objects.filter(script=script).select_related("pdf").first(),
        **permissions(request, rollout),
    }
    if not script.frozen_at and context["may_lead"]:
        cases = [status.case for status in statuses]
        context["conditions_form"] = conditions or forms.ConditionsForm(script=script, cases=cases)
    return render(request, "homologation/room.html", context, status=refusal_status(conditions))

"""The doors to the room, and the conditions of the script before the freeze."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.web.forms import attempt
from apps.stages.homologation import queries
from apps.stages.homologation.http import script_of
from apps.stages.homologation.room import show_room
from apps.stages.homologation.script import actions, forms


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, script = script_of(request, pk)
    return show_room(request, rollout, script)


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
    return show_room(request, rollout, script, conditions=form)

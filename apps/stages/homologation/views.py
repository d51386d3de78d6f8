"""The room, and what is posted on it: conditions and scope of the script, the next round, a newer connector."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.refusals import require
from apps.core.web.forms import attempt
from apps.core.web.parts import part_of
from apps.stages.homologation import queries
from apps.stages.homologation.execution import rounds, scope
from apps.stages.homologation.execution.forms import KeepResultsForm, RoundForm
from apps.stages.homologation.http import script_of
from apps.stages.homologation.models import Round, ScopeReduction
from apps.stages.homologation.room import show_room
from apps.stages.homologation.script import actions, forms


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, script = script_of(request, pk)
    return show_room(request, rollout, script)


@require_GET
@part_of(lambda pk: reverse("homologation:room", args=[pk]))
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
        return redirect(_script_section(pk))
    return show_room(request, rollout, script, conditions=form)


@require_POST
def start_round(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, script = script_of(request, pk)
    require(request.user, "homologation.lead", script)
    form = RoundForm(request.POST, script=script, auto_id="round_%s")
    opened: list[Round] = []
    if attempt(request, form, lambda **data: opened.append(rounds.start_round(script, by=request.user, **data))):
        messages.success(request, _("%(round)s aberta.") % {"round": opened[0]})
        return redirect(_script_section(pk))
    return show_room(request, rollout, script, round=form)


@require_POST
def keep_results(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, script = script_of(request, pk)
    form = KeepResultsForm(request.POST, auto_id="keep_%s")
    if attempt(request, form, rounds.keep_results, script, by=request.user):
        return redirect(_script_section(pk))
    return show_room(request, rollout, script, keep=form)


@require_POST
def change_scope(request: SignedInRequest, pk: int) -> HttpResponse:
    """Switch a condition of the frozen script on, or propose to the client to switch it off."""
    rollout, script = script_of(request, pk)
    require(request.user, "homologation.lead", script)
    form = forms.ScopeForm(request.POST, script=script, auto_id="scope_%s")
    if attempt(request, form, scope.change, script, by=request.user):
        return redirect(_script_section(pk))
    return show_room(request, rollout, script, scope=form)


@require_POST
def agree_scope(request: SignedInRequest, pk: int, reduction_pk: int) -> HttpResponse:
    scope.agree(_reduction(request, pk, reduction_pk), by=request.user)
    messages.success(request, _("Os casos saíram da homologação."))
    return redirect(_script_section(pk))


@require_POST
def withdraw_scope(request: SignedInRequest, pk: int, reduction_pk: int) -> HttpResponse:
    scope.withdraw(_reduction(request, pk, reduction_pk), by=request.user)
    messages.success(request, _("Os casos continuam na homologação."))
    return redirect(_script_section(pk))


def _reduction(request: SignedInRequest, pk: int, reduction_pk: int) -> ScopeReduction:
    _rollout, script = script_of(request, pk)
    reduction = get_object_or_404(ScopeReduction, pk=reduction_pk, script=script)
    reduction.script = script
    return reduction


def _script_section(pk: int) -> str:
    return reverse("homologation:room", args=[pk]) + "#roteiro"

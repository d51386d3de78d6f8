"""The pages on which a project is set right: its data, who manages it, who works on it, which companies take part."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.http import SignedInRequest
from apps.accounts.models import User
from apps.core.numbers import whole_number
from apps.core.process import PartyRole
from apps.core.refusals import require
from apps.core.web.edits import remember
from apps.core.web.forms import attempt, refusal_status
from apps.rollouts import correction_forms as forms
from apps.rollouts import parties, phases
from apps.rollouts.corrections import actions as corrections
from apps.rollouts.models import Analyst, Rollout
from apps.rollouts.views import visible_rollout


def correct(request: SignedInRequest, pk: int) -> HttpResponse:
    """Scope and target date; below, who manages the project and who works on it."""
    rollout = visible_rollout(request, pk)
    require(request.user, "rollouts.correct", rollout)
    form = _data_form(rollout, request.POST) if request.method == "POST" else None
    if form and attempt(request, form, corrections.correct, rollout, by=request.user):
        return redirect(f"{rollout.get_absolute_url()}#dados")
    return _page(request, rollout, data_form=form)


@require_POST
def hand_over(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    require(request.user, "rollouts.hand_over", rollout)
    form = forms.HandOverForm(request.POST, prefix="manager", manager=rollout.project_manager)
    if attempt(request, form, corrections.hand_over, rollout, by=request.user):
        return redirect(f"{rollout.get_absolute_url()}#dados")
    return _page(request, rollout, manager_form=form)


@require_POST
def assign_analyst(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    require(request.user, "rollouts.assign_analyst", rollout)
    form = forms.AnalystForm(request.POST, prefix="analyst", rollout=rollout)
    if attempt(request, form, corrections.assign_analyst, rollout, by=request.user):
        return redirect(reverse("rollouts:correct", args=[pk]) + "#analistas")
    return _page(request, rollout, analyst_form=form)


@require_POST
def remove_analyst(request: SignedInRequest, pk: int, analyst_pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    corrections.remove_analyst(get_object_or_404(Analyst, pk=analyst_pk, rollout=rollout), by=request.user)
    messages.success(request, _("Analista retirado do projeto."))
    return redirect(reverse("rollouts:correct", args=[pk]) + "#analistas")


def replace_party(request: SignedInRequest, pk: int, role: str) -> HttpResponse:
    """Another company in the place of one; the page says first what stays and what passes on."""
    rollout = visible_rollout(request, pk)
    if role not in parties.REPLACEABLE:
        raise Http404
    require(request.user, "rollouts.replace_party", rollout)
    form = forms.ReplacePartyForm(request.POST or None, rollout=rollout, role=role)
    if request.method == "POST" and attempt(request, form, parties.replace, rollout, role, by=request.user):
        return redirect(rollout)
    context = {
        "rollout": rollout,
        "room": "overview",
        "form": form,
        "role": PartyRole(role),
        "company": rollout.company(role),
        "is_integrator_too": role != PartyRole.INTEGRATOR
        and rollout.company(PartyRole.INTEGRATOR) == rollout.company(role),
    }
    return render(request, "rollouts/replace_party.html", context, status=refusal_status(form))


def hand_over_several(request: SignedInRequest) -> HttpResponse:
    """All open projects of somebody who leaves, or some of them, to another project manager."""
    require(request.user, "rollouts.hand_over")
    manager = get_object_or_404(User, pk=whole_number(request.GET.get("manager")) or request.user.pk)
    rollouts = corrections.managed_by(manager).with_titles()
    data = request.POST if request.method == "POST" else None
    form = forms.HandOverSeveralForm(
        data, manager=manager, rollouts=rollouts, initial={"rollouts": [rollout.pk for rollout in rollouts]}
    )
    if data is not None and attempt(request, form, corrections.hand_over_several, by=request.user):
        return redirect(corrections.handing_over_url(manager))
    context = {"manager": manager, "form": form, "rollouts": rollouts}
    return render(request, "rollouts/hand_over_several.html", context, status=refusal_status(form))


def second_phase(request: SignedInRequest, pk: int) -> HttpResponse:
    """A project that follows a completed one."""
    rollout = visible_rollout(request, pk)
    require(request.user, "rollouts.create")
    form = forms.SecondPhaseForm(request.POST or None, initial={"project_manager": rollout.project_manager_id})
    if request.method == "POST":
        started: list[Rollout] = []
        start = lambda **data: started.append(phases.start_second_phase(rollout, by=request.user, **data))  # noqa: E731
        if attempt(request, form, start):
            return redirect(started[0])
    context = {"rollout": rollout, "room": "overview", "form": form}
    return render(request, "rollouts/second_phase.html", context, status=refusal_status(form))


def _data_form(rollout: Rollout, data: QueryDict | None = None) -> forms.CorrectForm:
    return remember(forms.CorrectForm(data, initial=_data_of(rollout)), rollout, _data_of)


def _data_of(rollout: Rollout) -> dict[str, Any]:
    return {"scope": rollout.scope, "target_date": rollout.target_date}


def _page(
    request: SignedInRequest,
    rollout: Rollout,
    *,
    data_form: Form | None = None,
    manager_form: Form | None = None,
    analyst_form: Form | None = None,
) -> HttpResponse:
    context = {
        "rollout": rollout,
        "room": "overview",
        "data_form": data_form or _data_form(rollout),
        "manager_form": manager_form or forms.HandOverForm(prefix="manager", manager=rollout.project_manager),
        "analyst_form": analyst_form or forms.AnalystForm(prefix="analyst", rollout=rollout),
        "analysts": rollout.analysts.select_related("membership__user"),
    }
    status = refusal_status(data_form, manager_form, analyst_form)
    return render(request, "rollouts/correct.html", context, status=status)

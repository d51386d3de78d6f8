from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.accounts.http import SignedInRequest
from apps.core.refusals import require
from apps.core.web.forms import attempt
from apps.rollouts.views import visible_rollout
from apps.stages.golive import forms, incidents
from apps.stages.golive.models import Incident
from apps.stages.golive.views import room_page


@require_POST
def note(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    form = forms.IncidentForm(request.POST, prefix="incident")
    if attempt(request, form, incidents.note, rollout, by=request.user):
        return redirect(reverse("golive:room", args=[pk]) + "#incidentes")
    return room_page(request, rollout, failed=form, incident_form=form)


@require_POST
def resolve(request: SignedInRequest, pk: int, incident: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    incident_row = get_object_or_404(Incident.objects.select_related("rollout"), rollout=rollout, number=incident)
    require(request.user, "golive.resolve_incident", incident_row)
    form = forms.ResolveForm(request.POST, prefix=f"resolve-{incident}")
    if attempt(request, form, incidents.resolve, incident_row, by=request.user):
        return redirect(reverse("golive:room", args=[pk]) + "#incidentes")
    return room_page(request, rollout, failed=form, resolve_forms={incident: form})

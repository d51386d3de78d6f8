from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.forms import attempt
from apps.rollouts.models import Rollout
from apps.rollouts.stages import Stage
from apps.rollouts.views import visible_rollout
from apps.stages.kickoff import actions, forms, queries
from apps.stages.kickoff.models import AgendaItem, AgreedField, AgreedMethod, Kickoff, Participant


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, kickoff = _kickoff(request, pk)
    return _room(request, rollout, kickoff)


@require_POST
def schedule(request: SignedInRequest, pk: int) -> HttpResponse:
    return _post(request, pk, "schedule", lambda kickoff: forms.ScheduleForm, actions.schedule, "reuniao")


@require_POST
def participant_add(request: SignedInRequest, pk: int) -> HttpResponse:
    return _post(
        request, pk, "participant", lambda kickoff: forms.ParticipantForm, actions.add_participant, "participantes"
    )


@require_POST
def participant_remove(request: SignedInRequest, pk: int, participant_pk: int) -> HttpResponse:
    _rollout, kickoff = _kickoff(request, pk)
    actions.remove_participant(get_object_or_404(Participant, pk=participant_pk, kickoff=kickoff), by=request.user)
    return _back(pk, "participantes")


@require_POST
def hold(request: SignedInRequest, pk: int) -> HttpResponse:
    return _post(request, pk, "hold", _for_kickoff(forms.HoldForm), actions.hold_meeting, "reuniao")


@require_POST
def choose_model(request: SignedInRequest, pk: int) -> HttpResponse:
    return _post(request, pk, "model", _for_kickoff(forms.ModelForm), actions.choose_model, "modelo")


@require_POST
def agree_methods(request: SignedInRequest, pk: int) -> HttpResponse:
    return _post(request, pk, "methods", _for_kickoff(forms.MethodsForm), actions.agree_methods, "metodos")


@require_POST
def publish(request: SignedInRequest, pk: int) -> HttpResponse:
    return _post(request, pk, "minutes", lambda kickoff: forms.MinutesForm, actions.publish_minutes, "ata")


@require_POST
def note(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    _rollout, kickoff = _kickoff(request, pk)
    item = get_object_or_404(AgendaItem, pk=item_pk, kickoff=kickoff)
    form = forms.NotesForm(request.POST, auto_id=f"agenda{item.pk}_%s")
    attempt(request, form, actions.note_agenda, item, by=request.user)
    return _back(pk, f"pauta-{item.pk}")


@require_POST
def field_add(request: SignedInRequest, pk: int, method_pk: int) -> HttpResponse:
    rollout, kickoff = _kickoff(request, pk)
    method = get_object_or_404(AgreedMethod, pk=method_pk, kickoff=kickoff)
    form = forms.FieldForm(request.POST, method=method, auto_id=f"field{method.pk}_%s")
    if attempt(request, form, actions.agree_field, method, by=request.user):
        return _back(pk, f"metodo-{method.pk}")
    return _room(request, rollout, kickoff, failed_method=method, field=form)


@require_POST
def field_drop(request: SignedInRequest, pk: int, field_pk: int) -> HttpResponse:
    _rollout, kickoff = _kickoff(request, pk)
    field = get_object_or_404(AgreedField, pk=field_pk, method__kickoff=kickoff)
    actions.drop_field(field, by=request.user)
    return _back(pk, f"metodo-{field.method_id}")


def _for_kickoff(form_class: type) -> Callable[[Kickoff], Callable]:
    return lambda kickoff: lambda *args, **kwargs: form_class(*args, kickoff=kickoff, **kwargs)


def _kickoff(request: SignedInRequest, pk: int) -> tuple[Rollout, Kickoff]:
    rollout = visible_rollout(request, pk)
    return rollout, get_object_or_404(Kickoff, rollout=rollout)


def _back(pk: int, anchor: str) -> HttpResponse:
    return redirect(reverse("kickoff:room", args=[pk]) + f"#{anchor}")


def _post(
    request: SignedInRequest, pk: int, name: str, form_class, action: Callable[..., Any], anchor: str
) -> HttpResponse:
    rollout, kickoff = _kickoff(request, pk)
    form = form_class(kickoff)(request.POST, auto_id=f"{name}_%s")
    if attempt(request, form, action, kickoff, by=request.user):
        return _back(pk, anchor)
    return _room(request, rollout, kickoff, **{name: form})


def _room(
    request: SignedInRequest, rollout: Rollout, kickoff: Kickoff, failed_method: AgreedMethod | None = None, **failed
) -> HttpResponse:
    methods = []
    for method in kickoff.methods.filter(agreed=True).prefetch_related("agreed_fields"):
        is_failed = failed_method is not None and failed_method.pk == method.pk
        form = failed["field"] if is_failed else forms.FieldForm(method=method, auto_id=f"field{method.pk}_%s")
        methods.append({"method": method, "form": form, "open": is_failed})
    context = {
        "rollout": rollout,
        "room": "kickoff",
        "kickoff": kickoff,
        "model_title": queries.model_title(kickoff),
        "participants": kickoff.participants.all(),
        "agenda": [
            {"item": item, "form": forms.NotesForm(initial={"notes": item.notes}, auto_id=f"agenda{item.pk}_%s")}
            for item in kickoff.agenda.all()
        ],
        "methods": methods,
        "may_write": rollout.stage == Stage.KICKOFF and request.user.has_perm("kickoff.conduct", rollout),
        "schedule_form": failed.get("schedule")
        or forms.ScheduleForm(
            initial={"scheduled_at": kickoff.scheduled_at, "link": kickoff.link}, auto_id="schedule_%s"
        ),
        "participant_form": failed.get("participant") or forms.ParticipantForm(auto_id="participant_%s"),
        "hold_form": failed.get("hold") or forms.HoldForm(kickoff=kickoff, auto_id="hold_%s"),
        "model_form": failed.get("model") or forms.ModelForm(kickoff=kickoff, auto_id="model_%s"),
        "methods_form": failed.get("methods") or forms.MethodsForm(kickoff=kickoff, auto_id="methods_%s"),
        "minutes_form": failed.get("minutes")
        or forms.MinutesForm(initial={"minutes": kickoff.minutes}, auto_id="minutes_%s"),
    }
    status = next((form.refusal_status for form in failed.values()), 200)
    return render(request, "kickoff/room.html", context, status=status)

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.core.forms import attempt
from apps.core.refusals import require
from apps.rollouts import actions, forms, queries, registry
from apps.rollouts.models import Rollout, Waiver
from apps.rollouts.stages import PartyRole, Stage


def visible_rollout(request: HttpRequest, pk: int) -> Rollout:
    """The rollout, if the person may see it; 404 otherwise, as if it did not exist."""
    return get_object_or_404(Rollout.objects.visible_to(request.user).for_listing(), pk=pk)


@require_GET
def rollout_list(request: HttpRequest) -> HttpResponse:
    situation = request.GET.get("situation", "open")
    found = queries.listing(
        request.user,
        situation=situation,
        holder=request.GET.get("holder", ""),
        stage=request.GET.get("stage", ""),
        text=request.GET.get("q", "").strip(),
    )
    context = {
        "page": Paginator(found, 50).get_page(request.GET.get("page")),
        "situation": situation,
        "situations": [("open", _("Em andamento")), ("held", _("Em pausa")), ("closed", _("Encerrados")), ("all", _("Todos"))],
        "stages": Stage.choices,
        "party_roles": PartyRole.choices,
        "filters": request.GET,
        "nothing_at_all": not Rollout.objects.visible_to(request.user).exists(),
    }
    return render(request, "rollouts/list.html", context)


def rollout_new(request: HttpRequest) -> HttpResponse:
    require(request.user, "rollouts.create")
    form = forms.CreateForm(request.POST or None, initial={"project_manager": request.user})
    status = 200
    if request.method == "POST":
        created: list[Rollout] = []
        if attempt(request, form, lambda **data: created.append(actions.create_rollout(by=request.user, **data))):
            return redirect(created[0])
        status = form.refusal_status  # type: ignore[attr-defined]
    return render(request, "rollouts/new.html", {"form": form}, status=status)


@require_GET
def rollout_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, visible_rollout(request, pk))


@require_POST
def rollout_advance(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(request, pk, "advance", forms.AdvanceForm, actions.advance)


@require_POST
def rollout_send_back(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(request, pk, "send_back", forms.SendBackForm, actions.send_back)


@require_POST
def rollout_hold(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(request, pk, "hold", forms.HoldForm, actions.hold)


@require_POST
def rollout_resume(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(request, pk, "resume", forms.ResumeForm, actions.resume)


@require_POST
def rollout_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(request, pk, "cancel", forms.CancelForm, actions.cancel)


@require_POST
def rollout_waive(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(request, pk, "waive", forms.WaiveForm, actions.waive)


@require_POST
def waiver_withdraw(request: HttpRequest, pk: int, waiver_pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    actions.withdraw_waiver(get_object_or_404(Waiver, pk=waiver_pk, rollout=rollout), by=request.user)
    messages.success(request, _("Dispensa retirada."))
    return redirect(rollout)


@require_GET
def rollout_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    events = rollout.events.select_related("actor").order_by("-sequence")
    page = Paginator(events, 50).get_page(request.GET.get("page"))
    return render(request, "rollouts/timeline.html", {"rollout": rollout, "room": "timeline", "page": page})


def _change(request: HttpRequest, pk: int, name: str, form_class, action) -> HttpResponse:
    """Run one action on the rollout; a refusal shows the project page again, with the form open and the reason on it."""
    rollout = visible_rollout(request, pk)
    form = form_class(request.POST)
    if attempt(request, form, action, rollout, by=request.user):
        if name == "advance":
            rollout.refresh_from_db()
            messages.success(request, _("Projeto em: %(stage)s.") % {"stage": rollout.get_stage_display()})
        return redirect(rollout)
    return _detail(request, visible_rollout(request, pk), failed=(name, form))


def _detail(request: HttpRequest, rollout: Rollout, failed: tuple[str, forms.forms.Form] | None = None) -> HttpResponse:
    seen = {"seen_version": rollout.version}
    ahead, back = queries.next_gate_status(rollout), queries.way_back_status(rollout)
    offered = {
        "advance": forms.AdvanceForm(initial={**seen, "gate": ahead.gate if ahead else ""}),
        "send_back": forms.SendBackForm(initial={**seen, "gate": back.gate if back else ""}),
        "hold": forms.HoldForm(initial={**seen, "caused_by": rollout.holder}),
        "resume": forms.ResumeForm(initial=seen),
        "cancel": forms.CancelForm(initial=seen),
        "waive": forms.WaiveForm(initial={"gate": ahead.gate if ahead else ""}),
    }
    status = 200
    if failed:
        name, form = failed
        # What was typed stays; the version is the one now shown, so that pressing again is a decision taken knowingly.
        form.data = form.data.copy()
        if "seen_version" in form.fields:
            form.data["seen_version"] = rollout.version
        offered[name] = form
        status = form.refusal_status  # type: ignore[attr-defined]
    context = {
        "rollout": rollout,
        "room": "overview",
        "ahead": ahead,
        "back": back,
        "forms": offered,
        "failed": failed[0] if failed else "",
        "summaries": [(room, list(room.summary(rollout))) for room in registry.rooms()],
        "events": rollout.events.order_by("-sequence")[:8],
        "waivers": rollout.waivers.select_related("waived_by"),
    }
    return render(request, "rollouts/detail.html", context, status=status)

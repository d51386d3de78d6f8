from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.rollouts.stages import Stage
from apps.rollouts.views import visible_rollout
from apps.stages.golive import actions
from apps.stages.golive.models import ChecklistItem, Release


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    at_work = rollout.stage == Stage.GO_LIVE
    rows = []
    for item in rollout.golive_items.select_related("done_by"):
        item.rollout = rollout
        rows.append({"item": item, "may_check": at_work and request.user.has_perm("golive.check", item)})
    context = {
        "rollout": rollout,
        "room": "golive",
        "rows": rows,
        "release": Release.objects.filter(rollout=rollout).select_related("confirmed_by", "recorded_by").first(),
        "may_confirm": at_work and request.user.has_perm("golive.confirm", rollout),
        "may_record": at_work and request.user.has_perm("golive.record", rollout),
    }
    return render(request, "golive/room.html", context)


@require_POST
def check(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    item = get_object_or_404(ChecklistItem, pk=item_pk, rollout=visible_rollout(request, pk))
    actions.check_item(item, by=request.user, note=request.POST.get("note", "")[:300])
    return redirect(reverse("golive:room", args=[pk]) + f"#item-{item_pk}")


@require_POST
def uncheck(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    item = get_object_or_404(ChecklistItem, pk=item_pk, rollout=visible_rollout(request, pk))
    actions.uncheck_item(item, by=request.user)
    return redirect(reverse("golive:room", args=[pk]) + f"#item-{item_pk}")


@require_POST
def confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    actions.confirm(visible_rollout(request, pk), by=request.user)
    messages.success(request, _("Operação não assistida confirmada. Obrigado!"))
    return redirect("golive:room", pk)


@require_POST
def record(request: SignedInRequest, pk: int) -> HttpResponse:
    actions.record_release(visible_rollout(request, pk), by=request.user, note=request.POST.get("note", ""))
    messages.success(request, _("Liberação registrada. O projeto já pode ser concluído."))
    return redirect("golive:room", pk)

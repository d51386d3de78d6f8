from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.exports import calendar
from apps.core.process import PartyRole
from apps.core.refusals import require
from apps.core.web.forms import attempt
from apps.rollouts.views import visible_rollout
from apps.stages.golive import agenda, forms, setbacks, windows
from apps.stages.golive.models import Window, WindowAnswer
from apps.stages.golive.views import room_page


@require_POST
def propose(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    require(request.user, "golive.propose", rollout)
    form = forms.WindowForm(request.POST, prefix="window")
    if attempt(request, form, windows.propose, rollout, by=request.user):
        return redirect(reverse("golive:room", args=[pk]) + "#janela")
    return room_page(request, rollout, failed=form, window_form=form)


@require_POST
def roll_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """The shop left production again."""
    rollout = visible_rollout(request, pk)
    require(request.user, "golive.roll_back", rollout)
    form = forms.RollBackForm(request.POST, prefix="rollback")
    if attempt(request, form, setbacks.roll_back, rollout, by=request.user):
        return redirect(reverse("golive:room", args=[pk]) + "#janela")
    return room_page(request, rollout, failed=form, rollback_form=form)


@require_POST
def answer(request: SignedInRequest, pk: int, window: int, role: str) -> HttpResponse:
    """Go or no-go of one of the four parties."""
    rollout = visible_rollout(request, pk)
    window_row = get_object_or_404(Window.objects.select_related("rollout"), rollout=rollout, number=window)
    if role not in PartyRole.values:
        raise Http404
    require(request.user, "golive.answer", WindowAnswer(window=window_row, role=role))
    form = forms.AnswerForm(request.POST, prefix=role)
    if attempt(request, form, windows.answer, window_row, role=role, by=request.user):
        return redirect(reverse("golive:room", args=[pk]) + "#janela")
    return room_page(request, rollout, failed=form, answer_forms={role: form})


@require_GET
def entry(request: SignedInRequest, pk: int) -> HttpResponse:
    """The window in force as a file for the reader's calendar."""
    calendar_entry = agenda.entry(visible_rollout(request, pk))
    if calendar_entry is None:
        raise Http404
    return calendar.download(calendar_entry)

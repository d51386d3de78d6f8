from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.refusals import require
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.core.web.parts import part_of
from apps.hours import classification
from apps.hours.agreement import actions as agreement_actions
from apps.hours.agreement import coverage as agreement
from apps.hours.agreement import forms as agreement_forms
from apps.hours.classification import HourClass
from apps.hours.models import Contest, ExtraHoursRequest, Line
from apps.hours.models.agreement import AGREED_ACTIVITIES
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout


@require_http_methods(["GET", "POST"])
def ask(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask the client for extra hours. GET may name ``activity`` and ``minutes`` to begin with."""
    rollout = visible_rollout(request, pk)
    require(request.user, "hours.ask_extra", rollout)
    prefilled = {name: request.GET[name] for name in ("activity", "minutes") if request.GET.get(name)}
    form = agreement_forms.AskForm(request.POST or None, initial=prefilled)
    if request.method == "POST" and attempt(request, form, agreement_actions.ask, rollout, by=request.user):
        return redirect(reverse("hours:room", args=[pk]) + "#acordo")
    context = {"rollout": rollout, "room": "hours", "form": form, **_priced(rollout, request.POST or prefilled)}
    return render(request, "hours/ask.html", context, status=refusal_status(form))


@require_GET
@part_of(lambda pk: reverse("hours:ask", args=[pk]))
def price(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the typed request would cost, before it is sent (a fragment)."""
    rollout = visible_rollout(request, pk)
    require(request.user, "hours.ask_extra", rollout)
    return render(request, "hours/price.html", {"rollout": rollout, **_priced(rollout, request.GET)})


@require_POST
def answer(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """The client's answer, given in the hours room; the first page has the same form."""
    rollout = visible_rollout(request, pk)
    require(request.user, "hours.view_money", rollout)
    extra_request = get_object_or_404(ExtraHoursRequest, rollout=rollout, number=number)
    form = agreement_forms.AnswerForm(request.POST)
    require(request.user, "hours.answer_extra", extra_request)
    if attempt(request, form, agreement_actions.answer, extra_request, by=request.user):
        return redirect(reverse("hours:room", args=[pk]) + "#acordo")
    context = {"rollout": rollout, "room": "hours", "extra": extra_request, "form": form}
    return render(request, "hours/answer.html", context, status=refusal_status(form))


@require_POST
def withdraw(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    require(request.user, "hours.ask_extra", rollout)
    agreement_actions.withdraw(get_object_or_404(ExtraHoursRequest, rollout=rollout, number=number), by=request.user)
    messages.success(request, _("Pedido retirado."))
    return redirect(reverse("hours:room", args=[pk]) + "#acordo")


@require_http_methods(["GET", "POST"])
def contest(request: SignedInRequest, pk: int, number: int, position: int) -> HttpResponse:
    """The client contests a line."""
    rollout = visible_rollout(request, pk)
    require(request.user, "hours.contest", rollout)
    lines = Line.objects.select_related("entry__rollout", "entry__person", "statement")
    line = get_object_or_404(lines, entry__rollout=rollout, entry__number=number, position=position)
    form = agreement_forms.ContestForm(request.POST or None)
    if request.method == "POST" and attempt(request, form, agreement_actions.contest, line, by=request.user):
        return redirect(reverse("hours:room", args=[pk]) + "#acordo")
    context = {"rollout": rollout, "room": "hours", "line": line, "form": form}
    return render(request, "hours/contest.html", context, status=refusal_status(form))


@require_http_methods(["GET", "POST"])
def thread(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """A contest: what was contested, the thread, the outcome; POST writes in it."""
    rollout, contest = _contest(request, pk, number)
    form = agreement_forms.MessageForm(request.POST or None, auto_id="message_%s")
    if request.method == "POST" and attempt(request, form, agreement_actions.write, contest, by=request.user):
        return redirect("hours:contest_thread", pk, number)
    return _thread(request, rollout, contest, form=form)


@require_POST
def resolve(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    rollout, contest = _contest(request, pk, number)
    require(request.user, "hours.resolve_contest", contest)
    form = agreement_forms.ResolveForm(request.POST, auto_id="resolve_%s")
    if attempt(request, form, agreement_actions.resolve, contest, by=request.user):
        return redirect("hours:contest_thread", pk, number)
    return _thread(request, rollout, contest, resolve_form=form)


@require_POST
def withdraw_contest(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    _rollout, contest = _contest(request, pk, number)
    agreement_actions.withdraw_contest(contest, by=request.user)
    messages.success(request, _("Contestação retirada."))
    return redirect("hours:contest_thread", pk, number)


def _contest(request: SignedInRequest, pk: int, number: int) -> tuple[Rollout, Contest]:
    """The contest, for the two sides that talk in it."""
    rollout = visible_rollout(request, pk)
    require(request.user, "hours.view_money", rollout)
    contests = Contest.objects.select_related("entry", "correction", "opened_by", "resolved_by")
    return rollout, get_object_or_404(contests, rollout=rollout, number=number)


def _thread(request: SignedInRequest, rollout: Rollout, contest: Contest, form=None, resolve_form=None) -> HttpResponse:
    may_resolve = contest.is_open and request.user.has_perm("hours.resolve_contest", contest)
    context = {
        "rollout": rollout,
        "room": "hours",
        "contest": contest,
        "hour_class": HourClass(contest.hour_class).label,
        "reasons": [
            classification.explain(reason["reason"], reason["params"], reason["minutes"])
            for reason in contest.content["reasons"]
        ],
        "now": agreement.part(contest.entry, contest.hour_class),
        "was_corrected": agreement.was_corrected(contest),
        "thread": page_of(request, contest.messages.select_related("author"), from_end=True),
        "form": form or agreement_forms.MessageForm(auto_id="message_%s"),
        "resolve_form": (resolve_form or agreement_forms.ResolveForm(auto_id="resolve_%s")) if may_resolve else None,
        "may_withdraw": contest.is_open and request.user.has_perm("hours.contest", contest),
    }
    refused_form = resolve_form if resolve_form is not None else form
    return render(request, "hours/thread.html", context, status=refusal_status(refused_form))


def _priced(rollout: Rollout, typed) -> dict[str, object]:
    """The rate, and the price and the part already worked of what is typed, once it can be read."""
    form = agreement_forms.AskForm({**dict(typed.items()), "purpose": "-"})
    valid = form.is_valid()
    activity = form.cleaned_data.get("activity") or AGREED_ACTIVITIES[0]
    context: dict[str, object] = {"rate": agreement.rate(rollout, activity)}
    if valid and form.cleaned_data["minutes"]:
        minutes = form.cleaned_data["minutes"]
        worked = agreement.uncovered(rollout).get(activity, 0)
        price = agreement.price(rollout, activity, minutes)
        context |= {"minutes": minutes, "price": price, "worked": min(worked, minutes)}
    return context

"""A person's own hours over every rollout: the quick log, the timer, what is proposed, the week."""

import json
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.accounts.models import User
from apps.companies.models import Kind
from apps.core import clock, minutes
from apps.core.numbers import whole_number
from apps.core.refusals import Refusal, require
from apps.core.web.forms import attempt
from apps.core.web.pages import own_page
from apps.hours import queries
from apps.hours.agreement import coverage as agreement
from apps.hours.ledger import actions, days, forms, proposals
from apps.hours.logging import timers
from apps.hours.logging import week as weeks
from apps.hours.models import Proposal, TimeEntry
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout


def quick(request: SignedInRequest) -> HttpResponse:
    """Log time from anywhere: a dialog for htmx, which stays on the page, or a page of its own."""
    require(request.user, "hours.log")
    asked = request.POST if request.method == "POST" else request.GET
    proposal = proposals.find(request.user, asked["source"]) if asked.get("source") else None
    rollout = _asked_rollout(request, asked.get("rollout")) or (proposal.rollout if proposal else None)
    if request.method == "GET":
        form = forms.QuickForm(person=request.user, rollout=rollout, initial=_initial(request, rollout, proposal))
        return _quick(request, form, proposal)
    form = forms.QuickForm(request.POST, person=request.user, rollout=rollout)
    done: list[TimeEntry] = []

    def save(**data: Any) -> None:
        if data["source"]:
            if proposal is None:
                raise Refusal(_("Esta proposta já foi respondida."))
            done.append(proposals.accept(proposal, by=request.user, **form.worked()))
        else:
            done.append(actions.log(data["rollout"], by=request.user, **form.worked()))

    if not attempt(request, form, save):
        return _quick(request, form, proposal, status=form.refusal_status)  # type: ignore[attr-defined]
    said = _("%(duration)s apontadas em %(rollout)s.") % {
        "duration": minutes.show(done[0].minutes),
        "rollout": done[0].rollout.code,
    }
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, said)
        return redirect("hours:room", done[0].rollout_id)
    response = HttpResponse()
    if "/horas/" in (request.htmx.current_url or ""):  # type: ignore[attr-defined]
        messages.success(request, said)
        response["HX-Refresh"] = "true"
    else:
        response["HX-Trigger"] = json.dumps({"toast": {"text": said, "tone": "success"}})
    return response


@require_GET
def quick_preview(request: SignedInRequest) -> HttpResponse:
    """The class and the reason that the typed time would get, or why it would be refused (a fragment)."""
    require(request.user, "hours.log")
    rollout = _asked_rollout(request, request.GET.get("rollout"))
    form = forms.QuickForm({**request.GET.dict(), "note": "-", "anyway": "on"}, person=request.user, rollout=rollout)
    context: dict[str, Any] = {"errors": [], "found": []}
    if form.is_valid():
        data, rollout = form.worked(), form.cleaned_data["rollout"]
        del data["note"]
        start = data["started_at"]
        try:
            lines = actions.rehearse(rollout, by=request.user, **data)
            context |= {
                **agreement.foretold(rollout, data["activity"], lines),
                "start": start,
                "end": start + timedelta(minutes=data["minutes"]),
                "overlap": days.overlap_text(form.overlaps[0]) if form.overlaps else "",
            }
        except Refusal as refusal:
            context["errors"] = [refusal.message]
    elif any(request.GET.get(name) for name in ("minutes", "start", "end")):
        context["errors"] = [error for errors in form.errors.values() for error in errors]
    return render(request, "hours/quick_preview.html", context)


@require_POST
def timer_start(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    require(request.user, "hours.log", rollout)
    kept = timers.running(request.user)
    form = forms.TimerForm(request.POST, rollout=rollout)
    if not attempt(request, form, timers.start, rollout, by=request.user):
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    elif kept is not None:
        messages.info(
            request,
            _("O cronômetro de %(rollout)s foi parado; o tempo dele está em Minhas horas, para confirmar.")
            % {"rollout": kept.rollout.code},
        )
    return _back(request)


@require_POST
def timer_stop(request: SignedInRequest) -> HttpResponse:
    """Stop, and show what was measured, to be corrected and saved."""
    require(request.user, "hours.log")
    proposal = timers.stop(by=request.user)
    return redirect(f"{reverse('hours:quick')}?{urlencode({'source': proposal.source})}")


@require_POST
def timer_discard(request: SignedInRequest) -> HttpResponse:
    require(request.user, "hours.log")
    timers.discard(by=request.user)
    messages.info(request, _("Tempo descartado."))
    return _back(request)


@require_POST
def confirm(request: SignedInRequest) -> HttpResponse:
    """Log a proposal as it stands; what is missing is asked for."""
    require(request.user, "hours.log")
    source = request.POST.get("source", "")
    found = proposals.find(request.user, source)
    if found is None:
        messages.info(request, _("Esta proposta já foi respondida."))
        return _back(request)
    if not (found.minutes and found.note):
        return redirect(f"{reverse('hours:quick')}?{urlencode({'source': source})}")
    entry = proposals.accept(
        found, by=request.user, activity=found.activity, started_at=found.started_at, minutes=found.minutes,
        note=found.note, nonconformity=found.nonconformity,
    )  # fmt: skip
    said = {"duration": minutes.show(entry.minutes), "rollout": entry.rollout.code}
    messages.success(request, _("%(duration)s apontadas em %(rollout)s.") % said)
    return _back(request)


@require_POST
def dismiss(request: SignedInRequest) -> HttpResponse:
    require(request.user, "hours.log")
    found = proposals.find(request.user, request.POST.get("source", ""))
    if found is None:
        messages.info(request, _("Esta proposta já foi respondida."))
    else:
        proposals.dismiss(found, by=request.user)
        messages.info(request, _("Proposta dispensada."))
    return _back(request)


@require_GET
def week(request: SignedInRequest) -> HttpResponse:
    """One's own week, or, for a project manager, that of somebody of Presence."""
    require(request.user, "hours.log")
    person = _asked_person(request)
    first = _asked_week(request, person)
    found = weeks.of(person, first)
    own = person == request.user
    for day in found:
        for entry in day.entries:
            entry.shown = queries.shown([line.pure() for line in entry.lines.all()])  # type: ignore[attr-defined]
    with timezone.override(days.zone_of(person)):
        return render(
            request,
            "hours/week.html",
            {
                "person": person,
                "own": own,
                "people": _colleagues() if request.user.has_perm("hours.view_week", None) else [],
                "days": found,
                "total": sum(day.minutes for day in found),
                "first": first,
                "last": first + timedelta(days=6),
                "previous": first - weeks.SEVEN,
                "following": first + weeks.SEVEN,
                "is_this_week": first == weeks.this_week(person),
                "today": clock.now().astimezone(days.zone_of(person)).date(),
                "proposals": [proposals.shown(each) for each in proposals.pending(person)] if own else [],
            },
        )


def copy(request: SignedInRequest) -> HttpResponse:
    """Last week's entries on the same weekdays of a week: shown with their classes, then logged."""
    require(request.user, "hours.log")
    first = _asked_week(request, request.user)
    if request.method == "POST":
        chosen = days.worked_by(request.user).filter(
            pk__in=[key for each in request.POST.getlist("entry") if (key := whole_number(each))]
        )
        entries = chosen.select_related("nonconformity").order_by("started_at", "pk")
        made, refused = weeks.copy(entries, by=request.user)
        count = len(made)
        messages.success(
            request, ngettext("%(n)s apontamento copiado.", "%(n)s apontamentos copiados.", count) % {"n": count}
        )
        for text in refused:
            messages.warning(request, text)
        return redirect(f"{reverse('hours:week')}?{urlencode({'semana': first.isoformat()})}")
    copies = [(each, queries.shown(each.lines)) for each in weeks.copies(request.user, first)]
    context = {"copies": copies, "first": first, "any": any(not each.refusal for each, _lines in copies)}
    return render(request, "hours/copy.html", context)


def _quick(
    request: SignedInRequest, form: forms.QuickForm, proposal: Proposal | None, status: int = 200
) -> HttpResponse:
    forgotten = proposal is not None and proposal.source.startswith("timer:") and proposal.minutes is None
    template = "hours/quick_dialog.html" if request.htmx else "hours/quick.html"  # type: ignore[attr-defined]
    return render(request, template, {"form": form, "proposal": proposal, "forgotten": forgotten}, status=status)


def _initial(request: SignedInRequest, rollout: Rollout | None, proposal: Proposal | None) -> dict[str, Any]:
    if proposal is not None:
        start = timezone.localtime(proposal.started_at)
        return {
            "rollout": proposal.rollout, "activity": proposal.activity, "nonconformity": proposal.nonconformity,
            "note": proposal.note, "day": start.date(), "start": start.time(), "minutes": proposal.minutes,
            "source": proposal.source,
        }  # fmt: skip
    return {
        "rollout": rollout,
        "activity": timers.usual_activity(rollout) if rollout else None,
        "day": _asked_date(request.GET.get("day")) or clock.today(),
        **{name: request.GET.get(name) for name in ("minutes", "note") if request.GET.get(name)},
    }


def _asked_rollout(request: SignedInRequest, pk: str | None) -> Rollout | None:
    """The rollout named by the form, if the person may see it."""
    return queries.loggable(request.user).filter(pk=whole_number(pk)).first()


def _asked_person(request: SignedInRequest) -> User:
    pk = request.GET.get("pessoa", "")
    if not pk or pk == str(request.user.pk):
        return request.user
    require(request.user, "hours.view_week", None)
    return get_object_or_404(_colleagues(), pk=whole_number(pk))


def _colleagues():
    return User.objects.filter(memberships__company__kind=Kind.PRESENCE, is_active=True).distinct()


def _asked_week(request: SignedInRequest, person: User) -> date:
    asked = _asked_date(request.POST.get("semana") or request.GET.get("semana"))
    return weeks.monday(asked) if asked else weeks.this_week(person)


def _asked_date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _back(request: SignedInRequest) -> HttpResponseRedirect:
    """Where the person was, or their week."""
    return redirect(own_page(request, request.POST.get("next", ""), otherwise=reverse("hours:week")))

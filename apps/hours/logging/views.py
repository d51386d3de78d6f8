"""A person's own hours over every rollout: the quick log, the timer, what is proposed, the week."""

import json
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.accounts.models import User
from apps.companies.models import Kind
from apps.core import clock, minutes
from apps.core.numbers import whole_number
from apps.core.own_pages import own_page
from apps.core.refusals import Refusal, require
from apps.core.web import form_keys
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.parts import part_of
from apps.core.web.search import matching
from apps.hours import queries
from apps.hours.agreement import coverage as agreement
from apps.hours.ledger import actions, days, forms, proposals
from apps.hours.logging import timers
from apps.hours.logging import week as weeks
from apps.hours.models import Proposal, TimeEntry
from apps.rollouts import choices
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout


def quick(request: SignedInRequest) -> HttpResponse:
    """Log time from anywhere: a dialog for htmx, which stays on the page, or a page of its own."""
    require(request.user, "hours.log")
    data = request.POST if request.method == "POST" else request.GET
    proposal = proposals.find(request.user, data["source"]) if data.get("source") else None
    rollout = _asked_rollout(request, data.get("rollout")) or (proposal.rollout if proposal else None)
    if request.method == "GET":
        form = forms.QuickForm(person=request.user, rollout=rollout, initial=_initial(request, rollout, proposal))
        return _quick(request, form, proposal)
    form = forms.QuickForm(request.POST, person=request.user, rollout=rollout)
    entries: list[TimeEntry] = []

    def save(**data: Any) -> None:
        if data["source"]:
            if proposal is None:
                raise Refusal(_("Esta proposta já foi respondida."))
            entries.append(proposals.accept(proposal, by=request.user, **form.worked()))
        else:
            entries.append(actions.log(data["rollout"], by=request.user, **form.worked()))

    if not attempt(request, form, save):
        return _quick(request, form, proposal, status=refusal_status(form))
    confirmation = _("%(duration)s apontadas em %(rollout)s.") % {
        "duration": minutes.show(entries[0].minutes),
        "rollout": entries[0].rollout.code,
    }
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, confirmation)
        return redirect("hours:room", entries[0].rollout_id)
    response = HttpResponse()
    if "/horas/" in (request.htmx.current_url or ""):  # type: ignore[attr-defined]
        messages.success(request, confirmation)
        response["HX-Refresh"] = "true"
    else:
        response["HX-Trigger"] = json.dumps({"toast": {"text": confirmation, "tone": "success"}})
    return response


@require_GET
@part_of(lambda: reverse("hours:quick"))
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
            lines = actions.lines_if_logged(rollout, by=request.user, **data)
            context |= {
                **agreement.preview(rollout, data["activity"], lines),
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
    stopped_timer = timers.running(request.user)
    form = forms.TimerForm(request.POST, rollout=rollout)
    if not attempt(request, form, timers.start, rollout, by=request.user):
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    elif stopped_timer is not None:
        messages.info(
            request,
            _("O cronômetro de %(rollout)s foi parado; o tempo dele está em Minhas horas, para confirmar.")
            % {"rollout": stopped_timer.rollout.code},
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
    proposal = proposals.find(request.user, source)
    if proposal is None:
        form_keys.not_done(request)
        messages.info(request, _("Esta proposta já foi respondida."))
        return _back(request)
    if not (proposal.minutes and proposal.note):
        form_keys.not_done(request)
        return redirect(f"{reverse('hours:quick')}?{urlencode({'source': source})}")
    entry = proposals.accept(
        proposal, by=request.user, activity=proposal.activity, started_at=proposal.started_at, minutes=proposal.minutes,
        note=proposal.note, nonconformity=proposal.nonconformity,
    )  # fmt: skip
    values = {"duration": minutes.show(entry.minutes), "rollout": entry.rollout.code}
    messages.success(request, _("%(duration)s apontadas em %(rollout)s.") % values)
    return _back(request)


@require_POST
def dismiss(request: SignedInRequest) -> HttpResponse:
    require(request.user, "hours.log")
    proposal = proposals.find(request.user, request.POST.get("source", ""))
    if proposal is None:
        form_keys.not_done(request)
        messages.info(request, _("Esta proposta já foi respondida."))
    else:
        proposals.dismiss(proposal, by=request.user)
        messages.info(request, _("Proposta dispensada."))
    return _back(request)


@require_GET
def week(request: SignedInRequest) -> HttpResponse:
    """One's own week, or, for a project manager, that of somebody of Presence."""
    require(request.user, "hours.log")
    person = _asked_person(request)
    first = _asked_week(request, person)
    days_of_week = weeks.week_of(person, first)
    is_own = person == request.user
    for day in days_of_week:
        for entry in day.entries:
            entry.class_lines = queries.with_words([line.pure() for line in entry.lines.all()])  # type: ignore[attr-defined]
    with clock.read_in(days.zone_of(person)):
        return render(
            request,
            "hours/week.html",
            {
                "person": person,
                "own": is_own,
                "people": _colleagues() if request.user.has_perm("hours.view_week", None) else [],
                "days": days_of_week,
                "total": sum(day.minutes for day in days_of_week),
                "first": first,
                "last": first + timedelta(days=6),
                "previous": first - weeks.WEEK,
                "following": first + weeks.WEEK,
                "is_this_week": first == weeks.this_week(person),
                "today": clock.today(days.zone_of(person)),
                "proposals": proposals.previews(person) if is_own else [],
            },
        )


def copy(request: SignedInRequest) -> HttpResponse:
    """Last week's entries on the same weekdays of a week: shown with their classes, then logged."""
    require(request.user, "hours.log")
    first = _asked_week(request, request.user)
    if request.method == "POST":
        chosen = days.worked_by(request.user).filter(
            pk__in=[key for text in request.POST.getlist("entry") if (key := whole_number(text))]
        )
        entries = chosen.select_related("nonconformity").order_by("started_at", "pk")
        copied, refused = weeks.copy(entries, by=request.user)
        count = len(copied)
        if not copied:
            form_keys.not_done(request)
        messages.success(
            request, ngettext("%(n)s apontamento copiado.", "%(n)s apontamentos copiados.", count) % {"n": count}
        )
        for text in refused:
            messages.warning(request, text)
        return redirect(f"{reverse('hours:week')}?{urlencode({'week': first.isoformat()})}")
    copies = [(planned, queries.with_words(planned.lines)) for planned in weeks.copies(request.user, first)]
    context = {"copies": copies, "first": first, "any": any(not planned.refusal for planned, _lines in copies)}
    return render(request, "hours/copy.html", context)


def _quick(
    request: SignedInRequest, form: forms.QuickForm, proposal: Proposal | None, status: int = 200
) -> HttpResponse:
    forgotten = proposal is not None and proposal.source.startswith("timer:") and proposal.minutes is None
    template = "hours/quick_dialog.html" if request.htmx else "hours/quick.html"  # type: ignore[attr-defined]
    return render(request, template, {"form": form, "proposal": proposal, "forgotten": forgotten}, status=status)


def _initial(request: SignedInRequest, rollout: Rollout | None, proposal: Proposal | None) -> dict[str, Any]:
    if proposal is not None:
        start = clock.local(proposal.started_at)
        day = clock.day_of(proposal.started_at, clock.reader_zone())
        return {
            "rollout": proposal.rollout, "activity": proposal.activity, "nonconformity": proposal.nonconformity,
            "note": proposal.note, "day": day, "start": start.time(), "minutes": proposal.minutes,
            "source": proposal.source,
        }  # fmt: skip
    return {
        "rollout": rollout,
        "activity": timers.usual_activity(rollout) if rollout else None,
        "day": clock.meant_day(request.GET.get("day")) or clock.today(clock.reader_zone()),
        **{name: request.GET.get(name) for name in ("minutes", "note") if request.GET.get(name)},
    }


def _asked_rollout(request: SignedInRequest, value: str | None) -> Rollout | None:
    """The rollout that the form names, if the person may see it."""
    return matching(queries.loggable(request.user), choices.search, value)


def _asked_person(request: SignedInRequest) -> User:
    pk = request.GET.get("person", "")
    if not pk or pk == str(request.user.pk):
        return request.user
    require(request.user, "hours.view_week", None)
    return get_object_or_404(_colleagues(), pk=whole_number(pk))


def _colleagues():
    return User.objects.filter(memberships__company__kind=Kind.PRESENCE, is_active=True).distinct()


def _asked_week(request: SignedInRequest, person: User) -> date:
    day = clock.meant_day(request.POST.get("week") or request.GET.get("week"))
    return weeks.monday(day) if day else weeks.this_week(person)


def _back(request: SignedInRequest) -> HttpResponseRedirect:
    """Where the person was, or their week."""
    return redirect(own_page(request, request.POST.get("next", ""), otherwise=reverse("hours:week")))

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Page
from django.db.models import F, Prefetch
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.companies.models import Person
from apps.core import clock
from apps.core.process import Gate, PartyRole, Stage
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.core.web.parts import part_of
from apps.files.http import attachment
from apps.prerequisites.credentials import purge
from apps.prerequisites.models import Probe
from apps.rollouts.models import Rollout
from apps.rollouts.queries import gate_status
from apps.rollouts.views import visible_rollout
from apps.stages.golive import actions, days, forms, queries
from apps.stages.golive.dossier import actions as dossiers
from apps.stages.golive.models import ON_CALL, ChecklistItem, Release


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    people = "release__confirmed_by", "release__recorded_by"
    return room_page(request, visible_rollout(request, pk, *people, annotations=(dossiers.is_due,)))


@require_GET
def dossier(request: SignedInRequest, pk: int, edition: int) -> FileResponse:
    """The archived rollout: for who may see what the hours cost the whole of it, for the others without that."""
    rollout = visible_rollout(request, pk)
    archived = get_object_or_404(rollout.dossiers.select_related("whole", "shared"), number=edition)
    return attachment(archived.whole if request.user.has_perm("hours.view_money", rollout) else archived.shared)


@require_GET
@part_of(lambda pk: reverse("golive:room", args=[pk]))
def dossier_being_made(request: SignedInRequest, pk: int) -> HttpResponse:
    """Whether the dossier is still being made, for the room, which asks every few seconds."""
    rollout = visible_rollout(request, pk, framed=False, annotations=(dossiers.is_due,))
    context = {"rollout": rollout, "dossier_is_due": _dossier_is_due(rollout)}
    return render(request, "golive/dossier_being_made.html", context)


@require_POST
def check(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    item = get_object_or_404(ChecklistItem, pk=item_pk, rollout=visible_rollout(request, pk))
    form = forms.CheckForm(request.POST, item=item)
    if attempt(request, form, actions.check_item, item, by=request.user):
        return redirect(reverse("golive:room", args=[pk]) + f"#item-{item_pk}")
    return room_page(request, item.rollout, failed=form, check_forms={item_pk: form})


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


def room_page(
    request: SignedInRequest,
    rollout: Rollout,
    *,
    failed=None,
    check_forms=None,
    window_form=None,
    answer_forms=None,
    incident_form=None,
    resolve_forms=None,
    rollback_form=None,
) -> HttpResponse:
    """The room; ``failed`` is the form that was refused, among those that are handed over to be shown again."""
    user, at_work = request.user, rollout.stage == Stage.GO_LIVE
    release: Release | None = getattr(rollout, "release", None)
    all_windows = queries.windows(rollout)
    before_release = at_work and not (release and release.recorded_at)
    window = queries.in_force(all_windows)
    context = {
        "rollout": rollout,
        "room": "golive",
        "at_work": at_work,
        "window": window,
        "warnings": [days.WARNINGS[key] for key in window.warnings if key in days.WARNINGS] if window else [],
        "is_go": window is not None and queries.is_go(window),
        "seats": _seats(user, window, before_release, answer_forms or {}),
        "older_windows": [row for row in reversed(all_windows) if row != window],
        "rollback_form": rollback_form or forms.RollBackForm(prefix="rollback"),
        "may_roll_back": at_work
        and window is not None
        and window.starts_at <= clock.now()
        and user.has_perm("golive.roll_back", rollout),
        "window_form": window_form or forms.WindowForm(prefix="window"),
        "may_propose": before_release and user.has_perm("golive.propose", rollout),
        "rows": _rows(user, rollout, at_work, check_forms or {}),
        "incidents": (incidents := _incidents(request, rollout)),
        "incident_rows": _incident_rows(user, rollout, incidents, at_work, resolve_forms or {}),
        "incident_form": incident_form or forms.IncidentForm(prefix="incident"),
        "may_note": at_work and user.has_perm("golive.note_incident", rollout),
        "release": release,
        "in_the_way": queries.before_the_release(gate_status(rollout, Gate.COMPLETE).unmet) if at_work else [],
        "may_confirm": at_work and user.has_perm("golive.confirm", rollout),
        "may_record": at_work and user.has_perm("golive.record", rollout),
        "purge_on": rollout.closed_at + purge.after() if rollout.closed_at else None,
        "purged": purge.certificates(rollout) if rollout.closed_at else [],
        "dossiers": _dossiers(user, rollout),
        "dossier_is_due": _dossier_is_due(rollout),
    }
    return render(request, "golive/room.html", context, status=refusal_status(failed))


def _seats(user, window, open_: bool, bound: dict) -> list[dict]:
    if window is None:
        return []
    return [
        {
            "answer": seat,
            "owner": PartyRole(seat.owner).label if seat.owner else "",
            "form": bound.get(seat.role) or forms.AnswerForm(prefix=seat.role),
            "may_answer": open_ and not window.is_over and user.has_perm("golive.answer", seat),
        }
        for seat in queries.seats(window)
    ]


def _rows(user, rollout: Rollout, at_work: bool, bound: dict) -> list[dict]:
    rows = []
    people = Prefetch("people", Person.objects.with_ways_to_reach())
    for item in rollout.golive_items.select_related("done_by").prefetch_related(people):
        item.rollout = rollout
        form = bound.get(item.pk)
        may_check = at_work and user.has_perm("golive.check", item)
        asks_people = may_check and item.key == ON_CALL and not item.done_at
        rows.append(
            {
                "item": item,
                "may_check": may_check,
                "people": (form or forms.CheckForm(item=item))["people"] if asks_people else None,
                "refusal": " ".join(message for errors in form.errors.values() for message in errors) if form else "",
                "asks_note": item.proof == ChecklistItem.Proof.NOTE,
                "evidence": _probe_answer(item.evidence),
            }
        )
    return rows


def _probe_answer(evidence: dict) -> dict:
    """What a probe answered, for people to read."""
    if not evidence:
        return {}
    return {"outcome": Probe.Outcome(evidence["outcome"]).label, "at": datetime.fromisoformat(evidence["at"])}


def _incidents(request: SignedInRequest, rollout: Rollout) -> Page:
    """Those that are open first, which somebody has to see; each of the two the newest first."""
    incidents = rollout.incidents.select_related("noted_by", "resolved_by")
    return page_of(request, incidents.order_by(F("until").desc(nulls_first=True), "-number"), parameter="incidents")


def _incident_rows(user, rollout: Rollout, incidents: Page, at_work: bool, bound: dict) -> list[dict]:
    rows = []
    for incident in incidents:
        incident.rollout = rollout
        may = at_work and incident.until is None and user.has_perm("golive.resolve_incident", incident)
        form = bound.get(incident.number) or forms.ResolveForm(prefix=f"resolve-{incident.number}")
        rows.append({"incident": incident, "may_resolve": may, "form": form})
    return rows


def _dossier_is_due(rollout: Rollout) -> bool:
    """Asked with ``rollout`` by the room's own page; a form that was refused asks it here."""
    is_due = getattr(rollout, "dossier_is_due", None)
    return dossiers.due(rollout) is not None if is_due is None else is_due


def _dossiers(user, rollout: Rollout) -> list[dict]:
    """The editions, the newest first, each with the file that ``user`` gets."""
    sees_money = user.has_perm("hours.view_money", rollout)
    editions = rollout.dossiers.select_related("whole", "shared").order_by("-number")
    return [
        {"dossier": edition, "file": edition.whole if sees_money else edition.shared, "is_whole": sees_money}
        for edition in editions
    ]

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.process import Stage
from apps.core.untrusted.bodies import takes_files
from apps.core.web.forms import attempt
from apps.files.http import attachment, picture
from apps.files.models import StoredFile
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout
from apps.stages.homologation import queries
from apps.stages.homologation.execution import actions, forms
from apps.stages.homologation.models import Case, Evidence, Reservation, Result, Script
from apps.stages.homologation.nonconformities import actions as nonconformities
from apps.stages.homologation.script import catalogue


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, script = script_of(request, pk)
    return _room(request, rollout, script)


@require_GET
def overview(request: SignedInRequest, pk: int) -> HttpResponse:
    """The progress by process, when anything happened since the version that the page shows; 204 otherwise."""
    rollout, script = script_of(request, pk)
    if request.GET.get("version") == str(rollout.version):
        return HttpResponse(status=204)
    context = {"rollout": rollout, "processes": queries.processes(script)}
    return render(request, "homologation/overview.html", context)


@require_POST
def conditions(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, script = script_of(request, pk)
    form = forms.ConditionsForm(request.POST, script=script)
    if attempt(request, form, actions.choose_conditions, script, by=request.user):
        return _back(pk, "roteiro")
    return _room(request, rollout, script, conditions=form)


@require_POST
def freeze(request: SignedInRequest, pk: int) -> HttpResponse:
    _rollout, script = script_of(request, pk)
    actions.freeze(script, by=request.user)
    messages.success(request, _("Roteiro congelado."))
    return _back(pk, "roteiro")


@require_POST
def start_round(request: SignedInRequest, pk: int) -> HttpResponse:
    _rollout, script = script_of(request, pk)
    opened = actions.start_round(script, by=request.user)
    messages.success(request, _("%(round)s aberta.") % {"round": opened})
    return _back(pk, "roteiro")


@require_POST
def close_round(request: SignedInRequest, pk: int) -> HttpResponse:
    _rollout, script = script_of(request, pk)
    actions.close_round(script, by=request.user)
    messages.success(request, _("Rodada encerrada."))
    return _back(pk, "roteiro")


@takes_files
def case(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """A case with its steps, its history and the form for the next result."""
    rollout, script = script_of(request, pk)
    found = get_object_or_404(Case, script=script, code=code)
    form = forms.ResultForm.after(
        found.results.last(), request.POST or None, request.FILES or None, auto_id="result_%s"
    )
    if request.method == "POST" and record(request, form, found):
        waiting = queries.next_in_round(script, after=found)
        return redirect("homologation:case", pk, waiting.code) if waiting else _back(pk, f"caso-{code}")
    return _case(request, rollout, found, form)


@require_POST
def propose(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    rollout, script = script_of(request, pk)
    found = get_object_or_404(Case, script=script, code=code)
    form = forms.ReservationForm(request.POST, auto_id="reservation_%s")
    if attempt(request, form, actions.propose_reservation, found, by=request.user):
        return redirect("homologation:case", pk, code)
    return _case(request, rollout, found, reservation=form)


@require_POST
def agree(request: SignedInRequest, pk: int, reservation_pk: int) -> HttpResponse:
    return _on_reservation(request, pk, reservation_pk, actions.agree_reservation)


@require_POST
def withdraw(request: SignedInRequest, pk: int, reservation_pk: int) -> HttpResponse:
    return _on_reservation(request, pk, reservation_pk, actions.withdraw_reservation)


@takes_files
@require_POST
def attach(request: SignedInRequest, pk: int, result_pk: int) -> HttpResponse:
    rollout, result = _result(request, pk, result_pk)
    form = forms.EvidenceForm(request.POST, request.FILES, auto_id="evidence_%s")

    def act(attachments, **data) -> None:
        actions.attach_evidence(result, by=request.user, files=attachments, **data)

    if attempt(request, form, act):
        return redirect("homologation:case", pk, result.case.code)
    return _case(request, rollout, result.case, evidence=form)


@require_POST
def confirm(request: SignedInRequest, pk: int, result_pk: int) -> HttpResponse:
    _rollout, result = _result(request, pk, result_pk)
    actions.confirm_result(result, by=request.user)
    messages.success(request, _("Resultado confirmado."))
    return redirect("homologation:case", pk, result.case.code)


def _result(request: SignedInRequest, pk: int, result_pk: int) -> tuple[Rollout, Result]:
    rollout, script = script_of(request, pk)
    result = get_object_or_404(Result.objects.select_related("case"), pk=result_pk, case__script=script)
    result.case.script = script
    return rollout, result


@require_GET
def evidence(request: SignedInRequest, pk: int, evidence_pk: int) -> FileResponse:
    return attachment(_evidence_file(request, pk, evidence_pk))


@require_GET
def evidence_page(request: SignedInRequest, pk: int, evidence_pk: int, page: int) -> FileResponse:
    """The picture of one page, for whoever may have the file."""
    return picture(_evidence_file(request, pk, evidence_pk), page)


def _evidence_file(request: SignedInRequest, pk: int, evidence_pk: int) -> StoredFile:
    rollout = visible_rollout(request, pk)
    found = get_object_or_404(Evidence, pk=evidence_pk, result__case__script__rollout=rollout)
    if found.file is None:
        raise Http404
    return found.file


def script_of(request: SignedInRequest, pk: int) -> tuple[Rollout, Script]:
    """The rollout and its script, as far as they exist for the person; 404 otherwise."""
    rollout = visible_rollout(request, pk)
    script = get_object_or_404(Script, rollout=rollout)
    script.rollout = rollout
    return rollout, script


def _back(pk: int, anchor: str) -> HttpResponse:
    return redirect(reverse("homologation:room", args=[pk]) + f"#{anchor}")


def _on_reservation(request: SignedInRequest, pk: int, reservation_pk: int, action) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    reservation = get_object_or_404(Reservation, pk=reservation_pk, rollout=rollout)
    action(reservation, by=request.user)
    return redirect("homologation:case", pk, reservation.case.code)


def record(request: SignedInRequest, form: forms.ResultForm, case: Case) -> bool:
    """Record what ``form`` holds. Overtaken by somebody else's result, the form comes back with that one seen, so that
    sending it again keeps both."""
    if attempt(request, form, actions.record_result, case, by=request.user):
        return True
    if form.refusal_status == 409 and (newest := case.results.last()):  # type: ignore[attr-defined]
        typed = request.POST.copy()
        typed["seen"] = str(newest.pk)
        form.data = typed
    return False


def may(request: SignedInRequest, rollout: Rollout) -> dict[str, bool]:
    """What the person may do in the room now."""
    at_work = rollout.stage == Stage.HOMOLOGATION
    return {
        "may_lead": rollout.is_open and request.user.has_perm("homologation.lead", rollout),
        "may_verify": rollout.is_open and request.user.has_perm("homologation.verify", rollout),
        "may_execute": at_work and request.user.has_perm("homologation.execute", rollout),
        "may_shape": rollout.is_open and request.user.has_perm("homologation.shape", rollout),
        "at_work": at_work,
    }


def _case(
    request: SignedInRequest, rollout: Rollout, found: Case, form=None, reservation=None, evidence=None
) -> HttpResponse:
    status = queries.status_of(found)
    opened = queries.open_round(found.script)
    allowed = may(request, rollout)
    newest = status.latest
    context: dict[str, Any] = {
        "rollout": rollout,
        "room": "homologation",
        "status": status,
        "case": found,
        "round": opened,
        "in_round": opened is not None and opened.cases.filter(pk=found.pk).exists(),
        "form": form or forms.ResultForm.after(newest, auto_id="result_%s"),
        "reservation_form": reservation or forms.ReservationForm(auto_id="reservation_%s"),
        "evidence_form": evidence or forms.EvidenceForm(auto_id="evidence_%s"),
        "may_attach": allowed["may_execute"]
        and newest is not None
        and newest.round == opened
        and (allowed["may_lead"] or newest.by_id == request.user.pk),
        "following": found.script.cases.filter(position__gt=found.position, applies=True).first(),
        "to_run": queries.to_run(found.script).count() if opened else 0,
        **allowed,
    }
    failed = evidence or reservation or form
    return render(request, "homologation/case.html", context, status=getattr(failed, "refusal_status", 200))


def _room(request: SignedInRequest, rollout: Rollout, script: Script, conditions=None) -> HttpResponse:
    context = {
        "rollout": rollout,
        "room": "homologation",
        "script": script,
        "processes": queries.processes(script),
        "rounds": script.rounds.all(),
        "round": queries.open_round(script),
        "to_run": queries.to_run(script),
        "session": queries.open_session(script),
        "nonconformities": nonconformities.listed(rollout),
        "aging": nonconformities.aging(rollout),
        "conditions_form": conditions or forms.ConditionsForm(script=script),
        "newer": catalogue.newer(script),
        **may(request, rollout),
    }
    return render(request, "homologation/room.html", context, status=getattr(conditions, "refusal_status", 200))

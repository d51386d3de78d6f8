"""A case with its results, their evidence and its reservation."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.untrusted.bodies import takes_files
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.files.http import attachment, picture
from apps.files.models import StoredFile
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout
from apps.stages.homologation import queries
from apps.stages.homologation.execution import actions, forms, reservations
from apps.stages.homologation.http import permissions, script_of
from apps.stages.homologation.models import Case, Evidence, Reservation, Result


@takes_files
def case(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """A case with its steps, its history and the form for the next result."""
    rollout, script = script_of(request, pk)
    case = get_object_or_404(queries.with_following(script.cases.all()), code=code)
    case.script = script
    form = None
    if request.method == "POST":
        form = forms.ResultForm(request.POST, request.FILES, auto_id="result_%s")
    if form is not None and record(request, form, case):
        if following := queries.next_in_round(script, after=case):
            return redirect("homologation:case", pk, following.code)
        return redirect(reverse("homologation:room", args=[pk]) + f"#caso-{code}")
    return _case(request, rollout, case, form)


@require_POST
def propose(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    rollout, script = script_of(request, pk)
    case = get_object_or_404(queries.with_following(script.cases.all()), code=code)
    form = forms.ReservationForm(request.POST, auto_id="reservation_%s")
    if attempt(request, form, reservations.propose, case, by=request.user):
        return redirect("homologation:case", pk, code)
    return _case(request, rollout, case, reservation=form)


@require_POST
def agree(request: SignedInRequest, pk: int, reservation_pk: int) -> HttpResponse:
    return _on_reservation(request, pk, reservation_pk, reservations.agree)


@require_POST
def withdraw(request: SignedInRequest, pk: int, reservation_pk: int) -> HttpResponse:
    return _on_reservation(request, pk, reservation_pk, reservations.withdraw)


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


@require_GET
def evidence(request: SignedInRequest, pk: int, evidence_pk: int) -> FileResponse:
    return attachment(_evidence_file(request, pk, evidence_pk))


@require_GET
def evidence_page(request: SignedInRequest, pk: int, evidence_pk: int, page: int) -> FileResponse:
    """The picture of one page, for whoever may have the file."""
    return picture(_evidence_file(request, pk, evidence_pk), page)


def record(request: SignedInRequest, form: forms.ResultForm, case: Case) -> bool:
    """Record what ``form`` holds; whether that was done. When somebody else's result is newer than the one that the form
    showed, the form comes back with that one shown, so that sending it again keeps both."""
    if attempt(request, form, actions.record_result, case, by=request.user):
        return True
    if form.refusal_status == 409 and (newest := case.results.last()):  # type: ignore[attr-defined]
        data = request.POST.copy()
        data["seen_result"] = str(newest.pk)
        form.data = data
    return False


def _result(request: SignedInRequest, pk: int, result_pk: int) -> tuple[Rollout, Result]:
    rollout, script = script_of(request, pk)
    result = get_object_or_404(Result, pk=result_pk, case__script=script)
    result.case = queries.with_following(script.cases.all()).get(pk=result.case_id)
    result.case.script = script
    return rollout, result


def _evidence_file(request: SignedInRequest, pk: int, evidence_pk: int) -> StoredFile:
    rollout = visible_rollout(request, pk)
    evidence = get_object_or_404(Evidence, pk=evidence_pk, result__case__script__rollout=rollout)
    if evidence.file is None:
        raise Http404
    return evidence.file


def _on_reservation(request: SignedInRequest, pk: int, reservation_pk: int, action) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    reservation = get_object_or_404(Reservation, pk=reservation_pk, rollout=rollout)
    action(reservation, by=request.user)
    return redirect("homologation:case", pk, reservation.case.code)


def _case(
    request: SignedInRequest, rollout: Rollout, case: Case, form=None, reservation=None, evidence=None
) -> HttpResponse:
    rounds = queries.rounds_of(case.script)
    round_ = queries.open_among(rounds)
    status = queries.status_of(case, rounds=rounds)
    allowed = permissions(request, rollout)
    newest = status.latest
    context: dict[str, Any] = {
        "rollout": rollout,
        "room": "homologation",
        "status": status,
        "results": page_of(request, status.results, parameter="results", from_end=True),
        "case": case,
        "round": round_,
        "in_round": round_ is not None and case.pk in round_.case_keys,  # type: ignore[attr-defined]
        "form": form or forms.ResultForm.after(newest, auto_id="result_%s"),
        "reservation_form": reservation or forms.ReservationForm(auto_id="reservation_%s"),
        "evidence_form": evidence or forms.EvidenceForm(auto_id="evidence_%s"),
        "may_attach": allowed["may_execute"]
        and newest is not None
        and newest.round == round_
        and (allowed["may_lead"] or newest.by_id == request.user.pk),
        "following": getattr(case, "following", ""),
        "to_run": len(queries.left_to_run(round_)),
        **allowed,
    }
    refused = evidence or reservation or form
    return render(request, "homologation/case.html", context, status=refusal_status(refused))

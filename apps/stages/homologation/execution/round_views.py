"""Open and close rounds; cases against rounds, each with its history, and the reports of whole rounds."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.untrusted.bodies import takes_files
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.parts import part_of
from apps.files.http import attachment
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout
from apps.stages.homologation import queries
from apps.stages.homologation.execution import forms, junit, round_reports, rounds
from apps.stages.homologation.http import permissions, script_of
from apps.stages.homologation.models import Case, Result, Round, RoundReport, Script


@dataclass(frozen=True)
class Cell:
    """What a round made of a case: the newest result in it; ``in_round`` when the round was to execute it."""

    in_round: bool
    result: Result | None


@require_POST
def add_case(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """Have the open round execute one case more."""
    _rollout, script = script_of(request, pk)
    case = get_object_or_404(Case, script=script, code=code)
    case.script = script
    round_ = rounds.add_case(case, by=request.user)
    messages.success(request, _("%(code)s faz parte da %(round)s.") % {"code": code, "round": str(round_).lower()})
    return redirect("homologation:case", pk, code)


@require_POST
def close_round(request: SignedInRequest, pk: int) -> HttpResponse:
    _rollout, script = script_of(request, pk)
    rounds.close_round(script, by=request.user)
    messages.success(request, _("Rodada encerrada."))
    return redirect(_script_section(pk))


@require_GET
def matrix(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, script = script_of(request, pk)
    return _matrix(request, rollout, script)


@require_GET
@part_of(lambda pk, code: reverse("homologation:case", args=[pk, code]))
def history(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """All results of a case with their evidence, in a dialog."""
    rollout, script = script_of(request, pk)
    case = get_object_or_404(Case, script=script, code=code)
    case.script = script
    status = queries.status_of(case)
    context = {"rollout": rollout, "status": status, **permissions(request, rollout)}
    return render(request, "homologation/history.html", context)


@takes_files
@require_POST
def add_report(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, script = script_of(request, pk)
    form = forms.ReportForm(request.POST, request.FILES, script=script)

    def act(round_: Round, **data) -> RoundReport:
        return round_reports.add(round_, by=request.user, **data)

    if attempt(request, form, act):
        return redirect("homologation:matrix", pk)
    return _matrix(request, rollout, script, form)


@require_POST
def decide_report(request: SignedInRequest, pk: int, report_pk: int) -> HttpResponse:
    """Record what a report that waits says, or leave it without results."""
    rollout, script = script_of(request, pk)
    report = get_object_or_404(RoundReport.objects.select_related("round"), pk=report_pk, round__script=script)
    report.round.script = script
    form = forms.ReportDecisionForm(request.POST)
    if attempt(request, form, junit.decide, report, by=request.user):
        return redirect(reverse("homologation:matrix", args=[pk]) + "#relatorios")
    return _matrix(request, rollout, script, decision=form)


@require_GET
def report_file(request: SignedInRequest, pk: int, report_pk: int) -> FileResponse:
    rollout = visible_rollout(request, pk)
    return attachment(get_object_or_404(RoundReport, pk=report_pk, round__script__rollout=rollout).file)


def _script_section(pk: int) -> str:
    return reverse("homologation:room", args=[pk]) + "#roteiro"


def _matrix(request: SignedInRequest, rollout: Rollout, script: Script, form=None, decision=None) -> HttpResponse:
    all_rounds = queries.rounds_of(script)
    reports = RoundReport.objects.select_related("file", "by", "decided_by")
    prefetch_related_objects(all_rounds, Prefetch("reports", reports))
    cases_of = {round_.pk: set(round_.case_keys) for round_ in all_rounds}  # type: ignore[attr-defined]
    groups = []
    statuses = queries.case_statuses(script, bare=True, rounds=all_rounds)
    prefetch_related_objects([result for status in statuses for result in status.results], "evidence")
    for process in queries.processes(script, statuses=statuses):
        rows = []
        for status in process.cases:
            newest = status.by_round
            cells = [Cell(status.case.pk in cases_of[round_.pk], newest.get(round_.pk)) for round_ in all_rounds]
            rows.append((status, cells))
        groups.append((process, rows))
    context = {
        "rollout": rollout,
        "room": "homologation",
        "rounds": all_rounds,
        "groups": groups,
        "form": form or forms.ReportForm(script=script),
        "decision_form": decision or forms.ReportDecisionForm(auto_id=False),
        **permissions(request, rollout),
    }
    return render(request, "homologation/matrix.html", context, status=refusal_status(form, decision))

"""The room: the script with its progress, the nonconformities, what the next round takes, and the script's conditions."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render

from apps.accounts.http import SignedInRequest
from apps.core.web.forms import refusal_status
from apps.core.web.pages import page_of
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.execution import rounds, scope
from apps.stages.homologation.execution.forms import KeepResultsForm, RoundForm
from apps.stages.homologation.http import permissions
from apps.stages.homologation.models import Report, Script
from apps.stages.homologation.nonconformities import queries as nonconformities
from apps.stages.homologation.script import catalogue
from apps.stages.homologation.script.forms import ConditionsForm, ScopeForm


def show_room(request: SignedInRequest, rollout: Rollout, script: Script, **failed) -> HttpResponse:
    """The room; ``failed`` are forms that were refused, by their name."""
    all_rounds = queries.rounds_of(script)
    round_ = queries.open_among(all_rounds)
    statuses = queries.case_statuses(script, bare=True, rounds=all_rounds)
    keys_to_run = queries.left_to_run(round_)
    listed = sorted((row for status in statuses for row in status.nonconformities), key=lambda row: row.number)
    page = page_of(request, listed, parameter="nonconformities")
    prefetch_related_objects(list(page), "opened_by")
    context: dict[str, Any] = {
        "rollout": rollout,
        "room": "homologation",
        "script": script,
        "processes": queries.processes(script, statuses=statuses),
        "rounds": all_rounds,
        "round": round_,
        "to_run": [status.case for status in statuses if status.case.pk in keys_to_run],
        "session": queries.open_session(script) if all_rounds else None,  # A session needs a round.
        "nonconformities": page,
        "aging": nonconformities.aging_of(listed),
        "judges_version": rounds.is_to_judge(script, rollout.connector_version),
        "keep_form": failed.get("keep") or KeepResultsForm(auto_id="keep_%s"),
        "newer": catalogue.newer(script),
        "report": Report.objects.filter(script=script).select_related("pdf").first(),
        **permissions(request, rollout),
    }
    cases = [status.case for status in statuses]
    if not script.frozen_at and context["may_lead"]:
        context["conditions_form"] = failed.get("conditions") or ConditionsForm(script=script, cases=cases)
    if script.frozen_at and rollout.stage in scope.STAGES_THAT_CHANGE_SCOPE:
        context["reductions"] = list(script.reductions.waiting().select_related("proposed_by"))
        if context["may_lead"]:
            context["scope_form"] = failed.get("scope") or ScopeForm(script=script, cases=cases, auto_id="scope_%s")
    if all_rounds and not round_ and context["may_lead"] and context["at_work"]:
        context["round_form"] = failed.get("round") or RoundForm(script=script, cases=cases, auto_id="round_%s")
    return render(request, "homologation/room.html", context, status=refusal_status(*failed.values()))

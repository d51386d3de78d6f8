"""The browser door to what a rollout changes of its script before the freeze."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.blueprints.editor import changes
from apps.blueprints.editor.drafts import fingerprint
from apps.blueprints.models import Blueprint
from apps.core.refusals import require
from apps.core.web.forms import attempt, refusal_status
from apps.rollouts.models import Rollout
from apps.stages.homologation.http import script_of
from apps.stages.homologation.models import Case, Script
from apps.stages.homologation.script import actions, catalogue, forms


@require_POST
def freeze(request: SignedInRequest, pk: int) -> HttpResponse:
    _rollout, script = script_of(request, pk)
    actions.freeze(script, by=request.user)
    messages.success(request, _("Roteiro congelado."))
    return redirect(_room(pk))


@require_http_methods(["GET", "POST"])
def version(request: SignedInRequest, pk: int) -> HttpResponse:
    """In which the version in force differs from the one that was copied, and the button that takes it."""
    rollout, script = _script_to_shape(request, pk)
    newer = catalogue.newer(script)
    if newer is None and request.method == "GET":
        return redirect(_room(pk))
    form = forms.TakeVersionForm(request.POST or None, initial={"version": newer and newer.version})
    if request.method == "POST" and attempt(request, form, actions.take_version, script, by=request.user):
        return redirect(_room(pk))
    copied = Blueprint.objects.filter(kind=Blueprint.Kind.SCRIPT, key="default", version=script.version).first()
    context = {
        "script": script,
        "newer": newer,
        "changes": changes.between(copied.content, newer.content) if copied and newer else [],
        "form": form,
    }
    return _render(request, rollout, "version.html", form, context)


@require_http_methods(["GET", "POST"])
def new_own_case(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, script = _script_to_shape(request, pk)
    form = forms.NewOwnCaseForm(
        request.POST or None, script=script, initial={"obligation": "mandatory"}, auto_id="case_%s"
    )
    if request.method == "POST" and attempt(request, form, actions.add_case, script, by=request.user):
        return redirect(_room(pk))
    return _render(request, rollout, "own_case.html", form, {"form": form})


@require_http_methods(["GET", "POST"])
def own_case(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    rollout, script = _script_to_shape(request, pk)
    case = get_object_or_404(Case, script=script, code=code, is_own=True)
    case.script = script
    row = actions.as_content(case)
    form = forms.OwnCaseForm(request.POST or None, case=row, auto_id="case_%s")
    posted_fingerprint = request.POST.get("seen", "")
    if request.method == "POST" and attempt(
        request, form, actions.change_case, case, by=request.user, fingerprint=posted_fingerprint
    ):
        return redirect("homologation:case", pk, code)
    current = fingerprint(row)
    was_overtaken = form.is_bound and posted_fingerprint != current
    context = {"form": form, "case": case, "seen": current, "theirs": row if was_overtaken else None}
    return _render(request, rollout, "own_case.html", form, context)


@require_POST
def remove_own_case(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    _rollout, script = _script_to_shape(request, pk)
    case = get_object_or_404(Case, script=script, code=code)
    case.script = script
    actions.remove_case(case, by=request.user)
    messages.success(request, _("%(code)s retirado deste projeto.") % {"code": code})
    return redirect(_room(pk))


def _script_to_shape(request: SignedInRequest, pk: int) -> tuple[Rollout, Script]:
    """The script for whoever may shape it. 404 once it is frozen, unless something is posted: the action then says why."""
    rollout, script = script_of(request, pk)
    require(request.user, "homologation.shape", script)
    if script.frozen_at and request.method == "GET":
        raise Http404
    return rollout, script


def _room(pk: int) -> str:
    return reverse("homologation:room", args=[pk]) + "#roteiro"


def _render(request: SignedInRequest, rollout: Rollout, template: str, form: Any, context: dict) -> HttpResponse:
    return render(
        request,
        f"homologation/{template}",
        {"rollout": rollout, "room": "homologation", **context},
        status=refusal_status(form),
    )

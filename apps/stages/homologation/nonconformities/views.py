"""What failed: the list of it, and a page for each."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.web.forms import attempt
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.execution import actions, forms
from apps.stages.homologation.execution.views import may, script_of
from apps.stages.homologation.models import Nonconformity
from apps.stages.homologation.nonconformities import actions as nonconformities


@require_GET
def listing(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, _script = script_of(request, pk)
    form = forms.FilterForm(request.GET)
    found = nonconformities.listed(rollout, **(form.cleaned_data if form.is_valid() else {}))
    context = {
        "rollout": rollout,
        "room": "homologation",
        "form": form,
        "rows": [(each, nonconformities.days_open(each)) for each in found],
        "any": rollout.nonconformities.exists(),
        "aging": nonconformities.aging(rollout),
    }
    return render(request, "homologation/nonconformities.html", context)


@require_GET
def detail(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    rollout, found = _found(request, pk, number)
    return _page(request, rollout, found)


@require_POST
def fix(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    return _act(request, pk, number, "fix", forms.FixForm, actions.mark_fixed)


@require_POST
def reopen(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    return _act(request, pk, number, "reopen", forms.ReopenForm, actions.reopen)


@require_POST
def comment(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    return _act(request, pk, number, "comment", forms.CommentForm, nonconformities.comment)


@require_POST
def change(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    return _act(request, pk, number, "change", forms.ChangeForm, nonconformities.change)


@require_POST
def verify(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    _rollout, found = _found(request, pk, number)
    actions.verify_fix(found, by=request.user)
    messages.success(request, _("Correção verificada."))
    return redirect("homologation:nonconformity", pk, number)


def _found(request: SignedInRequest, pk: int, number: int) -> tuple[Rollout, Nonconformity]:
    rollout, script = script_of(request, pk)
    every = Nonconformity.objects.select_related("case", "opened_by")
    found = get_object_or_404(every, rollout=rollout, number=number)
    found.rollout, found.case.script = rollout, script
    return rollout, found


def _act(request: SignedInRequest, pk: int, number: int, name: str, form_class, action) -> HttpResponse:
    rollout, found = _found(request, pk, number)
    form = form_class(request.POST, auto_id=f"{name}_%s")
    if attempt(request, form, action, found, by=request.user):
        return redirect("homologation:nonconformity", pk, number)
    return _page(request, rollout, found, **{name: form})


def _page(request: SignedInRequest, rollout: Rollout, found: Nonconformity, **failed) -> HttpResponse:
    user = request.user
    fixes = list(found.fixes.select_related("by"))
    known = {"severity": found.severity, "owner": found.owner, "due": found.due}
    context = {
        "rollout": rollout,
        "room": "homologation",
        "nc": found,
        "status": queries.status_of(found.case),
        "days": nonconformities.days_open(found),
        "fixes": fixes,
        "fixed_by_reader": bool(fixes) and fixes[-1].by_id == user.pk,
        "comments": found.comments.select_related("author"),
        "events": rollout.events.filter(kind__startswith="homologation.", data__label=found.label).select_related(
            "actor"
        ),
        "fix_form": failed.get("fix") or forms.FixForm(auto_id="fix_%s"),
        "reopen_form": failed.get("reopen") or forms.ReopenForm(auto_id="reopen_%s"),
        "comment_form": failed.get("comment") or forms.CommentForm(auto_id="comment_%s"),
        "change_form": failed.get("change") or forms.ChangeForm(auto_id="change_%s", initial=known),
        "may_fix": rollout.is_open and found.state == "open" and user.has_perm("homologation.fix", found),
        "may_discuss": rollout.is_open and user.has_perm("homologation.discuss", found),
        "may_check": rollout.is_open and found.state == "fixed" and user.has_perm("homologation.verify", found),
        **may(request, rollout),
    }
    status = next((form.refusal_status for form in failed.values()), 200)
    return render(request, "homologation/nonconformity.html", context, status=status)

"""What failed: the list of it, and a page for each."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.refusals import require
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.stages.homologation import queries
from apps.stages.homologation.http import permissions, script_of
from apps.stages.homologation.models import Nonconformity
from apps.stages.homologation.nonconformities import actions, forms, judgement
from apps.stages.homologation.nonconformities.queries import aging, days_open, listed


@require_GET
def listing(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout, _script = script_of(request, pk)
    form = forms.FilterForm(request.GET)
    page = page_of(request, listed(rollout, **(form.cleaned_data if form.is_valid() else {})))
    context = {
        "rollout": rollout,
        "room": "homologation",
        "form": form,
        "page": page,
        "rows": [(nonconformity, days_open(nonconformity)) for nonconformity in page],
        "any": bool(page) or rollout.nonconformities.exists(),
        "aging": aging(rollout),
    }
    return render(request, "homologation/nonconformities.html", context)


@require_GET
def detail(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    return _page(request, *_nonconformity(request, pk, number))


@require_POST
def fix(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    return _act(request, pk, number, "fix", forms.FixForm, actions.mark_fixed)


@require_POST
def reopen(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    return _act(request, pk, number, "reopen", forms.ReopenForm, actions.reopen)


@require_POST
def comment(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    return _act(request, pk, number, "comment", forms.CommentForm, actions.comment)


@require_POST
def change(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    return _act(request, pk, number, "change", forms.ChangeForm, actions.change)


@require_POST
def decline(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    return _act(request, pk, number, "decline", forms.DeclineForm, judgement.decline)


@require_POST
def merge(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    nonconformity, status = _nonconformity(request, pk, number)
    require(request.user, "homologation.lead", nonconformity)
    form = forms.MergeForm(request.POST, nonconformity=nonconformity, auto_id="merge_%s")
    if attempt(request, form, judgement.merge, nonconformity, by=request.user):
        return redirect("homologation:nonconformity", pk, number)
    return _page(request, nonconformity, status, merge=form)


@require_POST
def contest(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    return _act(request, pk, number, "contest", forms.ContestForm, judgement.contest)


@require_POST
def verify(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    nonconformity, _status = _nonconformity(request, pk, number)
    actions.verify_fix(nonconformity, by=request.user)
    messages.success(request, _("Correção verificada."))
    return redirect("homologation:nonconformity", pk, number)


def _nonconformity(request: SignedInRequest, pk: int, number: int) -> tuple[Nonconformity, queries.CaseStatus]:
    """The nonconformity and how its case stands, if the person may see the rollout; 404 otherwise."""
    _rollout, script = script_of(request, pk)
    nonconformity_with_status = queries.nonconformity_of(script, number)
    if nonconformity_with_status is None:
        raise Http404
    return nonconformity_with_status


def _act(request: SignedInRequest, pk: int, number: int, name: str, form_class, action) -> HttpResponse:
    nonconformity, status = _nonconformity(request, pk, number)
    form = form_class(request.POST, auto_id=f"{name}_%s")
    if attempt(request, form, action, nonconformity, by=request.user):
        return redirect("homologation:nonconformity", pk, number)
    return _page(request, nonconformity, status, **{name: form})


def _page(request: SignedInRequest, nonconformity: Nonconformity, status: queries.CaseStatus, **failed) -> HttpResponse:
    user, rollout = request.user, nonconformity.rollout
    fixes = list(nonconformity.fixes.select_related("by"))
    settled = {"severity": nonconformity.severity, "owner": nonconformity.owner, "due": nonconformity.due}
    is_open, is_fixed = nonconformity.state == "open", nonconformity.state == "fixed"
    allowed = permissions(request, rollout)
    may_judge = allowed["may_lead"] and nonconformity.is_open
    events = rollout.events.filter(kind__startswith="homologation.", data__label=nonconformity.label)
    context = {
        "rollout": rollout,
        "room": "homologation",
        "nc": nonconformity,
        "status": status,
        "days": days_open(nonconformity),
        "fixes": fixes,
        "fixed_by_reader": bool(fixes) and fixes[-1].by_id == user.pk,
        "comments": page_of(
            request, nonconformity.comments.select_related("author"), parameter="comments", from_end=True
        ),
        "events": page_of(request, events.select_related("actor"), parameter="events", from_end=True),
        "fix_form": failed.get("fix") or forms.FixForm(auto_id="fix_%s"),
        "reopen_form": failed.get("reopen") or forms.ReopenForm(auto_id="reopen_%s"),
        "comment_form": failed.get("comment") or forms.CommentForm(auto_id="comment_%s"),
        "change_form": failed.get("change") or forms.ChangeForm(auto_id="change_%s", initial=settled),
        "may_fix": rollout.is_open and is_open and user.has_perm("homologation.fix", nonconformity),
        "may_discuss": rollout.is_open and user.has_perm("homologation.discuss", nonconformity),
        "passed_since_fix": status.passed_since(nonconformity.since),
        "decline_form": failed.get("decline") or forms.DeclineForm(auto_id="decline_%s"),
        "merge_form": failed.get("merge") or forms.MergeForm(nonconformity=nonconformity, auto_id="merge_%s")
        if may_judge
        else None,
        "contest_form": failed.get("contest") or forms.ContestForm(auto_id="contest_%s"),
        "may_judge": may_judge,
        "may_contest": rollout.is_open
        and nonconformity.state in ("declined", "duplicate")
        and user.has_perm("homologation.contest", nonconformity),
        "may_check": rollout.is_open and is_fixed and user.has_perm("homologation.verify", nonconformity),
        **allowed,
    }
    return render(request, "homologation/nonconformity.html", context, status=refusal_status(*failed.values()))

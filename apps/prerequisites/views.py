from datetime import datetime
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.forms import attempt
from apps.core.refusals import require
from apps.files.http import attachment, picture
from apps.files.models import StoredFile
from apps.prerequisites import actions, attachments, forms
from apps.prerequisites import purge as purging
from apps.prerequisites.models import Prerequisite, SubmissionFile
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    return _room(request, visible_rollout(request, pk))


@require_POST
@sensitive_post_parameters()
@sensitive_variables()
def submit(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    rollout, item = _item(request, pk, item_pk)
    form = forms.SubmitForm(request.POST, request.FILES, prerequisite=item)
    if attempt(request, form, actions.submit, item, by=request.user):
        return redirect(_anchor(rollout, item))
    return _room(request, rollout, item, submit_form=form)


@require_POST
def accept(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    rollout, item = _item(request, pk, item_pk)
    actions.accept(item, by=request.user)
    return redirect(_anchor(rollout, item))


@require_POST
def reject(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    return _with_reason(request, pk, item_pk, actions.reject)


@require_POST
def reopen(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    return _with_reason(request, pk, item_pk, actions.reopen)


@never_cache
@require_http_methods(["GET", "POST"])
def reveal(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    """Read a credential once, after a fresh sign-in and with a reason; the page hides it again after a minute."""
    rollout, item = _item(request, pk, item_pk)
    require(request.user, "prerequisites.reveal", item)
    return _reveal(request, rollout, item)


@reauthentication_required
@sensitive_variables()
def _reveal(request: SignedInRequest, rollout: Rollout, item: Prerequisite) -> HttpResponse:
    form = forms.RevealForm(request.POST or None)
    shown: list[actions.Revealed] = []
    if request.method == "POST":
        attempt(request, form, lambda **data: shown.extend(actions.reveal(item, by=request.user, **data)))
    context = {"rollout": rollout, "room": "prerequisites", "item": item, "form": form, "shown": shown}
    status = 200 if shown else getattr(form, "refusal_status", 200)
    return render(request, "prerequisites/reveal.html", context, status=status)


@require_POST
def purge(request: SignedInRequest, pk: int) -> HttpResponse:
    """Destroy the secrets of a closed rollout before their time."""
    rollout = visible_rollout(request, pk)
    purging.purge(rollout, by=request.user)
    messages.success(request, _("Credenciais expurgadas. O certificado fica no histórico."))
    return redirect("prerequisites:certificate", rollout.pk)


@require_GET
def certificate(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the timeline certifies of the purge, on a page to print."""
    rollout = visible_rollout(request, pk)
    found = purging.certificates(rollout)
    if not found:
        raise Http404
    rows = [{"event": event, "closed_at": datetime.fromisoformat(event.data["closed_at"])} for event in found]
    return render(
        request, "prerequisites/certificate.html", {"rollout": rollout, "room": "prerequisites", "certificates": rows}
    )


@require_GET
def download(request: SignedInRequest, pk: int, submission_pk: int, file_pk: UUID) -> FileResponse:
    return attachment(_file(request, pk, submission_pk, file_pk))


@require_GET
def preview(request: SignedInRequest, pk: int, submission_pk: int, file_pk: UUID, page: int) -> FileResponse:
    """The picture of one page, for whoever may have the file."""
    return picture(_file(request, pk, submission_pk, file_pk), page)


def _file(request: SignedInRequest, pk: int, submission_pk: int, file_pk: UUID) -> StoredFile:
    rollout = visible_rollout(request, pk)
    of_rollout = SubmissionFile.objects.filter(submission__prerequisite__rollout=rollout).select_related("file")
    return get_object_or_404(of_rollout, submission=submission_pk, file=file_pk).file


def _with_reason(request: SignedInRequest, pk: int, item_pk: int, action) -> HttpResponse:
    rollout, item = _item(request, pk, item_pk)
    form = forms.ReasonForm(request.POST, prerequisite=item)
    if attempt(request, form, action, item, by=request.user):
        return redirect(_anchor(rollout, item))
    return _room(request, rollout, item, reason_form=form)


def _item(request: SignedInRequest, pk: int, item_pk: int) -> tuple[Rollout, Prerequisite]:
    rollout = visible_rollout(request, pk)
    return rollout, get_object_or_404(Prerequisite, pk=item_pk, rollout=rollout)


def _anchor(rollout: Rollout, item: Prerequisite) -> str:
    return reverse("prerequisites:room", args=[rollout.pk]) + f"#item-{item.pk}"


def _room(
    request: SignedInRequest, rollout: Rollout, failed: Prerequisite | None = None, **failed_forms
) -> HttpResponse:
    items = list(
        rollout.prerequisites.prefetch_related(
            "submissions__submitted_by",
            "submissions__decided_by",
            "submissions__secrets",
            "submissions__attached__file__previews",
            "submissions__probes",
            "submissions__environment_checks",
        )
    )
    attachments.note_twins(items)
    rows = []
    for item in items:
        item.rollout = rollout
        for submission in item.submissions.all():
            submission.prerequisite = item
        mine = failed_forms if failed and failed.pk == item.pk else {}
        may_submit = rollout.is_open and item.is_due and request.user.has_perm("prerequisites.submit", item)
        rows.append(
            {
                "item": item,
                "submit_form": mine.get("submit_form") or (forms.SubmitForm(prerequisite=item) if may_submit else None),
                "reason_form": mine.get("reason_form") or forms.ReasonForm(prerequisite=item),
                "may_reveal": rollout.is_open
                and item.kind == Prerequisite.Kind.CREDENTIAL
                and item.last is not None
                and request.user.has_perm("prerequisites.reveal", item),
                "open": bool(mine) or may_submit,
                "failed": bool(mine),
            }
        )
    holds_secrets = rollout.closed_at is not None and purging.holds_secrets(rollout)
    context = {
        "rollout": rollout,
        "room": "prerequisites",
        "rows": rows,
        "certificates": purging.certificates(rollout),
        "purge_on": rollout.closed_at + purging.after() if rollout.closed_at and holds_secrets else None,
        "may_purge": holds_secrets and request.user.has_perm("prerequisites.purge", rollout),
        "may_review": rollout.is_open and request.user.has_perm("prerequisites.review", rollout),
    }
    status = next((form.refusal_status for form in failed_forms.values()), 200)
    return render(request, "prerequisites/room.html", context, status=status)

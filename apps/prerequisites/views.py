from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.accounts.proof import fresh
from apps.core import clock
from apps.core.process import Gate
from apps.core.refusals import Refusal, require
from apps.core.untrusted.bodies import takes_files
from apps.core.web.forms import attempt, refusal_status
from apps.files.http import attachment, picture
from apps.files.models import StoredFile
from apps.prerequisites import actions, attachments, forms, kinds, own_items
from apps.prerequisites.credentials import certificate as certificates
from apps.prerequisites.credentials import purge as purging
from apps.prerequisites.models import Prerequisite, Submission, SubmissionFile
from apps.rollouts import actions as rollouts
from apps.rollouts import gates, planning
from apps.rollouts.models import Rollout, Waiver
from apps.rollouts.views import visible_rollout
from apps.seals.certificates import can_seal


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    return _room(request, visible_rollout(request, pk))


@takes_files
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
    """Read a credential once, after fresh proof and with a reason; the page hides it again after a minute."""
    rollout, item = _item(request, pk, item_pk)
    require(request.user, "prerequisites.reveal", item)
    fresh.require(request, keep=["reason"])
    return _reveal(request, rollout, item)


@sensitive_variables()
def _reveal(request: SignedInRequest, rollout: Rollout, item: Prerequisite) -> HttpResponse:
    form = forms.RevealForm(request.POST or None, initial=fresh.typed(request))
    revealed_fields: list[actions.Revealed] = []
    if request.method == "POST":
        attempt(request, form, lambda **data: revealed_fields.extend(actions.reveal(item, by=request.user, **data)))
    context = {
        "rollout": rollout,
        "room": "prerequisites",
        "item": item,
        "form": form,
        "revealed_fields": revealed_fields,
    }
    status = 200 if revealed_fields else refusal_status(form)
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
    """What the timeline certifies of the purges."""
    rollout = visible_rollout(request, pk)
    rows = [certificates.of_event(event) for event in purging.certificates(rollout)]
    if not rows:
        raise Http404
    return render(
        request, "prerequisites/certificate.html", {"rollout": rollout, "room": "prerequisites", "certificates": rows}
    )


@require_GET
def certificate_file(request: SignedInRequest, pk: int, sequence: int) -> FileResponse:
    """The certificate of one purge as a sealed PDF, for whoever sees the rollout."""
    rollout = visible_rollout(request, pk)
    event = get_object_or_404(purging.certificates(rollout), sequence=sequence)
    pdf = certificates.of_event(event).names.pdf
    if pdf is None:
        if can_seal():
            message = _("O PDF ainda está sendo gerado. O certificado vale na página; baixe o PDF em instantes.")
        else:
            message = _(
                "O selo da Presence não está disponível no momento. O certificado vale na página; baixe o PDF mais tarde."
            )
        raise Refusal(message, status=503)
    return attachment(pdf)


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


def add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask something that the platform's list does not have."""
    rollout = visible_rollout(request, pk)
    require(request.user, "prerequisites.manage", rollout)
    form = forms.OwnItemForm(request.POST or None, rollout=rollout)
    if request.method == "POST":
        new_items: list[Prerequisite] = []
        if attempt(request, form, lambda **data: new_items.append(own_items.add(rollout, by=request.user, **data))):
            return redirect(_anchor(rollout, new_items[0]))
    return _own_item_page(request, rollout, form)


def edit(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    rollout, item = _item(request, pk, item_pk)
    require(request.user, "prerequisites.manage", item)
    form = forms.OwnItemForm(request.POST or None, rollout=rollout, item=item)
    if request.method == "POST" and attempt(request, form, own_items.edit, item, by=request.user):
        return redirect(_anchor(rollout, item))
    return _own_item_page(request, rollout, form, item)


def _own_item_page(
    request: SignedInRequest, rollout: Rollout, form: forms.OwnItemForm, item: Prerequisite | None = None
) -> HttpResponse:
    context = {"rollout": rollout, "room": "prerequisites", "form": form, "item": item}
    return render(request, "prerequisites/own_item.html", context, status=refusal_status(form))


@require_POST
def withdraw(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    return _about_item(request, pk, item_pk, "withdraw_form", forms.WhyForm(request.POST), own_items.withdraw)


@require_POST
def due(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    return _about_item(request, pk, item_pk, "due_form", forms.DueForm(request.POST), own_items.set_due)


@require_POST
def waive(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    def act(item: Prerequisite, *, by, reason: str) -> None:
        rollouts.waive(item.rollout, Gate(item.gate), item.requirement_key, by=by, reason=reason)

    return _about_item(request, pk, item_pk, "waive_form", forms.WhyForm(request.POST), act)


@require_POST
def unwaive(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    rollout, item = _item(request, pk, item_pk)
    require(request.user, "rollouts.waive", rollout)
    waiver = get_object_or_404(Waiver, rollout=rollout, gate=item.gate, requirement=item.requirement_key)
    rollouts.withdraw_waiver(waiver, by=request.user)
    return redirect(_anchor(rollout, item))


@require_GET
def compare(request: SignedInRequest, pk: int, item_pk: int) -> HttpResponse:
    """Two deliveries side by side: ``?before=`` and ``?after=`` by number; without them the last two."""
    rollout = visible_rollout(request, pk)
    submissions = list(
        Submission.objects.filter(prerequisite=item_pk, prerequisite__rollout=rollout)
        .as_shown()
        .select_related("prerequisite")
        .prefetch_related("secrets")
    )
    if len(submissions) < 2:
        raise Http404
    item = submissions[0].prerequisite
    item.rollout = rollout
    by_number = {str(submission.number): submission for submission in submissions}
    before = by_number.get(request.GET.get("before", ""), submissions[-2])
    after = by_number.get(request.GET.get("after", ""), submissions[-1])
    for submission in (before, after):
        submission.prerequisite = item
    context = {
        "rollout": rollout,
        "room": "prerequisites",
        "item": item,
        "submissions": submissions,
        "before": before,
        "after": after,
        "pair": [before, after],
        "rows": kinds.of(item).compare(before, after),
    }
    return render(request, "prerequisites/compare.html", context)


def _about_item(request: SignedInRequest, pk: int, item_pk: int, name: str, form, action) -> HttpResponse:
    """One action with a small form in a dialog of the item; a refusal shows the room with that dialog open."""
    rollout, item = _item(request, pk, item_pk)
    form.auto_id = f"{name}{item.pk}_%s"
    if attempt(request, form, action, item, by=request.user):
        return redirect(_anchor(rollout, item))
    return _room(request, rollout, item, **{name: form})


def _with_reason(request: SignedInRequest, pk: int, item_pk: int, action) -> HttpResponse:
    rollout, item = _item(request, pk, item_pk)
    form = forms.ReasonForm(request.POST, prerequisite=item)
    if attempt(request, form, action, item, by=request.user):
        return redirect(_anchor(rollout, item))
    return _room(request, rollout, item, reason_form=form)


def _item(request: SignedInRequest, pk: int, item_pk: int) -> tuple[Rollout, Prerequisite]:
    rollout = visible_rollout(request, pk)
    items = rollout.prerequisites.prefetch_related(attachments.OF_SUBMISSIONS)
    return rollout, get_object_or_404(items, pk=item_pk)


def _anchor(rollout: Rollout, item: Prerequisite) -> str:
    return reverse("prerequisites:room", args=[rollout.pk]) + f"#item-{item.pk}"


def _room(
    request: SignedInRequest, rollout: Rollout, failed: Prerequisite | None = None, **failed_forms
) -> HttpResponse:
    submissions = Prefetch("submissions", Submission.objects.as_shown())
    items = list(rollout.prerequisites.prefetch_related(submissions))
    attachments.note_duplicates(items)
    rows, withdrawn = [], [item for item in items if item.state == Prerequisite.State.WITHDRAWN]
    starts = planning.starts(rollout)
    waivers = {(waiver.gate, waiver.requirement): waiver for waiver in rollout.waivers.select_related("waived_by")}
    may_manage = rollout.is_open and request.user.has_perm("prerequisites.manage", rollout)
    may_waive = rollout.is_open and request.user.has_perm("rollouts.waive", rollout)
    for item in items:
        if item in withdrawn:
            continue
        item.rollout = rollout
        for submission in item.submissions.all():
            submission.prerequisite = item
        failed_forms_of_item = failed_forms if failed and failed.pk == item.pk else {}
        may_submit = rollout.is_open and item.is_due and request.user.has_perm("prerequisites.submit", item)
        rows.append(
            {
                "item": item,
                "submit_form": failed_forms_of_item.get("submit_form")
                or (forms.SubmitForm(prerequisite=item) if may_submit else None),
                "reason_form": failed_forms_of_item.get("reason_form") or forms.ReasonForm(prerequisite=item),
                "may_reveal": rollout.is_open
                and kinds.of(item).holds_secrets
                and item.last is not None
                and request.user.has_perm("prerequisites.reveal", item),
                "open": bool(failed_forms_of_item) or may_submit,
                "failed": "reason_form" in failed_forms_of_item,
                "due": (due := item.due_by(starts)),
                "is_late": due is not None and due < clock.today(),
                "waiver": (waiver := waivers.get((item.gate, item.requirement_key))),
                "may_unwaive": may_waive and waiver is not None and gates.is_ahead(rollout, item.gate),
                "dialogs": _dialogs(
                    item, failed_forms_of_item, may_manage=may_manage, may_waive=may_waive and waiver is None
                ),
                "may_edit": may_manage and item.is_own and not item.submissions.all(),
            }
        )
    holds_secrets = rollout.closed_at is not None and any(
        submission.fields_in_vault for item in items for submission in item.submissions.all()
    )
    context = {
        "rollout": rollout,
        "room": "prerequisites",
        "rows": rows,
        "certificates": purging.certificates(rollout) if rollout.closed_at and not holds_secrets else [],
        "purge_on": rollout.closed_at + purging.after() if rollout.closed_at and holds_secrets else None,
        "may_purge": holds_secrets and request.user.has_perm("prerequisites.purge", rollout),
        "withdrawn": withdrawn,
        "may_manage": may_manage,
        "may_review": rollout.is_open and request.user.has_perm("prerequisites.review", rollout),
    }
    status = refusal_status(*failed_forms.values())
    return render(request, "prerequisites/room.html", context, status=status)


def _dialogs(item: Prerequisite, failed_forms: dict, *, may_manage: bool, may_waive: bool) -> list[dict]:
    """What the project manager or the manager may do about an open item, each with its form."""
    verbs = [
        ("due", _("Mudar prazo"), forms.DueForm, may_manage and item.is_open),
        ("waive", _("Dispensar"), forms.WhyForm, may_waive and item.waivable and item.is_open),
        ("withdraw", _("Retirar item"), forms.WhyForm, may_manage and item.is_own and item.is_open),
    ]
    return [
        {
            "id": f"{verb}-{item.pk}",
            "title": title,
            "url": reverse(f"prerequisites:{verb}", args=[item.rollout.pk, item.pk]),
            "form": failed_forms.get(f"{verb}_form")
            or make(auto_id=f"{verb}_form{item.pk}_%s", initial={"due": item.due_set}),
            "failed": f"{verb}_form" in failed_forms,
        }
        for verb, title, make, may in verbs
        if may
    ]

"""Everything that waits for a decision of Presence, one after another, decided by keyboard or mouse."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.numbers import whole_number
from apps.core.refusals import Refusal, require
from apps.core.web import form_keys
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import ROWS_OF_A_PAGE, page_of
from apps.prerequisites import actions, forms, kinds
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts import timeline
from apps.rollouts.models import Party, Rollout


@dataclass(frozen=True)
class Scope:
    """Whose deliveries are shown: one rollout's, one's own rollouts', or everybody's."""

    project: Rollout | None
    all_rollouts: bool

    @property
    def query(self) -> str:
        parameters = QueryDict(mutable=True)
        if self.project:
            parameters["rollout"] = str(self.project.pk)
        elif self.all_rollouts:
            parameters["scope"] = "all"
        return parameters.urlencode()


@require_GET
def review(request: SignedInRequest) -> HttpResponse:
    require(request.user, "prerequisites.review")
    return _page(request)


@require_POST
def accept(request: SignedInRequest) -> HttpResponse:
    """Accept every delivery named: what cannot be accepted is said, and the others are. Where something must be confirmed
    first, none is accepted before it is."""
    require(request.user, "prerequisites.review")
    scope = _scope(request)
    keys = [key for text in request.POST.getlist("delivery") if (key := whole_number(text))]
    visible = Rollout.objects.visible_to(request.user)
    named = Submission.objects.filter(pk__in=keys, prerequisite__rollout__in=visible)
    submissions = list(named.select_related("prerequisite__rollout").order_by("submitted_at", "pk"))
    accepted, refused = 0, []
    with timeline.changing_several({submission.prerequisite.rollout_id for submission in submissions}):
        for submission in submissions:
            try:
                actions.accept(submission.prerequisite, by=request.user, number=submission.number)
            except Refusal as refusal:
                refused.append(f"{submission.prerequisite}: {refusal.message}")
            else:
                accepted += 1
    if not accepted:
        form_keys.not_done(request)
    for text in refused:
        messages.error(request, text)
    if accepted:
        messages.success(
            request, ngettext("%(n)s entrega aceita.", "%(n)s entregas aceitas.", accepted) % {"n": accepted}
        )
    elif not keys:
        messages.warning(request, _("Escolha ao menos uma entrega."))
    return redirect(_after(request, scope))


@require_POST
def send_back(request: SignedInRequest, submission_pk: int) -> HttpResponse:
    require(request.user, "prerequisites.review")
    scope = _scope(request)
    visible = Rollout.objects.visible_to(request.user)
    submission = get_object_or_404(
        Submission.objects.select_related("prerequisite__rollout"),
        pk=submission_pk, prerequisite__rollout__in=visible,
    )  # fmt: skip
    item = submission.prerequisite
    form = forms.ReasonForm(request.POST, prerequisite=item)
    form.success_message = _("Devolvido: %(item)s.") % {"item": item.title}  # type: ignore[attr-defined]
    if attempt(request, form, actions.reject, item, by=request.user, number=submission.number):
        return redirect(_after(request, scope))
    if form.refusal_status == 409:  # type: ignore[attr-defined]
        messages.error(request, " ".join(str(error) for error in form.non_field_errors()))
        return redirect(_after(request, scope))
    return _page(request, current_pk=submission.pk, form=form)


def _page(
    request: SignedInRequest, current_pk: int | None = None, form: forms.ReasonForm | None = None
) -> HttpResponse:
    scope = _scope(request)
    asked_pk = current_pk or whole_number(request.GET.get("delivery"))
    last_read = Submission.objects.filter(pk=asked_pk or whole_number(request.GET.get("after"))).first()
    page = _page_around(request, _waiting(request, scope), last_read)
    waiting = list(page)
    current = next((submission for submission in waiting if submission.pk == asked_pk), None)
    if current is None and waiting:
        # What was being read and still waits stays open: others were accepted beside it.
        following = [submission for submission in waiting if last_read and _order(submission) >= _order(last_read)]
        current = (following or waiting)[0]
    if asked_pk and current and current.pk != asked_pk and (decision := _decided(request, asked_pk)):
        messages.info(request, decision)
    context = {
        "scope": scope,
        "page": page,
        "waiting": waiting,
        "current": current,
        "place": page.start_index() + waiting.index(current) if current else 0,
        "detail": _detail(current, form) if current else None,
    }
    return render(request, "prerequisites/review.html", context, status=refusal_status(form))


def _page_around(request: SignedInRequest, waiting: QuerySet[Submission], last_read: Submission | None) -> Page:
    """The page that was asked for, else the one on which ``last_read`` stands or stood; the first where nothing follows."""
    if "page" in request.GET or last_read is None:
        return page_of(request, waiting, ROWS_OF_A_PAGE)
    at, pk = _order(last_read)
    before = waiting.filter(Q(submitted_at__lt=at) | Q(submitted_at=at, pk__lt=pk)).count()
    paginator = Paginator(waiting, ROWS_OF_A_PAGE)
    return paginator.page(before // ROWS_OF_A_PAGE + 1 if before < paginator.count else 1)


def _detail(current: Submission, form: forms.ReasonForm | None) -> dict:
    """The delivery being read, with what was delivered before it."""
    item = current.prerequisite
    last_two = (
        item.submissions.filter(number__lte=current.number)
        .as_shown()
        .prefetch_related("secrets")
        .order_by("-number")[:2]
    )
    for delivery in (deliveries := list(last_two)):
        delivery.prerequisite = item
    submission, before = deliveries[0], deliveries[1] if len(deliveries) > 1 else None
    return {
        "submission": submission,
        "item": item,
        "rollout": item.rollout,
        "before": before,
        "rows": kinds.of(item).compare(before, submission) if before else [],
        "form": form or forms.ReasonForm(prerequisite=item),
    }


def _waiting(request: SignedInRequest, scope: Scope) -> QuerySet[Submission]:
    """The deliveries in review, the longest waiting first."""
    rollouts = Rollout.objects.visible_to(request.user).open()
    if scope.project:
        rollouts = rollouts.filter(pk=scope.project.pk)
    elif not scope.all_rollouts:
        rollouts = rollouts.worked_on_by(request.user)
    return (
        Submission.objects.filter(
            decision="", prerequisite__state=Prerequisite.State.SUBMITTED, prerequisite__rollout__in=rollouts
        )
        .select_related("prerequisite__rollout__platform")
        .prefetch_related(Prefetch("prerequisite__rollout__parties", Party.objects.select_related("company")))
        .order_by("submitted_at", "pk")
    )


def _scope(request: SignedInRequest) -> Scope:
    """Without rollouts of one's own it is everybody's."""
    visible = Rollout.objects.visible_to(request.user)
    if rollout_pk := request.GET.get("rollout"):
        return Scope(get_object_or_404(visible.for_listing(), pk=whole_number(rollout_pk)), False)
    has_own_rollouts = visible.open().worked_on_by(request.user).exists()
    return Scope(None, request.GET.get("scope") == "all" or not has_own_rollouts)


def _after(request: SignedInRequest, scope: Scope) -> str:
    """The page again, at what follows the delivery that was just read."""
    parameters = QueryDict(scope.query, mutable=True)
    if last_read := whole_number(request.POST.get("current")):
        parameters["after"] = str(last_read)
    return f"{reverse('prerequisites:review')}?{parameters.urlencode()}"


def _decided(request: SignedInRequest, pk: int) -> str:
    """What somebody else decided of a delivery that is no longer in the list."""
    submissions = Submission.objects.filter(
        pk=pk, prerequisite__rollout__in=Rollout.objects.visible_to(request.user)
    ).exclude(decision="")  # fmt: skip
    submission = submissions.select_related("prerequisite", "decided_by").first()
    return actions.already_decided(submission) if submission else ""


def _order(submission: Submission) -> tuple:
    return submission.submitted_at, submission.pk

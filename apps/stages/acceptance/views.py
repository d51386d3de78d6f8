from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.refusals import require
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.parts import part_of
from apps.files.http import attachment
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout
from apps.seals import certificates
from apps.stages.acceptance import actions, choosing, forms, queries
from apps.stages.acceptance.models import AcceptanceTerm, Signatory
from apps.stages.acceptance.sealing import rendering
from apps.stages.acceptance.signing import standing_in
from apps.stages.acceptance.wording import clauses as wording
from apps.stages.acceptance.wording import record


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    return _room(request, visible_rollout(request, pk))


@require_GET
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the term would say if it were drafted now."""
    rollout = visible_rollout(request, pk)
    require(request.user, "acceptance.draft", rollout)
    context = {"rollout": rollout, "room": "acceptance", "body": rendering.body({}, record.build(rollout))}
    return render(request, "acceptance/preview.html", context)


@require_POST
def draft(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    form = forms.DraftForm(request.POST, rollout=rollout, by=request.user, term=queries.term_in_force(rollout))
    if choosing.attempt_choosing(request, form, actions.draft_with_people, rollout, by=request.user):
        return redirect("acceptance:room", pk)
    return _room(request, rollout, form)


@require_POST
def queue_again(request: SignedInRequest, pk: int, version: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    actions.queue_again(get_object_or_404(AcceptanceTerm, rollout=rollout, version=version), by=request.user)
    messages.success(request, _("O PDF foi pedido de novo."))
    return redirect("acceptance:room", pk)


@require_GET
@part_of(lambda pk, version: reverse("acceptance:room", args=[pk]))
def being_made(request: SignedInRequest, pk: int, version: int) -> HttpResponse:
    """Whether a document of the term is still being made, for the room, which asks every few seconds."""
    rollout = visible_rollout(request, pk, framed=False)
    term = get_object_or_404(AcceptanceTerm.objects.defer("record"), rollout=rollout, version=version)
    context = {"rollout": rollout, "term": term, "being_made": queries.being_made(term)}
    return render(request, "acceptance/being_made.html", context)


@require_POST
def remind(request: SignedInRequest, pk: int, version: int) -> HttpResponse:
    """Mail those whose turn it is."""
    rollout = visible_rollout(request, pk)
    term = get_object_or_404(AcceptanceTerm, rollout=rollout, version=version)
    standing_in.remind(term, by=request.user)
    messages.success(request, _("Lembrete enviado a quem falta assinar."))
    return redirect("acceptance:room", pk)


@require_GET
def download(request: SignedInRequest, pk: int, version: int) -> FileResponse:
    """The sealed document, or what is there to sign until then, whose name says that nobody's signature is in it."""
    term = get_object_or_404(AcceptanceTerm, rollout=visible_rollout(request, pk), version=version)
    document = term.sealed or term.pdf
    if document is None:
        raise Http404
    unsigned = _("nao-assinado")
    return attachment(document, "" if term.sealed else f"{term}-{unsigned}.pdf")


@require_POST
def settle(request: SignedInRequest, pk: int, version: int) -> HttpResponse:
    """Answer the reason of a refusal."""
    rollout = visible_rollout(request, pk)
    term = get_object_or_404(AcceptanceTerm, rollout=rollout, version=version)
    form = forms.SettleForm(request.POST)
    if attempt(request, form, actions.settle_refusal, term, by=request.user):
        return redirect("acceptance:room", pk)
    return _room(request, rollout, settlement=form)


def _room(request: SignedInRequest, rollout: Rollout, form=None, settlement=None) -> HttpResponse:
    terms = list(rollout.terms.select_related("drafted_by", "pdf", "sealed", "set_aside"))
    term = terms[-1] if terms and not terms[-1].is_set_aside else None
    signatories: list[Signatory] = []
    if term:
        prefetch_related_objects([term], Prefetch("signatories", Signatory.objects.with_places()))
        signatories = sorted(term.signatories.all(), key=lambda row: (row.step, row.pk))
    manages = request.user.has_perm("acceptance.draft", rollout)
    turn = queries.next_to_sign(term, signatories) if term else []
    may_draft = wording.may_change(request.user, rollout, terms)
    text = wording.text_of(rollout) if may_draft or terms or wording.version_taken(rollout) else None
    clauses = text.clauses if text else []
    unsigned_term = term if term and term.state in queries.TO_SIGN else None
    changed_parts = queries.changed_parts(unsigned_term, text) if unsigned_term else []
    context = {
        "rollout": rollout,
        "room": "acceptance",
        "term": term,
        "being_made": queries.being_made(term) if term else "",
        "older": [other for other in terms if other != term],
        "signatories": signatories,
        "turn": {row.pk for row in turn},
        "may_remind": manages and any(row.is_there for row in turn),
        "left": [row for row in signatories if queries.has_left(row)],
        "in_order": len({row.step for row in signatories}) > 1,
        "stale": bool(changed_parts or (unsigned_term and unsigned_term.outdated_at)),
        "changed_parts": [part.label for part in changed_parts],
        "demonstration": certificates.is_demonstration(),
        "may_bring": queries.may_bring(request.user, term),
        "may_draft": may_draft,
        "clause_count": sum(not clause.is_left_out for clause in clauses),
        "own_clauses": [clause for clause in clauses if clause.own_clause],
        "newer_version": text.newer_version if text and may_draft else None,
        "refused": queries.unsettled_among(terms) if manages else None,
        "settle_form": settlement or forms.SettleForm(),
        "form": form or (forms.DraftForm(rollout=rollout, by=request.user, term=term) if may_draft else None),
    }
    return render(request, "acceptance/room.html", context, status=refusal_status(form, settlement))

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.forms import attempt
from apps.files.http import attachment
from apps.rollouts.models import Rollout
from apps.rollouts.stages import Stage
from apps.rollouts.views import visible_rollout
from apps.stages.acceptance import actions, forms, queries
from apps.stages.acceptance.models import AcceptanceTerm, Signatory


@require_GET
def room(request: SignedInRequest, pk: int) -> HttpResponse:
    return _room(request, visible_rollout(request, pk))


@require_POST
def draft(request: SignedInRequest, pk: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    form = forms.DraftForm(request.POST, rollout=rollout)
    if attempt(request, form, actions.draft, rollout, by=request.user):
        return redirect("acceptance:room", pk)
    return _room(request, rollout, form)


@require_POST
def queue_again(request: SignedInRequest, pk: int, version: int) -> HttpResponse:
    rollout = visible_rollout(request, pk)
    actions.queue_again(get_object_or_404(AcceptanceTerm, rollout=rollout, version=version), by=request.user)
    messages.success(request, _("O PDF foi pedido de novo."))
    return redirect("acceptance:room", pk)


@require_GET
def download(request: SignedInRequest, pk: int, version: int) -> FileResponse:
    term = get_object_or_404(AcceptanceTerm, rollout=visible_rollout(request, pk), version=version)
    if term.pdf is None:
        raise Http404
    return attachment(term.pdf)


def sign(request: SignedInRequest, pk: int, signatory_pk: int) -> HttpResponse:
    """Read the term and sign it. Others than the signatory read what is to be signed and by whom."""
    rollout, signatory = _signatory(request, pk, signatory_pk)
    form = forms.SignForm(request.POST or None, auto_id="sign_%s")
    if request.method == "POST":
        address, agent = request.META.get("REMOTE_ADDR") or None, request.headers.get("User-Agent", "")
        if attempt(request, form, actions.sign, signatory, by=request.user, address=address, agent=agent):
            return redirect("acceptance:room", pk)
    return _sign_page(request, rollout, signatory, form=form)


@require_POST
def refuse(request: SignedInRequest, pk: int, signatory_pk: int) -> HttpResponse:
    rollout, signatory = _signatory(request, pk, signatory_pk)
    form = forms.RefuseForm(request.POST, auto_id="refuse_%s")
    if attempt(request, form, actions.refuse, signatory, by=request.user):
        return redirect("acceptance:room", pk)
    return _sign_page(request, rollout, signatory, refusal=form)


def _signatory(request: SignedInRequest, pk: int, signatory_pk: int) -> tuple[Rollout, Signatory]:
    rollout = visible_rollout(request, pk)
    found = Signatory.objects.select_related("term__rollout", "term__pdf")
    return rollout, get_object_or_404(found, pk=signatory_pk, term__rollout=rollout)


def _sign_page(
    request: SignedInRequest, rollout: Rollout, signatory: Signatory, form=None, refusal=None
) -> HttpResponse:
    context = {
        "rollout": rollout,
        "room": "acceptance",
        "signatory": signatory,
        "term": signatory.term,
        "stale": queries.is_stale(signatory.term),
        "may_sign": signatory.term.state == AcceptanceTerm.State.READY
        and signatory.state == Signatory.State.PENDING
        and request.user.has_perm("acceptance.sign", signatory),
        "form": form or forms.SignForm(auto_id="sign_%s"),
        "refuse_form": refusal or forms.RefuseForm(auto_id="refuse_%s"),
    }
    status = getattr(refusal or form, "refusal_status", 200)
    return render(request, "acceptance/sign.html", context, status=status)


def _room(request: SignedInRequest, rollout: Rollout, form=None) -> HttpResponse:
    term = queries.latest_term(rollout)
    signatories = list(term.signatories.select_related("user")) if term else []
    may_draft = rollout.stage == Stage.ACCEPTANCE and request.user.has_perm("acceptance.draft", rollout)
    context = {
        "rollout": rollout,
        "room": "acceptance",
        "term": term,
        "older": rollout.terms.exclude(pk=term.pk if term else None),
        "signatories": signatories,
        "stale": term is not None and term.state in queries.IN_FORCE and queries.is_stale(term),
        "may_draft": may_draft and (term is None or term.state != AcceptanceTerm.State.SIGNED),
        "form": form or forms.DraftForm(rollout=rollout),
    }
    return render(request, "acceptance/room.html", context, status=getattr(form, "refusal_status", 200))

"""The browser door to the draft of the acceptance term's clauses."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.blueprints.catalogues import clauses
from apps.blueprints.catalogues.script import LANGUAGES
from apps.blueprints.editor import changes, draft_views, drafts, forms, term_actions
from apps.blueprints.editor.draft_views import TERM
from apps.core.localized import Localized
from apps.core.refusals import require
from apps.core.web.forms import attempt


@require_GET
def draft(request: SignedInRequest) -> HttpResponse:
    """The draft: its clauses in their order, what is new and changed marked."""
    draft = draft_views.draft_or_404(request, TERM)
    marks = {change.key: change.kind for change in changes.between_clauses(draft.base.content, draft.content)}
    rows = [
        {
            "key": clause["key"],
            "title": Localized.of(clause["title"]),
            "text": Localized.of(clause["text"]),
            "mark": marks.get(clause["key"], ""),
        }
        for clause in draft.content["clauses"]
    ]
    context = {"draft": draft, "clauses": rows, "changed": len(marks), "moved": request.GET.get("moved", "")}
    return draft_views.show(request, TERM, "term/draft.html", **context)


@require_POST
def start(request: SignedInRequest) -> HttpResponse:
    term_actions.start(by=request.user)
    return redirect("blueprints:term_draft")


@require_http_methods(["GET", "POST"])
def new_clause(request: SignedInRequest) -> HttpResponse:
    require(request.user, "blueprints.edit")
    draft_views.draft_or_404(request, TERM)
    form = forms.ClauseForm(request.POST or None)
    keys: list[str] = []
    if request.method == "POST" and attempt(
        request, form, lambda **fields: keys.append(term_actions.add_clause(by=request.user, **fields))
    ):
        return _to_clause(keys[0])
    return _clause_page(request, form, keep="clause-new")


@require_http_methods(["GET", "POST"])
def clause(request: SignedInRequest, key: str) -> HttpResponse:
    """One clause, both languages side by side. ``seen`` says what the form was filled from."""
    require(request.user, "blueprints.edit")
    row = draft_views.draft_or_404(request, TERM).clause(key)
    if row is None and request.method == "GET":
        raise Http404
    form = forms.ClauseForm(request.POST or None, clause=row)
    seen_fingerprint, fingerprint = request.POST.get("seen", ""), drafts.fingerprint(row)
    if request.method == "POST":
        save = partial(term_actions.save_clause, key, by=request.user, seen_fingerprint=seen_fingerprint)
        if attempt(request, form, save):
            return _to_clause(key)
    if row is None:  # Somebody removed it meanwhile: what was typed may be added.
        return _clause_page(request, form, keep=f"clause-{key}", action=reverse("blueprints:new_clause"))
    # What somebody else saved meanwhile stands beside what was typed.
    saved_meanwhile = row if form.is_bound and seen_fingerprint != fingerprint else None
    title = Localized.of(row["title"])
    context = {"key": key, "title": title, "seen": fingerprint, "theirs": saved_meanwhile}
    return _clause_page(request, form, keep=f"clause-{key}", **context)


@require_POST
def remove(request: SignedInRequest, key: str) -> HttpResponse:
    term_actions.remove_clause(key, by=request.user)
    messages.success(request, _("Cláusula retirada. Até a publicação, a revisão permite desfazer."))
    return redirect("blueprints:term_draft")


@require_POST
def undo(request: SignedInRequest, key: str) -> HttpResponse:
    term_actions.undo_clause(key, by=request.user)
    return redirect("blueprints:term_review")


@require_POST
def take(request: SignedInRequest, key: str) -> HttpResponse:
    term_actions.take_clause(key, by=request.user)
    return redirect("blueprints:term_shipped")


@require_POST
def move(request: SignedInRequest) -> HttpResponse:
    """``up`` or ``down`` holds the key; the button pressed has the focus again."""
    way = "up" if "up" in request.POST else "down"
    key = request.POST.get(way, "")
    term_actions.move_clause(key, by=request.user, up=way == "up")
    return redirect(f"{reverse('blueprints:term_draft')}?moved={way}-{key}")


@require_GET
def review(request: SignedInRequest) -> HttpResponse:
    return draft_views.review(request, TERM)


@require_POST
def publish(request: SignedInRequest) -> HttpResponse:
    return draft_views.publish(request, TERM)


@require_POST
def discard(request: SignedInRequest) -> HttpResponse:
    return draft_views.discard(request, TERM)


@require_GET
def shipped(request: SignedInRequest) -> HttpResponse:
    return draft_views.shipped(request, TERM)


@require_GET
def differences(request: SignedInRequest, version: int) -> HttpResponse:
    return draft_views.differences(request, TERM, version)


def _to_clause(key: str) -> HttpResponse:
    return redirect(f"{reverse('blueprints:term_draft')}#clausula-{key}")


def _clause_page(request: SignedInRequest, form: forms.ClauseForm, **context: object) -> HttpResponse:
    return draft_views.show(
        request, TERM, "term/clause.html", form=form, parties=clauses.WRITTEN, languages=LANGUAGES, **context
    )

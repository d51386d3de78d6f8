"""The pages that every draft of a template has: what differs, publishing, what the system brought, earlier versions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.http import SignedInRequest
from apps.blueprints.catalogues import clauses
from apps.blueprints.catalogues.script import problems
from apps.blueprints.editor import changes, drafts, forms, term_actions
from apps.blueprints.editor import script_actions as actions
from apps.blueprints.models import Blueprint, Draft, ScriptDraft, TermDraft
from apps.core.refusals import require
from apps.core.web.forms import attempt, refusal_status


@dataclass(frozen=True)
class Pages:
    """A kind of draft at the browser: its routes, what judges it and what publishes it."""

    model: type[Draft]
    name: Promise
    problems: drafts.Judge
    differences_of: drafts.Compare
    publishes: Callable[..., Blueprint]
    form: type[forms.PublishForm]
    draft: str
    start: str
    undo: str
    take: str
    review: str
    publish: str
    shipped: str
    differences: str
    bring_in: str = ""
    export: str = ""

    @property
    def kind(self) -> str:
        return self.model.KIND.value

    @property
    def versions(self) -> Any:
        return Blueprint.objects.filter(kind=self.kind)


SCRIPT = Pages(
    ScriptDraft,
    gettext_lazy("Rascunho do roteiro"),
    problems,
    changes.between,
    actions.publish,
    forms.PublishForm,
    draft="blueprints:draft",
    start="blueprints:start_draft",
    undo="blueprints:undo",
    take="blueprints:take",
    review="blueprints:review",
    publish="blueprints:publish",
    shipped="blueprints:shipped",
    differences="blueprints:differences",
    bring_in="blueprints:import",
    export="blueprints:export",
)
TERM = Pages(
    TermDraft,
    gettext_lazy("Rascunho do termo de aceite"),
    clauses.problems,
    changes.between_clauses,
    term_actions.publish,
    forms.PublishTermForm,
    draft="blueprints:term_draft",
    start="blueprints:start_term_draft",
    undo="blueprints:undo_clause",
    take="blueprints:take_clause",
    review="blueprints:term_review",
    publish="blueprints:publish_term",
    shipped="blueprints:term_shipped",
    differences="blueprints:term_differences",
)
EVERY = {pages.kind: pages for pages in (SCRIPT, TERM)}


def draft_or_404(request: SignedInRequest, pages: Pages) -> Any:
    """The draft, for who may read; 404 without one."""
    require(request.user, "blueprints.read")
    return get_object_or_404(pages.model._default_manager.select_related("base", "changed_by"))


def review(request: SignedInRequest, pages: Pages, form: forms.PublishForm | None = None) -> HttpResponse:
    """Everything in which the draft differs from the version in force, and what is still lacking."""
    draft = draft_or_404(request, pages)
    form = form or pages.form(initial={"revision": draft.revision})
    context = {
        "draft": draft,
        "changes": pages.differences_of(draft.base.content, draft.content),
        "problems": pages.problems(draft.content),
        "form": form,
        "action": pages.undo if may_edit(request) else "",
        "may_publish": request.user.has_perm("blueprints.publish"),
        "alone": not draft.authors.exclude(pk=request.user.pk).exists(),
    }
    return show(request, pages, "draft/review.html", **context)


def publish(request: SignedInRequest, pages: Pages) -> HttpResponse:
    """Publish the draft; the differences again where it is refused."""
    require(request.user, "blueprints.publish")
    form = pages.form(request.POST)
    published: list[Blueprint] = []
    if attempt(request, form, lambda **fields: published.append(pages.publishes(by=request.user, **fields))):
        messages.success(request, _("Versão %(version)d publicada.") % {"version": published[0].version})
        return redirect("blueprints:detail", pages.kind, "default")
    return review(request, pages, form)


def discard(request: SignedInRequest, pages: Pages) -> HttpResponse:
    """Throw the draft away."""
    drafts.discard(pages.model, by=request.user)
    messages.success(request, _("Rascunho descartado."))
    return redirect("blueprints:detail", pages.kind, "default")


def shipped(request: SignedInRequest, pages: Pages) -> HttpResponse:
    """In which the newest file that came with the system differs from the draft, or from the version in force."""
    require(request.user, "blueprints.read")
    shipped_version = get_object_or_404(pages.versions.filter(key=Blueprint.SHIPPED)[:1])
    draft = pages.model._default_manager.first()
    content = draft.content if draft else Blueprint.objects.current(pages.kind).content
    context = {
        "blueprint": shipped_version,
        "draft": draft,
        "changes": pages.differences_of(content, shipped_version.content),
        "action": pages.take if draft and may_edit(request) else "",
    }
    return show(request, pages, "draft/shipped.html", **context)


def differences(request: SignedInRequest, pages: Pages, version: int) -> HttpResponse:
    """What a published version changed of the one before it."""
    require(request.user, "blueprints.read")
    blueprint = get_object_or_404(pages.versions, key="default", version=version)
    before = get_object_or_404(pages.versions.filter(key="default", version__lt=version).order_by("-version")[:1])
    context = {
        "blueprint": blueprint,
        "before": before,
        "changes": pages.differences_of(before.content, blueprint.content),
    }
    return show(request, pages, "draft/differences.html", **context)


def of_version(request: SignedInRequest, pages: Pages) -> dict[str, Any]:
    """What can be done with a template: the draft, and a shipped file that arrived since the last edition."""
    shipped = pages.versions.filter(key=Blueprint.SHIPPED).first()
    edited = pages.versions.filter(origin=Blueprint.Origin.EDITED).first()
    return {
        "pages": pages,
        "draft": pages.model._default_manager.select_related("changed_by").first(),
        "shipped": shipped if shipped and edited and shipped.loaded_at > edited.loaded_at else None,
        "may_edit": may_edit(request),
    }


def may_edit(request: SignedInRequest) -> bool:
    """Whether ``request.user`` writes drafts."""
    return request.user.has_perm("blueprints.edit")


def show(request: SignedInRequest, pages: Pages, template: str, **context: Any) -> HttpResponse:
    """A page of ``pages``; with the status of a refusal, where its ``form`` had one."""
    status = refusal_status(context.get("form"))
    shared = {"pages": pages, "may_edit": may_edit(request)}
    return render(request, f"blueprints/{template}", {**shared, **context}, status=status)

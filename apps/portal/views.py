from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.http import SignedInRequest
from apps.companies.access import is_presence
from apps.core.refusals import NotAllowed
from apps.core.untrusted.bodies import takes_files
from apps.core.web import form_keys
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.portal import actions, desk, queries
from apps.portal.forms import AssignForm
from apps.portal.middleware import SESSION_KEY
from apps.portal.queries import Matter
from apps.rollouts import actions as rollouts
from apps.rollouts.models import OpenRequirement
from apps.rollouts.views import visible_rollout


@require_GET
def arrive(request: SignedInRequest) -> HttpResponse:
    """Where signing in leads: to the single open matter of somebody who has just one, otherwise to the first page."""
    if not is_presence(request.user) and (only := queries.Door(request.user).only_one):
        return redirect(only.url)
    return redirect("portal:home")


@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    """The first page: Presence's desk, the client's, integrator's or platform's door, or both for who is on both sides."""
    door = queries.Door(request.user)
    first = next((item for group in door.groups for item in group.matters if item.is_answerable), None)
    context = {
        "desk": desk.of(request.user, everybodys=request.GET.get("scope") == "all"),
        "door": door,
        "open_card": _card(request, first) if first else None,
    }
    return render(request, "portal/home.html", context)


@require_GET
def matters(request: SignedInRequest) -> HttpResponse:
    """All of one list of a first page, some at a time: ``list`` is one of ``queries.GROUPS``, ``desk.LISTS`` or
    ``desk.ROLLOUT_LISTS``."""
    name = request.GET.get("list") or ("todo" if is_presence(request.user) else "mine")
    everybodys = request.GET.get("scope") == "all"
    rows: QuerySet[OpenRequirement]
    if name in desk.ROLLOUT_LISTS and is_presence(request.user):
        title, list_of = desk.ROLLOUT_LISTS[name]
        rollouts = list_of(desk.rollouts_of(request.user, everybodys=everybodys)).for_listing()
        page = page_of(request, rollouts)
        context = {"page": page, "rollouts": page.object_list, "title": title, "everybodys": everybodys}
        return render(request, "portal/matters.html", context)
    if name in desk.LISTS and is_presence(request.user):
        rows = desk.rows_of(desk.rollouts_of(request.user, everybodys=everybodys), name)
        rows = rows.prefetch_related(queries.PARTIES)
    elif name in queries.GROUPS:
        rows = queries.Door(request.user).of_group(name)
    else:
        raise Http404
    page = page_of(request, rows)
    context = {
        "page": page,
        "list": name,
        "matters": queries.matters(request.user, list(page.object_list)) if name in queries.GROUPS else [],
        "is_own_side": name in queries.GROUPS,
        "title": {**queries.GROUPS, **desk.LISTS}[name].title,
        "everybodys": everybodys,
    }
    return render(request, "portal/matters.html", context)


@takes_files
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@sensitive_variables()
def matter(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    """One matter by itself, with its form."""
    rollout = visible_rollout(request, pk)
    open_matter = queries.find_matter(request.user, rollout, key)
    if open_matter is None:
        form_keys.not_done(request)
        messages.info(request, _("Esta pendência já foi resolvida, ou agora está com outra parte."))
        if request.htmx:  # type: ignore[attr-defined] # A card that somebody opened: the page that it stands on is old.
            return HttpResponseClientRedirect(reverse("portal:home"))
        return redirect("portal:home")
    form = None
    if request.method == "POST":
        form = _form(open_matter, request.POST, request.FILES)
        if form is None:
            form_keys.not_done(request)
            return redirect(open_matter.requirement.url)
        if attempt(request, form, actions.settle, open_matter, by=request.user):
            return redirect("portal:home")
    context: dict[str, Any] = {"card": _card(request, open_matter, form=form)}
    if request.htmx and request.method == "GET":  # type: ignore[attr-defined] # A first page opens the card in place.
        return render(request, "portal/card.html", context)
    context["project"] = queries.progress_of(request.user, rollout)
    return render(request, "portal/matter.html", context, status=refusal_status(form))


@require_POST
@sensitive_post_parameters()
@sensitive_variables()
def draft(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    """Keep what is typed so far; the page asks for it by itself. Answers with when it was kept."""
    owned = _owned(request, pk, key)
    form = _form(owned)
    if form is None:
        raise Http404
    typed = {
        name: field.widget.value_from_datadict(request.POST, request.FILES, name)
        for name, field in form.fields.items()
        if _keepable(field) and not field.widget.value_omitted_from_data(request.POST, request.FILES, name)
    }
    draft = actions.keep_draft(owned, by=request.user, data=typed)
    return render(request, "portal/draft_kept.html", {"draft": draft})


@require_POST
def assign(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    """Take a matter, hand it to a colleague, or leave it to whoever comes first."""
    owned = _owned(request, pk, key)
    if not owned.is_assignable:
        raise NotAllowed(_("Esta pendência é pessoal e não pode ser passada."))
    form = AssignForm(request.POST, rollout=owned.rollout, role=owned.requirement.owed_by)
    if not attempt(request, form, _hand_over, owned, by=request.user):
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    return redirect(f"/#{owned.anchor}")


@require_POST
def view_as(request: SignedInRequest, pk: int) -> HttpResponse:
    """Look at a rollout as one of its parties sees it, until one stops."""
    rollout = visible_rollout(request, pk)
    role = request.POST.get("role", "")
    actions.look_as(rollout, by=request.user, role=role)
    request.session[SESSION_KEY] = [rollout.pk, role]
    return redirect("portal:home")


@require_POST
def stop_viewing(request: SignedInRequest) -> HttpResponse:
    pk, _role = request.session.pop(SESSION_KEY, (None, ""))
    return redirect("rollouts:detail", pk) if pk else redirect("portal:home")


def _hand_over(matter: Matter, *, by, to) -> None:
    rollouts.assign(matter.rollout, matter.requirement, by=by, to=to)


def _owned(request: SignedInRequest, pk: int, key: str) -> Matter:
    """The open matter; 404 when it is settled or belongs to others."""
    matter = queries.find_matter(request.user, visible_rollout(request, pk), key)
    if matter is None:
        raise Http404
    return matter


def _form(matter: Matter, *args: Any, **kwargs: Any) -> django_forms.BaseForm | None:
    """The form that settles the matter, if it is settled in place."""
    make = matter.answer.make_form if matter.answer else None
    return make(*args, auto_id=f"{matter.anchor}_%s", **kwargs) if make else None


def _keepable(field: django_forms.Field) -> bool:
    """A draft holds neither secrets nor files."""
    return not isinstance(field.widget, django_forms.PasswordInput | django_forms.FileInput)


def _card(request: SignedInRequest, matter: Matter, *, form: django_forms.BaseForm | None = None) -> dict[str, Any]:
    """What the open card of a matter shows; the form holds the draft, if there is one."""
    draft = None
    if form is None and matter.is_answerable and not request.viewing:  # type: ignore[attr-defined]
        draft = queries.draft_of(matter)
    if form is None and matter.is_answerable:
        form = _form(matter, initial=draft.data if draft else None)
    fields = form.fields if form else {}
    people = matter.colleagues() if matter.is_assignable else []
    return {
        "matter": matter,
        "form": form,
        "draft": draft,
        "not_kept": ", ".join(name for name, field in fields.items() if not _keepable(field)),
        "has_files": any(isinstance(field.widget, django_forms.FileInput) for field in fields.values()),
        "colleagues": [member for member in people if member.user_id != request.user.pk],
        "own_membership": next((member for member in people if member.user_id == request.user.pk), None),
    }

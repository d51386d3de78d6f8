"""The browser door to the draft of the homologation script."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from pydantic import TypeAdapter

from apps.accounts.http import SignedInRequest
from apps.blueprints.catalogues import rules, toml
from apps.blueprints.catalogues.script import Condition, with_conditions_apart
from apps.blueprints.editor import changes, draft_views, drafts, forms
from apps.blueprints.editor import script_actions as actions
from apps.blueprints.editor.draft_views import SCRIPT
from apps.blueprints.models import ScriptDraft
from apps.core.exports.downloads import download
from apps.core.localized import Localized
from apps.core.refusals import require
from apps.core.untrusted.bodies import takes_files
from apps.core.web.forms import attempt, refusal_status


@require_GET
def draft(request: SignedInRequest) -> HttpResponse:
    """The draft: its processes with their cases, what is new and changed marked."""
    return _draft_page(request, _draft(request))


@require_POST
def start(request: SignedInRequest) -> HttpResponse:
    actions.start(by=request.user)
    return redirect("blueprints:draft")


@takes_files
@require_http_methods(["GET", "POST"])
def import_file(request: SignedInRequest) -> HttpResponse:
    require(request.user, "blueprints.edit")
    form = forms.ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and attempt(request, form, actions.import_file, by=request.user):
        return redirect("blueprints:review")
    return _render(request, "import.html", form=form)


@require_http_methods(["GET", "POST"])
def new_case(request: SignedInRequest, process: str) -> HttpResponse:
    require(request.user, "blueprints.edit")
    draft = _draft(request)
    form = forms.CaseForm(
        request.POST or None, conditions=_conditions(draft), initial={"obligation": "mandatory"}, auto_id="case_%s"
    )
    codes: list[str] = []
    if request.method == "POST" and attempt(
        request, form, lambda **fields: codes.append(actions.add_case(process, by=request.user, **fields))
    ):
        return _to_case(codes[0])
    title = next((row["title"] for row in draft.content["processes"] if row["key"] == process), None)
    if title is None:
        raise Http404
    return _render(request, "case.html", form=form, process=Localized.of(title), keep=f"new-{process}")


@require_http_methods(["GET", "POST"])
def case(request: SignedInRequest, code: str) -> HttpResponse:
    """One case, both languages side by side. ``seen`` says what the form was filled from."""
    require(request.user, "blueprints.edit")
    draft = _draft(request)
    row = draft.case(code)
    if row is None and request.method == "GET":
        raise Http404
    form = forms.CaseForm(request.POST or None, conditions=_conditions(draft), case=row, auto_id="case_%s")
    seen_fingerprint = request.POST.get("seen", "")
    if request.method == "POST":
        save = partial(actions.save_case, code, by=request.user, seen_fingerprint=seen_fingerprint)
        if attempt(request, form, save):
            return _to_case(code)
    return _render(
        request,
        "case.html",
        form=form,
        code=code,
        case=row,
        seen=drafts.fingerprint(row),
        # What somebody else saved meanwhile, beside what was typed.
        theirs=row if form.is_bound and row and seen_fingerprint != drafts.fingerprint(row) else None,
        keep=f"case-{code}",
    )


@require_POST
def retire(request: SignedInRequest, code: str) -> HttpResponse:
    actions.retire_case(code, by=request.user)
    messages.success(request, _("%(code)s retirado. Até a publicação, a revisão permite desfazer.") % {"code": code})
    return redirect("blueprints:draft")


@require_POST
def undo(request: SignedInRequest, code: str) -> HttpResponse:
    actions.undo_case(code, by=request.user)
    return redirect("blueprints:review")


@require_POST
def take(request: SignedInRequest, code: str) -> HttpResponse:
    actions.take_case(code, by=request.user)
    return redirect("blueprints:shipped")


@require_POST
def move(request: SignedInRequest) -> HttpResponse:
    """``up`` or ``down`` holds the code; the button pressed has the focus again (no fragment: it would take the focus)."""
    way = "up" if "up" in request.POST else "down"
    code = request.POST.get(way, "")
    actions.move_case(code, by=request.user, up=way == "up")
    return redirect(f"{reverse('blueprints:draft')}?moved={way}-{code}")


@require_POST
def new_process(request: SignedInRequest) -> HttpResponse:
    require(request.user, "blueprints.edit")
    form = forms.ProcessForm(request.POST, auto_id="process_%s")
    if attempt(request, form, actions.add_process, by=request.user):
        return redirect("blueprints:draft")
    return _draft_page(request, _draft(request), form)


@require_http_methods(["GET", "POST"])
def process(request: SignedInRequest, process: str) -> HttpResponse:
    require(request.user, "blueprints.edit")
    row = _row(_draft(request), "processes", process)
    form = forms.TitleForm(
        request.POST or None, initial={f"title_{language}": text for language, text in row["title"].items()}
    )
    if request.method == "POST" and attempt(request, form, actions.save_process, process, by=request.user):
        return redirect("blueprints:draft")
    return _render(request, "process.html", form=form, row=row, title=Localized.of(row["title"]))


@require_POST
def move_process(request: SignedInRequest, process: str) -> HttpResponse:
    actions.move_process(process, by=request.user, up="up" in request.POST)
    return redirect(f"{reverse('blueprints:draft')}#processo-{process}")


@require_POST
def remove_process(request: SignedInRequest, process: str) -> HttpResponse:
    actions.remove_process(process, by=request.user)
    return redirect("blueprints:draft")


@require_GET
def conditions(request: SignedInRequest) -> HttpResponse:
    draft, labels = _draft(request), rules.choices()
    rows = [
        {
            "condition": condition,
            "rules": rules.described(condition, labels),
            "cases": [case["code"] for case in draft.content["cases"] if case.get("condition_key") == condition.key],
        }
        for condition in _conditions(draft)
    ]
    return render(
        request, "blueprints/script/conditions.html", {"rows": rows, "may_edit": draft_views.may_edit(request)}
    )


@require_http_methods(["GET", "POST"])
def condition(request: SignedInRequest, condition: str = "") -> HttpResponse:
    require(request.user, "blueprints.edit")
    draft = _draft(request)
    row = _row(draft, "conditions", condition) if condition else None
    form = forms.ConditionForm(request.POST or None, condition=row)
    if request.method == "POST" and attempt(request, form, actions.save_condition, condition, by=request.user):
        return redirect("blueprints:conditions")
    return _render(request, "condition.html", form=form, row=row)


@require_POST
def remove_condition(request: SignedInRequest, condition: str) -> HttpResponse:
    actions.remove_condition(condition, by=request.user)
    return redirect("blueprints:conditions")


@require_GET
def review(request: SignedInRequest) -> HttpResponse:
    return draft_views.review(request, SCRIPT)


@require_POST
def publish(request: SignedInRequest) -> HttpResponse:
    return draft_views.publish(request, SCRIPT)


@require_POST
def discard(request: SignedInRequest) -> HttpResponse:
    return draft_views.discard(request, SCRIPT)


@require_GET
def shipped(request: SignedInRequest) -> HttpResponse:
    return draft_views.shipped(request, SCRIPT)


@require_GET
def differences(request: SignedInRequest, version: int) -> HttpResponse:
    return draft_views.differences(request, SCRIPT, version)


@require_GET
def export(request: SignedInRequest, version: int) -> HttpResponse:
    """A published version as the data file would have it."""
    require(request.user, "blueprints.read")
    blueprint = get_object_or_404(SCRIPT.versions, key="default", version=version)
    return _toml(with_conditions_apart(blueprint.content), version)


@require_GET
def export_draft(request: SignedInRequest) -> HttpResponse:
    """The draft as the data file would have it, under the number it would get."""
    draft = _draft(request)
    return _toml(draft.content, drafts.next_version(ScriptDraft))


def _toml(content: dict[str, Any], version: int) -> HttpResponse:
    return download(toml.write(content, version), f"script-v{version}.toml")


def _draft(request: SignedInRequest) -> ScriptDraft:
    return draft_views.draft_or_404(request, SCRIPT)


def _row(draft: ScriptDraft, name: str, key: str) -> dict[str, Any]:
    row = next((row for row in draft.content.get(name, []) if row["key"] == key), None)
    if row is None:
        raise Http404
    return row


def _conditions(draft: ScriptDraft) -> list[Condition]:
    """The draft's conditions; one whose English is still lacking shows its Portuguese."""
    rows = draft.content.get("conditions", [])
    titled = [
        {**row, "title": {"pt": row["title"]["pt"], "en": row["title"].get("en") or row["title"]["pt"]}} for row in rows
    ]
    return TypeAdapter(list[Condition]).validate_python(titled)


def _to_case(code: str) -> HttpResponse:
    return redirect(f"{reverse('blueprints:draft')}#{code}")


def _draft_page(request: SignedInRequest, draft: ScriptDraft, form: forms.ProcessForm | None = None) -> HttpResponse:
    marks = {change.key: change.kind for change in changes.between(draft.base.content, draft.content)}
    processes = [
        {
            "key": row["key"],
            "title": Localized.of(row["title"]),
            "cases": [
                {"code": case["code"], "title": Localized.of(case["title"]), "mark": marks.get(case["code"], "")}
                | {"obligation": case["obligation"]}
                for case in draft.content["cases"]
                if case["process"] == row["key"]
            ],
        }
        for row in draft.content["processes"]
    ]
    context = {
        "draft": draft,
        "processes": processes,
        "changed": len(marks),
        "moved": request.GET.get("moved", ""),
        "process_form": form or forms.ProcessForm(auto_id="process_%s"),
        "may_edit": draft_views.may_edit(request),
    }
    return render(request, "blueprints/script/draft.html", context, status=refusal_status(form))


def _render(request: SignedInRequest, template: str, **context: Any) -> HttpResponse:
    return draft_views.show(request, SCRIPT, f"script/{template}", **context)

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.blueprints import content, rules
from apps.blueprints.models import Blueprint, ScriptDraft
from apps.blueprints.script import Script
from apps.core.numbers import whole
from apps.core.refusals import require


@require_GET
def blueprint_list(request: SignedInRequest) -> HttpResponse:
    """What new rollouts start from: the newest version of each blueprint."""
    require(request.user, "blueprints.read")
    newest = [row for row in Blueprint.objects.newest() if row.key != Blueprint.SHIPPED]
    context = {
        "process": sorted((row for row in newest if row.kind != Blueprint.Kind.PLATFORM), key=_order),
        "platforms": sorted(
            (row for row in newest if row.kind == Blueprint.Kind.PLATFORM), key=lambda row: row.content["position"]
        ),
    }
    return render(request, "blueprints/list.html", context)


@require_GET
def blueprint_detail(request: SignedInRequest, kind: str, key: str) -> HttpResponse:
    """One blueprint as people read it; ``?versao=`` shows an earlier version."""
    require(request.user, "blueprints.read")
    versions = Blueprint.objects.filter(kind=kind, key=key)
    asked = whole(request.GET.get("versao"))
    blueprint = versions.first() if asked is None else get_object_or_404(versions, version=asked)
    blueprint = blueprint or get_object_or_404(versions)
    value = content.parse(kind, {**blueprint.content, "version": blueprint.version})
    context = {
        "blueprint": blueprint,
        "value": value,
        "versions": versions,
        "newest": blueprint.version == max(row.version for row in versions),
        "template": f"blueprints/kinds/{kind}.html",
        "cases_by_process": [
            (
                process.title,
                [(case, value.condition(case.condition_key)) for case in value.cases if case.process == process.key],
            )
            for process in getattr(value, "processes", [])
        ],
    }
    if kind == Blueprint.Kind.SCRIPT:
        context |= _script_context(request, value)
    return render(request, "blueprints/detail.html", context)


def _script_context(request: SignedInRequest, script: Script) -> dict[str, Any]:
    """What can be done with the script: the draft, and a shipped file that arrived since the last edition."""
    shipped = Blueprint.objects.filter(kind=Blueprint.Kind.SCRIPT, key=Blueprint.SHIPPED).first()
    edited = Blueprint.objects.filter(kind=Blueprint.Kind.SCRIPT, origin=Blueprint.Origin.EDITED).first()
    return {
        "draft": ScriptDraft.objects.select_related("changed_by").first(),
        "shipped": shipped if shipped and edited and shipped.loaded_at > edited.loaded_at else None,
        "may_edit": request.user.has_perm("blueprints.edit"),
        "conditions": [(condition, rules.described(condition)) for condition in script.conditions],
    }


def _order(blueprint: Blueprint) -> int:
    return Blueprint.Kind.values.index(blueprint.kind)

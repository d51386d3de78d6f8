from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.blueprints.catalogues import content, rules
from apps.blueprints.editor import draft_views
from apps.blueprints.models import Blueprint
from apps.core.numbers import whole_number
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
    """One blueprint as people read it; ``?version=`` shows an earlier version."""
    require(request.user, "blueprints.read")
    versions = Blueprint.objects.filter(kind=kind, key=key)
    version = whole_number(request.GET.get("version"))
    blueprint = versions.first() if version is None else get_object_or_404(versions, version=version)
    blueprint = blueprint or get_object_or_404(versions)
    value = content.parse(kind, {**blueprint.content, "version": blueprint.version})
    conditions = getattr(value, "conditions", [])
    labels = rules.choices() if conditions else {}
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
        "conditions": [(condition, rules.described(condition, labels)) for condition in conditions],
    }
    if pages := draft_views.EVERY.get(kind):
        context |= draft_views.of_version(request, pages)
    return render(request, "blueprints/detail.html", context)


def _order(blueprint: Blueprint) -> int:
    return Blueprint.Kind.values.index(blueprint.kind)

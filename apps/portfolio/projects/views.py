"""The list of all projects as a table, as a board, along time and as a file, and the views of it that people keep."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.process import CLOSED, PATH, Stage
from apps.core.refusals import Refusal
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.portfolio.models import SavedView
from apps.portfolio.projects import board, columns, filters, forms, saved_views, stages
from apps.portfolio.projects.several import SEVERAL
from apps.rollouts.anchors import anchoring
from apps.rollouts.models import Rollout
from apps.seals import certificates

ROWS_ALONG_TIME = 25
MOST_IN_A_FILE = 10_000
Layout = SavedView.Layout
URL_NAMES = {Layout.TABLE: "portfolio:list", Layout.BOARD: "portfolio:board", Layout.TIME: "portfolio:time"}


@require_http_methods(["GET", "HEAD", "POST"])
def table(request: SignedInRequest) -> HttpResponse:
    return _page(request, Layout.TABLE)


@require_http_methods(["GET", "HEAD", "POST"])
def cards(request: SignedInRequest) -> HttpResponse:
    return _page(request, Layout.BOARD)


@require_http_methods(["GET", "HEAD", "POST"])
def along_time(request: SignedInRequest) -> HttpResponse:
    return _page(request, Layout.TIME)


@require_GET
def file(request: SignedInRequest, file_format: str) -> HttpResponse:
    """The projects that the filters leave, or those of them that the address names, with the table's columns.

    Raises ``Refusal`` for more than ``MOST_IN_A_FILE``.
    """
    _form, rollouts = _narrowed(request)
    if "marked" in request.GET or "rollout" in request.GET:
        if not (keys := filters.chosen_keys(request.GET)):
            messages.warning(request, _("Escolha ao menos um projeto."))
            pairs = urlencode(list(filters.parameters(request.GET, "marked", "rollout")))
            return redirect(f"{reverse('portfolio:list')}?{pairs}")
        rollouts = rollouts.filter(pk__in=keys)
    if (count := rollouts.count()) > MOST_IN_A_FILE:
        raise Refusal(
            _("São %(count)d projetos, e um arquivo traz até %(most)d. Use os filtros para escolher menos.")
            % {"count": count, "most": MOST_IN_A_FILE}
        )
    chosen = columns.chosen(request.GET.getlist("column"))
    return columns.export(_arranged(request, rollouts), chosen).download(file_format)


@require_GET
def saved_view(request: SignedInRequest, pk: int) -> HttpResponse:
    """The address of a saved view leads to the list with what it keeps."""
    view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)
    query = QueryDict(mutable=True)
    for name, values in view.query.items():
        query.setlist(name, values)
    query["view"] = str(view.pk)
    return redirect(f"{reverse(URL_NAMES[Layout(view.layout)])}?{query.urlencode()}")


@require_POST
def delete_view(request: SignedInRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)
    saved_views.delete(view, by=request.user)
    return redirect(URL_NAMES[Layout(view.layout)])


def _narrowed(request: SignedInRequest) -> tuple[filters.FilterForm, QuerySet[Rollout]]:
    form = filters.FilterForm(request.GET, reader=request.user)
    form.is_valid()
    return form, filters.filtered(request.user, form)


def _arranged(request: SignedInRequest, rollouts: QuerySet[Rollout]) -> QuerySet[Rollout]:
    return columns.arranged(rollouts, request.GET.get("order", ""), request.GET.get("group", ""))


def _page(request: SignedInRequest, layout: Layout) -> HttpResponse:
    """The list; a form that is sent to it keeps what its address asks for under a name."""
    if request.method != "POST":
        return _show(request, layout)
    form = forms.SaveViewForm(request.POST, owner=request.user)
    query: dict[str, list[str]] = {}
    for name, value in filters.parameters(request.GET, "view"):
        query.setdefault(name, []).append(value)
    if SavedView.objects.filter(
        owner=request.user, name=request.POST.get("name", "").replace("\0", "").strip()
    ).exists():
        form.success_message = gettext_lazy("Visão substituída.")
    if attempt(request, form, saved_views.save, by=request.user, layout=layout.value, query=query):
        return redirect(SavedView.objects.get(owner=request.user, name=form.cleaned_data["name"]))
    return _show(request, layout, form)


def _show(request: SignedInRequest, layout: Layout, save_form: forms.SaveViewForm | None = None) -> HttpResponse:
    form, rollouts = _narrowed(request)
    views = list(SavedView.objects.visible_to(request.user).select_related("owner", "shared_with"))
    view = next((view for view in views if str(view.pk) == request.GET.get("view")), None)
    context = {
        "form": form,
        "layout": layout,
        "several": [several for several in SEVERAL if request.user.has_perm(several.permission)],
        "layouts": [(other, URL_NAMES[other]) for other in Layout],
        "query": request.GET.urlencode(),
        "views": views,
        "view": view,
        "may_delete_view": view is not None and saved_views.may_delete(view, request.user),
        "save_form": save_form or forms.SaveViewForm(owner=request.user),
        "without_anchor": anchoring.overdue_count() if request.user.has_perm("rollouts.create") else 0,
        "has_seal": certificates.can_seal(),
        **_content(request, layout, form, rollouts),
    }
    if not context.get("page") and not any(lane.count for lane in context.get("lanes", ())):
        context["nothing_at_all"] = not Rollout.objects.visible_to(request.user).exists()
    template = f"portfolio/projects/{layout.value}.html"
    return render(request, template, context, status=refusal_status(save_form) if save_form else 200)


def _content(
    request: SignedInRequest, layout: Layout, form: filters.FilterForm, rollouts: QuerySet[Rollout]
) -> Mapping[str, Any]:
    if layout == Layout.BOARD:
        closed = form.cleaned_data.get("situation") in ("closed", "all") or form.cleaned_data.get("stage") in CLOSED
        return {"lanes": board.lanes(rollouts, [*Stage] if closed else [*PATH])}
    if layout == Layout.TIME:
        page = page_of(request, stages.with_holds(_arranged(request, rollouts)), ROWS_ALONG_TIME)
        return {"page": page, "chart": stages.chart(list(page))}
    group = columns.BY_KEY.get(request.GET.get("group", ""))
    return {
        "page": page_of(request, _arranged(request, rollouts)),
        "columns": columns.chosen(request.GET.getlist("column")),
        "all_columns": columns.COLUMNS,
        "groups": [("", _("Sem agrupar")), *((column.key, column.heading) for column in columns.GROUPS)],
        "group": group if group in columns.GROUPS else None,
        "order": request.GET.get("order", ""),
    }

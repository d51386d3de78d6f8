"""What pages of other apps show of status reports."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from apps.portfolio.reports import queries
from apps.rollouts.models import Rollout

ON_FIRST_PAGE = 10
"""So many drafts stand there, with a way to all of them."""


def on_first_page(request: HttpRequest, _nothing: object) -> str:
    """The drafts of the reader's own projects; nothing for who sends no reports or has none to send."""
    if not request.user.has_perm("portfolio.write_report"):
        return ""
    drafts = list(queries.counted_drafts(request.user)[:ON_FIRST_PAGE])  # type: ignore[arg-type]
    if not drafts:
        return ""
    context = {"reports": drafts, "count": drafts[0].all_rows}
    return render_to_string("portfolio/reports/on_first_page.html", context, request)


def way_to_reports(request: HttpRequest, rollout: Rollout) -> str:
    return render_to_string("portfolio/reports/way_to_reports.html", {"rollout": rollout}, request)

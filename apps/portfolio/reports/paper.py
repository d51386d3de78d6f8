"""A report on paper: Portuguese, for all four parties."""

from django.template.loader import render_to_string

from apps.core import papers
from apps.core.papers import pdf
from apps.portfolio.models import StatusReport
from apps.portfolio.reports import reading


def render(report: StatusReport) -> bytes:
    """The PDF of a report that was sent; the same report gives the same words every time."""
    return pdf.render(html(report))


def html(report: StatusReport) -> str:
    """The same as HTML."""
    with papers.on_paper():
        context = {
            "rollout": report.rollout,
            "report": report,
            "reading": reading.of_sent(report),
            "created": report.ended_at,
        }
        return render_to_string("portfolio/reports/paper.html", context)

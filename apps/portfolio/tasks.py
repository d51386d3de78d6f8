from celery import shared_task

from apps.core.background import work
from apps.portfolio.reports import actions as reports


@shared_task
def draft_report(rollout_pk: int) -> None:
    """Make this week's draft of one rollout; twice makes one."""
    work.do(reports.DRAFT, rollout_pk, reports.draft_of_the_week)


@shared_task
def draft_reports_of_the_week() -> None:
    """On Monday morning each open rollout gets a draft; the days after find what a worker that was away left."""
    waiting = reports.without_report_of_the_week().values_list("pk", flat=True)
    work.do_all(reports.DRAFT, waiting, reports.draft_of_the_week)


@shared_task
def draw_report(report_pk: int) -> None:
    """Draw the PDF of a report that was sent; twice draws one."""
    work.do(reports.DRAW, report_pk, reports.draw)


@shared_task
def draw_waiting_status_reports() -> None:
    """What a lost message left without its PDF."""
    work.do_all(reports.DRAW, reports.undrawn(), reports.draw)

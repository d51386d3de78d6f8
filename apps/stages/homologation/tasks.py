from celery import shared_task
from django.utils.translation import gettext_lazy as _

from apps.core.background import work
from apps.core.jobs import Job
from apps.stages.homologation.execution import report_actions as reports

REPORT = Job(
    "homologation.report",
    _("Relatório da homologação em PDF"),
    _("Não foi possível gerar o PDF deste relatório"),
    task="apps.stages.homologation.tasks.draw_report",
    model="homologation.Report",
)


@shared_task
def draw_report(report_pk: int) -> None:
    """Draw the report that somebody asked for; twice draws one."""
    work.do(REPORT, report_pk, reports.draw)


@shared_task
def draw_waiting_reports() -> None:
    """What a lost message left, and what waited for its pictures."""
    work.do_all(REPORT, reports.waiting(), reports.draw)

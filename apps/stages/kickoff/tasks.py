from celery import shared_task
from django.utils.translation import gettext_lazy as _

from apps.core.background import work
from apps.core.jobs import Job
from apps.stages.kickoff import actions, queries

MINUTES = Job(
    "kickoff.minutes",
    _("PDF da ata da reunião inaugural"),
    _("Não foi possível gerar o PDF desta ata"),
    task="apps.stages.kickoff.tasks.render_minutes",
    model="kickoff.Minutes",
)


@shared_task
def render_minutes(minutes_pk: int) -> None:
    """Make the PDF of a published version of the minutes; twice makes one."""
    work.do(MINUTES, minutes_pk, actions.render_minutes)


@shared_task
def render_waiting_minutes() -> None:
    """What a lost message left without its PDF."""
    work.do_all(MINUTES, queries.minutes_without_pdf(), actions.render_minutes)

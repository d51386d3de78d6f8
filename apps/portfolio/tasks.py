from celery import shared_task
from django.utils.translation import gettext_lazy as _

from apps.core.background import work
from apps.core.jobs import Job
from apps.portfolio.clocks import paper
from apps.portfolio.comparison import figures
from apps.portfolio.forecasts import actions as forecasts
from apps.portfolio.reports import actions as reports

FORECAST = Job(
    "portfolio.forecast",
    _("Previsão do projeto"),
    _("Não foi possível calcular a previsão deste projeto"),
    task="apps.portfolio.tasks.forecast_rollout",
    model="rollouts.Rollout",
)

PAPER = Job(
    "portfolio.clocks_paper",
    _("PDF dos dias por parte"),
    _("Não foi possível gerar o PDF dos dias por parte"),
    task="apps.portfolio.tasks.draw_clocks",
    model="portfolio.ClocksPaper",
)

FIGURES = Job(
    "portfolio.figures",
    _("Números do projeto para a comparação"),
    _("Não foi possível somar os números deste projeto para a comparação"),
    task="apps.portfolio.tasks.add_up_rollout",
    model="rollouts.Rollout",
)


@shared_task
def forecast_rollout(rollout_pk: int) -> None:
    """Foretell when one rollout ends, where somebody asks to try it again; twice gives the same."""
    work.do(FORECAST, rollout_pk, forecasts.forecast)


@shared_task
def forecast_waiting_rollouts() -> None:
    """Foretell each open rollout once a day, soon after midnight in Brasília, and what an event changed since. The past is
    read and learnt from once for all of them, after their versions: what happens in between leaves them waiting."""
    versions = dict(forecasts.waiting().values_list("pk", "version"))
    if versions:
        day_basis = forecasts.basis()
        work.do_all(FORECAST, versions, lambda key: forecasts.forecast_if_waiting(key, day_basis, versions[key]))


@shared_task
def draw_clocks(paper_pk: int) -> None:
    """Draw the clocks that somebody asked for; twice draws one."""
    work.do(PAPER, paper_pk, paper.draw)


@shared_task
def draw_waiting_clocks() -> None:
    """What a lost message left without its PDF."""
    work.do_all(PAPER, paper.waiting(), paper.draw)


@shared_task
def add_up_rollout(rollout_pk: int) -> None:
    """Add up the figures of one completed rollout; twice gives the same."""
    work.do(FIGURES, rollout_pk, figures.add_up)


@shared_task
def add_up_waiting_rollouts() -> None:
    """Add up what was completed, and what changed after its completion: hours, and nonconformities of the guarantee time."""
    work.do_all(FIGURES, figures.waiting(), figures.add_up)


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

from django.http import HttpRequest
from django.template.loader import render_to_string

from apps.core.plugins import Panel, Plugin
from apps.portfolio import personal_data, tasks
from apps.portfolio.clocks import dossier
from apps.portfolio.comparison.api import router as comparison_router
from apps.portfolio.forecasts import actions as forecasts
from apps.portfolio.forecasts import panels
from apps.portfolio.forecasts.api import router
from apps.portfolio.people import absences
from apps.portfolio.people import showing as people_panels
from apps.portfolio.reports import actions as reports
from apps.portfolio.reports import dossier as report_dossier
from apps.portfolio.reports import events as report_events
from apps.portfolio.reports import showing as report_panels
from apps.rollouts.models import Rollout


def _way_to_the_clocks(request: HttpRequest, rollout: Rollout) -> str:
    return render_to_string("portfolio/way_to_clocks.html", {"rollout": rollout}, request)


plugin = Plugin(
    app="portfolio",
    panels=[
        Panel("project", panels.card),
        Panel("plan", _way_to_the_clocks),
        Panel("timeline", _way_to_the_clocks),
        Panel("first page", report_panels.on_first_page),
        Panel("rollout", report_panels.way_to_reports),
        Panel("new rollout", people_panels.suggested_people),
        Panel("meeting form", people_panels.who_is_away),
    ],
    events=[report_events],
    meeting_conflicts=[absences.against],
    dossier=[dossier.files, report_dossier.files],
    dossier_checks=[dossier.problems, report_dossier.problems],
    personal_data=personal_data.HOLDINGS,
    recorded=[forecasts.follow],
    jobs=[tasks.FORECAST, tasks.PAPER, tasks.FIGURES, reports.DRAFT, reports.DRAW],
    routers={"/rollouts": router, "/comparison": comparison_router},
)

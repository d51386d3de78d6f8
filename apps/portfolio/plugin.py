from django.http import HttpRequest
from django.template.loader import render_to_string

from apps.core.plugins import Panel, Plugin
from apps.portfolio import personal_data, tasks
from apps.portfolio.clocks import dossier
from apps.portfolio.comparison.api import router as comparison_router
from apps.portfolio.forecasts import actions as forecasts
from apps.portfolio.forecasts import panels
from apps.portfolio.forecasts.api import router
from apps.rollouts.models import Rollout


def _way_to_the_clocks(request: HttpRequest, rollout: Rollout) -> str:
    return render_to_string("portfolio/way_to_clocks.html", {"rollout": rollout}, request)


plugin = Plugin(
    app="portfolio",
    panels=[Panel("project", panels.card), Panel("plan", _way_to_the_clocks), Panel("timeline", _way_to_the_clocks)],
    dossier=[dossier.files],
    dossier_checks=[dossier.problems],
    personal_data=personal_data.HOLDINGS,
    recorded=[forecasts.follow],
    jobs=[tasks.FORECAST, tasks.PAPER, tasks.FIGURES],
    routers={"/rollouts": router, "/comparison": comparison_router},
)

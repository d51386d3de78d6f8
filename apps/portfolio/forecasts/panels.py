"""The forecast on the page of a project."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from apps.companies.access import is_presence
from apps.portfolio.forecasts import health
from apps.portfolio.forecasts.simulation import PATHS
from apps.rollouts.models import Rollout


def card(request: HttpRequest, rollout: Rollout) -> str:
    """The two days and how the project stands, for the four parties; on how many projects it rests, to Presence alone, since
    it says how many others an integrator or a platform has."""
    outlook = health.outlook(rollout)
    if outlook is None:
        return ""
    context = {"rollout": rollout, "outlook": outlook, "tells_basis": is_presence(request.user), "paths": PATHS}
    return render_to_string("portfolio/forecast.html", context, request)

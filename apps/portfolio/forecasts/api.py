"""The forecast of a rollout over the REST API, for all four parties. It joins the router of the clocks."""

from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Schema

from apps.companies.access import is_presence
from apps.core.process import Stage
from apps.core.web import rest
from apps.portfolio.clocks.api import router
from apps.portfolio.forecasts import health
from apps.portfolio.forecasts.health import Health
from apps.portfolio.models import Forecast
from apps.rollouts.api import visible


class DaysOut(Schema):
    """What was foretold on ``day``: ``goal`` is reached by ``likely`` with 50 %, by ``safe`` with 80 %."""

    day: date
    goal: Stage
    likely: date
    safe: date


class RestsOnOut(Schema):
    """How many projects of the past a forecast rests on, and how many of them are of the same platform, integrator and
    integration model."""

    projects: int
    same_platform: int
    same_integrator: int
    same_model: int


class ForecastOut(DaysOut):
    """The newest forecast. ``basis``: the past of other projects (``history``), or the plan while too few stages were
    finished (``plan``). ``rests_on`` is for Presence alone, null for others. ``planned``: the planned day of ``goal``;
    without one there is no ``health``. ``reason`` says why in the reader's language. ``earlier``: forecasts of before that
    said something else."""

    basis: Forecast.Basis
    rests_on: RestsOnOut | None
    planned: date | None
    health: Health | None
    reason: str
    earlier: list[DaysOut]


class ForecastsOut(Schema):
    """``forecast`` is null of a closed project, while nothing can be foretold (there is neither a past nor a plan), and for
    the moment after a change of stage, until it is foretold anew."""

    forecast: ForecastOut | None


@router.get("/{int:rollout_id}/forecast/", response=ForecastsOut, summary="When the project goes live")
@rest.scope(rest.Scope.READ)
@rest.words(
    _("Previsão da entrada em produção"),
    _(
        "As datas com 50% e 80% de chance, simuladas com o que já aconteceu em outros projetos, e a situação em relação ao "
        "plano."
    ),
)
def read_forecast(request: HttpRequest, rollout_id: int):
    """Simulated each night, and after what changes the end, from the finished stages of like projects."""
    outlook = health.outlook(visible(request, rollout_id))
    if outlook is None:
        return {"forecast": None}
    forecast = outlook.forecast
    return {
        "forecast": {
            **_days(forecast),
            "basis": forecast.basis,
            "rests_on": forecast if is_presence(request.user) and forecast.basis == Forecast.Basis.HISTORY else None,
            "planned": outlook.planned,
            "health": outlook.health,
            "reason": outlook.reason,
            "earlier": [_days(row) for row in outlook.earlier],
        }
    }


def _days(row: Forecast) -> dict[str, object]:
    return {"day": row.day, "goal": row.goal, "likely": row.likely, "safe": row.safe}

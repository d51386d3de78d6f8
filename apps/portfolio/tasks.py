from celery import shared_task
from django.utils.translation import gettext_lazy as _

from apps.core.background import work
from apps.core.jobs import Job
from apps.portfolio.forecasts import actions as forecasts

FORECAST = Job(
    "portfolio.forecast",
    _("Previsão do projeto"),
    _("Não foi possível calcular a previsão deste projeto"),
    task="apps.portfolio.tasks.forecast_rollout",
    model="rollouts.Rollout",
)


@shared_task
def forecast_rollout(rollout_pk: int) -> None:
    """Foretell when one rollout ends; twice gives the same."""
    work.do(FORECAST, rollout_pk, forecasts.forecast)


@shared_task
def forecast_waiting_rollouts() -> None:
    """Foretell each open rollout once a day, soon after midnight in Brasília, and what a lost message left at another stage.
    The past is read and learnt from once for all of them."""
    keys = list(forecasts.waiting().values_list("pk", flat=True))
    if keys:
        day_basis = forecasts.basis()
        work.do_all(FORECAST, keys, lambda key: forecasts.forecast(key, day_basis))

"""The comparison of completed projects over the REST API; ``apps/api`` mounts the router. For the managers of Presence."""

from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from apps.core import clock
from apps.core.refusals import Invalid, require
from apps.core.web import rest
from apps.portfolio.comparison import exports, queries
from apps.portfolio.comparison.queries import By

router = Router(tags=["portfolio"])


class ComparedOut(Schema):
    """Completed projects of one company, platform or person. Days are business days: the median of all with its quartiles,
    and the medians of those with each party and on hold. ``few``: fewer than five projects, of which a median says little."""

    name: str
    projects: int
    few: bool
    median: float
    lower: float
    upper: float
    presence_days: float
    platform_days: float
    integrator_days: float
    client_days: float
    held_days: float
    sent_back: int
    reopened: int
    nonconformities_per_100: float | None
    free_minutes: int


@router.get("/", response=list[ComparedOut], summary="Compare completed projects")
@rest.for_people_alone(
    _("A comparação é de todos os projetos, e um token é de um só. Um gestor da Presence a vê no navegador.")
)
@rest.words(
    _("Comparar projetos concluídos"),
    _("Dias úteis, devoluções, reaberturas, não conformidades e horas não cobradas, com o número de projetos."),
    by=_("Por integrador, plataforma, cliente ou gerente."),
    since=_("Concluídos desde este dia."),
    until=_("Concluídos até este dia."),
)
def compare_projects(request: HttpRequest, by: By = By.INTEGRATOR, since: str = "", until: str = ""):
    """A line for each, by its name, with how many projects it rests on."""
    require(request.user, "portfolio.compare")
    lines = queries.compare(by, since=_day(since, field="since"), until=_day(until, field="until"))
    return [{**exports.row(line), "few": line.has_few} for line in lines]


def _day(text: str, *, field: str) -> date | None:
    """The day that ``text`` names in ISO form, None for none. Raises ``Invalid`` (422) for what names no day."""
    day = clock.meant_day(text)
    if text and day is None:
        raise Invalid(gettext("Informe o dia assim: 2026-03-31."), field=field)
    return day

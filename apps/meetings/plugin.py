from collections.abc import Iterator
from functools import partial

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.plugins import Fact, Page, Plugin
from apps.meetings import events, merging, new_company, personal_data, requirements
from apps.rollouts.models import Rollout


def summary(rollout: Rollout) -> Iterator[Fact]:
    if planned := rollout.meetings.planned().filter(planned_start__gte=clock.now()).first():
        day = clock.day_of(planned.starts_at)
        yield Fact(_("Próxima"), partial(date_format, day, "SHORT_DATE_FORMAT"), "info")
    yield Fact(_("Realizadas"), str(rollout.meetings.held().count()))


plugin = Plugin(
    app="meetings",
    page=Page(
        key="meetings",
        title=_("Reuniões"),
        icon="calendar",
        url_name="meetings:project",
        summary=summary,
        position=75,
    ),
    events=events,
    requirements=requirements,
    party_replaced=[new_company.follow_new_company],
    person_merged=[merging.join_rows],
    personal_data=personal_data.HOLDINGS,
)

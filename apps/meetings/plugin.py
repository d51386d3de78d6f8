from collections.abc import Iterator
from functools import partial

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.plugins import Fact, Page, Plugin
from apps.meetings import events, merging, new_company, personal_data, queries, requirements, tables
from apps.meetings.models import MeetingKind
from apps.rollouts.models import Rollout


def summary(rollout: Rollout) -> Iterator[Fact]:
    starts = [meeting.planned_start for meeting in queries.planned(rollout, *MeetingKind)]
    if following := next((start for start in starts if start and start >= clock.now()), None):
        day = clock.day_of(following)
        yield Fact(_("Próxima"), partial(date_format, day, "SHORT_DATE_FORMAT"), "info")
    yield Fact(_("Realizadas"), str(queries.number_held(rollout)))


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
    tables={"meetings": tables.export},
    party_replaced=[new_company.follow_new_company],
    person_merged=[merging.join_rows],
    personal_data=personal_data.HOLDINGS,
)

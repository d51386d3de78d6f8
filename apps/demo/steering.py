"""What Presence steers its projects by: a status report that went out, one that waits, a saved view, days of absence."""

from datetime import datetime, timedelta

from apps.companies.models import Kind
from apps.core import clock
from apps.demo.people import Participants
from apps.demo.story import Story
from apps.portfolio.models import SavedView, StatusReport
from apps.portfolio.people import absences
from apps.portfolio.projects import saved_views
from apps.portfolio.reports import actions as reports

AHEAD = timedelta(days=40)
"""So far ahead the analyst is away: beyond the meetings of the demonstration."""


def steer(participants: Participants, reported: Story, drafted: Story, today: datetime) -> None:
    """The project of ``reported`` has a report, that of ``drafted`` a draft, both a quarter of an hour before the instant
    ``today``."""
    with clock.at(today - timedelta(minutes=15)):
        report = reports.start(reported.reload(), by=reported.manager)
        reports.send(
            report,
            by=reported.manager,
            light=StatusReport.Light.ATTENTION,
            reason="Uma não conformidade impeditiva ainda segura o fim da homologação.",
            summary="Quase todo o roteiro já passou. A correção do integrador é testada assim que chegar.",
            hidden=[],
        )
        reports.start(drafted.reload(), by=drafted.manager)
        saved_views.save(
            by=participants.people["gestora@presence.demo"],
            name="Em homologação",
            layout=SavedView.Layout.BOARD,
            query={"stage": ["homologation"]},
            shared_with=next(row for row in participants.companies.values() if row.kind == Kind.PRESENCE),
        )
        analyst = participants.people["analista@presence.demo"]
        first = clock.today() + AHEAD
        absences.enter(analyst, by=analyst, first=first, last=first + timedelta(days=4))

"""Start a session of the homologation with who is there, and end it; all else about it is as of any meeting."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.process import PartyRole, Stage
from apps.core.refusals import Refusal, require
from apps.meetings import attendance
from apps.meetings.models import Meeting, MeetingKind
from apps.meetings.people import Participant
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.access import refuse_outside_homologation
from apps.stages.homologation.models import Script

REQUIRED_PARTIES = (PartyRole.PRESENCE, PartyRole.CLIENT, PartyRole.INTEGRATOR)
"""The parties that homologate together. The platform may come too."""


def refuse_too_early_or_late(rollout: Rollout) -> None:
    """Raise ``Refusal`` (409) where no session has a place."""
    if rollout.stage not in (Stage.TRAINING, Stage.HOMOLOGATION):
        raise Refusal(_("A homologação se agenda no treinamento ou na homologação."))


def start(
    script: Script,
    *,
    by: User,
    present: Iterable[Participant],
    absent: Mapping[str, str] | None = None,
    planned: Meeting | None = None,
) -> Meeting:
    """Start a session, perhaps a ``planned`` one, with a round open; otherwise as ``meetings.attendance.start``."""
    require(by, "homologation.lead", script)
    with timeline.changing(script.rollout) as rollout:
        refuse_outside_homologation(rollout)
        if queries.open_round(script) is None:
            raise Refusal(_("Não há rodada aberta. Abra a rodada antes de começar a sessão."))
        return attendance.start(
            rollout, MeetingKind.HOMOLOGATION, by=by, present=present, absent=absent, planned=planned
        )


def end(session: Meeting, *, by: User) -> Meeting:
    """End a session in progress, with how many results were recorded meanwhile."""
    require(by, "homologation.lead", session)
    with timeline.changing(session.rollout, even_closed=True):
        session = Meeting.objects.get(pk=session.pk)
        return attendance.end(session, by=by, results=queries.results_of(session).count())

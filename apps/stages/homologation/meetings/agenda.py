"""A session of the homologation as an entry in people's calendars."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.exports.calendar import Entry, Status
from apps.rollouts import agenda
from apps.stages.homologation.events import SessionCancelled, SessionPlanned, SessionStarted
from apps.stages.homologation.models import Session

CHANGES = {event.kind for event in (SessionPlanned, SessionCancelled, SessionStarted)}


def entry(session: Session) -> Entry | None:
    """``session`` in the reader's language; None of one that was started without having been planned."""
    if session.planned_start is None:
        return None
    rollout = session.rollout
    return agenda.entry(
        rollout,
        f"homologacao-{session.script.version}-{session.number}",
        changes=CHANGES,
        status=Status.CANCELLED if session.cancelled_at else Status.CONFIRMED,
        starts_at=session.planned_start,
        ends_at=session.planned_start + timedelta(minutes=session.planned_minutes or 0),
        title=f"{_('Homologação')}, {session}",
        facts=[(_("Roteiro"), session.script.title)],
        url=reverse("homologation:meeting", args=[rollout.pk]),
    )

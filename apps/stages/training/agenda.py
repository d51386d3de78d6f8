"""A session of the training as an entry in people's calendars."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.exports.calendar import Entry, Status
from apps.rollouts import agenda
from apps.rollouts.events import DateConfirmed, DateDeclined
from apps.stages.training.events import SessionCancelled, SessionHeld, SessionPlanned
from apps.stages.training.models import TrainingSession

CHANGES = {event.kind for event in (SessionPlanned, SessionCancelled, SessionHeld, DateConfirmed, DateDeclined)}


def entry(session: TrainingSession) -> Entry:
    """``session`` in the reader's language, tentative until the client confirmed its date."""
    return agenda.entry(
        session.rollout,
        f"treinamento-{session.number}",
        changes=CHANGES,
        status=_status(session),
        starts_at=session.scheduled_at,
        ends_at=session.scheduled_at + timedelta(minutes=session.planned_minutes),
        title=f"{_('Treinamento')}, {session}",
        facts=[(_("Reunião"), session.link)],
        url=reverse("training:room", args=[session.rollout_id]) + "#sessoes",
    )


def _status(session: TrainingSession) -> Status:
    if session.state == TrainingSession.State.CANCELLED:
        return Status.CANCELLED
    agreed = session.confirmed_at or session.state == TrainingSession.State.HELD
    return Status.CONFIRMED if agreed else Status.TENTATIVE

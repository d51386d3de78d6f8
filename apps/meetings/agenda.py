"""A meeting as an entry in people's calendars."""

from datetime import timedelta

from django.utils.translation import gettext as _

from apps.core.exports.calendar import Entry, Status
from apps.meetings.models import Meeting
from apps.meetings.rooms import room_of
from apps.rollouts import agenda


def entry(meeting: Meeting) -> Entry | None:
    """``meeting`` in the reader's language, tentative until the client confirmed its date where they are asked to; None of
    one that has no planned date."""
    if meeting.planned_start is None:
        return None
    return agenda.entry(
        meeting.rollout,
        meeting.calendar_key,
        sequence=meeting.sequence,
        changed_at=meeting.changed_at,
        status=_status(meeting),
        starts_at=meeting.planned_start,
        ends_at=meeting.planned_start + timedelta(minutes=meeting.planned_minutes or 0),
        title=meeting.full_name,
        facts=[(_("Reunião"), meeting.link), (_("Local"), meeting.place)],
        url=room_of(meeting.kind).url(meeting),
    )


def _status(meeting: Meeting) -> Status:
    if meeting.state in (Meeting.State.CANCELLED, Meeting.State.NOT_HELD):
        return Status.CANCELLED
    is_asked = meeting.is_planned and room_of(meeting.kind).asks_client
    return Status.TENTATIVE if is_asked and not meeting.confirmed_at else Status.CONFIRMED

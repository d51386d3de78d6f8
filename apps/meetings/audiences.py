"""To whom a notice about a meeting goes, and the calendar entry that comes with it."""

from django.urls import reverse

from apps.accounts.models import User
from apps.core.exports.calendar import Entry
from apps.meetings import agenda
from apps.meetings.models import Meeting
from apps.rollouts import audiences
from apps.rollouts.models import Event


def meeting_of(event: Event) -> Meeting | None:
    """The meeting that the event's data refers to."""
    reference = event.data["meeting"]
    meetings = Meeting.objects.filter(rollout=event.rollout_id)
    return meetings.filter(kind=reference.get("kind"), number=reference.get("number")).first()


def invited_to(meeting: Meeting) -> list[User]:
    """Those on the list of ``meeting`` who have an account and are still of a party; who speaks for each party, where nobody
    is invited."""
    invited = User.objects.filter(
        people__attendances__meeting=meeting,
        people__attendances__invited=True,
        memberships__company__in=meeting.rollout.parties.values("company"),
        is_active=True,
    )
    return list(invited.distinct().order_by("pk")) or audiences.speakers_of(meeting.rollout)


def who_is_invited(event: Event) -> list[User]:
    """``invited_to`` the meeting of the event."""
    meeting = meeting_of(event)
    return invited_to(meeting) if meeting else audiences.the_four(event)


def own_page(event: Event) -> str:
    """The address of the meeting's page."""
    meeting = meeting_of(event)
    if meeting is None:
        return reverse("meetings:project", args=[event.rollout_id])
    return reverse("meetings:meeting", args=[event.rollout_id, meeting.pk])


def entry(event: Event) -> Entry | None:
    """The meeting as it stands, for a calendar."""
    meeting = meeting_of(event)
    return agenda.entry(meeting) if meeting else None

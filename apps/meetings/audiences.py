"""To whom a notice about a meeting goes, and the calendar entry that comes with it."""

from django.urls import reverse

from apps.accounts.models import User
from apps.core.exports.calendar import Entry
from apps.meetings import agenda
from apps.meetings.models import Attendee, Meeting
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
    if audiences.came_with_people(meeting.rollout) and "attendees" in getattr(meeting, "_prefetched_objects_cache", {}):
        members = audiences.members_of(meeting.rollout.parties.all())
        keys = {row.person.user_id for row in meeting.attendees.all() if row.invited and row.person}
        return [user for user in members if user.pk in keys] or audiences.speakers_of(meeting.rollout)
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


def who_is_invited_of_the_side(event: Event) -> list[User]:
    """Those on the list for the party that the event's data names as ``side``, who have an account and are of it still."""
    meeting, side = meeting_of(event), event.data["side"]
    rows = meeting.attendees.filter(party=side, invited=True) if meeting else Attendee.objects.none()
    keys = set(rows.values_list("person__user", flat=True))
    return [user for user in audiences.people_of(event.rollout, side) if user.pk in keys]


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

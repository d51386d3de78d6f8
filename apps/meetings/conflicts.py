"""What speaks against the time of a planned meeting: said to who plans it, never forbidden."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core import clock, plugins, workdays
from apps.core.process import PartyRole
from apps.meetings.actions import LONGEST_PLANNED
from apps.meetings.models import Attendee, Meeting


def of_meeting(meeting: Meeting) -> list[str]:
    """What Presence should know of the time of a planned ``meeting``, a sentence each: it is over, it is no working day, or
    somebody who is invited has another meeting; and what other apps add. In four queries; of a meeting that is not planned,
    nothing in none."""
    if not meeting.is_planned or meeting.planned_start is None:
        return []
    others = (
        sentence for plugin in plugins.plugins() for find in plugin.meeting_conflicts for sentence in find(meeting)
    )
    return [*_of_the_day(meeting), *_of_people(meeting), *others]


def _of_the_day(meeting: Meeting) -> Iterator[str]:
    if meeting.starts_at < clock.now():
        yield _("Esta data já passou. Registre a reunião, mude a data ou diga por que ela não aconteceu.")
    day = clock.day_of(meeting.starts_at)
    client = meeting.rollout.company(PartyRole.CLIENT)
    if holiday := workdays.holiday(day, client.state):
        yield _("%(day)s é feriado para %(company)s: %(holiday)s.") % {
            "day": date_format(day, "SHORT_DATE_FORMAT"), "company": client, "holiday": holiday,
        }  # fmt: skip
    if day.weekday() >= 5:
        yield _("%(day)s é %(weekday)s.") % {
            "day": date_format(day, "SHORT_DATE_FORMAT"), "weekday": date_format(day, "l").lower(),
        }  # fmt: skip


def _of_people(meeting: Meeting) -> Iterator[str]:
    """Of those on the list, who is on that of another planned meeting at the same time."""
    persons = [row.person for row in meeting.attendees.select_related("person") if row.person]
    users = [person.user_id for person in persons if person.user_id]
    same_time = Attendee.objects.filter(
        meeting__state__in=[Meeting.State.PLANNED, Meeting.State.IN_PROGRESS],
        meeting__planned_start__gt=meeting.starts_at - timedelta(minutes=LONGEST_PLANNED),
        meeting__planned_start__lt=max(meeting.ends_at, meeting.starts_at + timedelta(minutes=1)),
    ).exclude(meeting=meeting)
    rows = (
        same_time.filter(person__in=persons) | same_time.filter(person__user__in=users)
    ).select_related("person__user", "meeting__rollout").distinct().order_by("pk")  # fmt: skip
    for row in rows:
        if row.meeting.ends_at > meeting.starts_at:
            yield _("%(who)s tem outra reunião nesse horário: %(meeting)s, %(code)s.") % {
                "who": row, "meeting": row.meeting.full_name, "code": row.meeting.rollout.code,
            }  # fmt: skip

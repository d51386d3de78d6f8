"""What becomes of the meetings that lie ahead when another company takes a party's place."""

from collections import defaultdict

from django.db.models import Q

from apps.core import clock
from apps.core.process import PartyRole
from apps.meetings import events
from apps.meetings.actions import changed_entry
from apps.meetings.models import Attendee, Meeting
from apps.meetings.people import record_of
from apps.rollouts import timeline
from apps.rollouts.audiences import leads_at
from apps.rollouts.parties import PartyChange


def follow_new_company(change: PartyChange) -> None:
    """Who is invited for the company that leaves is taken off the list, and who speaks for the new one is invited instead; a
    new client is asked for its word on the date. Guests of a company of their own stay. What was held keeps who was there."""
    planned = change.rollout.meetings.planned()
    of_the_company = Q(person__company=change.before) | Q(person=None, company="")
    invited = Attendee.objects.filter(of_the_company, meeting__in=planned, party__in=change.roles)
    roles_by_meeting: dict[int, set[str]] = defaultdict(set)
    for meeting_pk, role in invited.values_list("meeting", "party"):
        roles_by_meeting[meeting_pk].add(role)
    invited.delete()
    for meeting in planned:
        lies_ahead = meeting.planned_start is None or meeting.planned_start > clock.now()
        is_asked = PartyRole.CLIENT in change.roles and meeting.starts_at > clock.now()
        if is_asked:
            meeting.ask_again()
        if is_asked or meeting.pk in roles_by_meeting:
            changed_entry(meeting)
            meeting.save()
        if lies_ahead:
            for role in change.roles:
                if role in roles_by_meeting[meeting.pk]:
                    _invite_who_speaks(meeting, change, role)


def _invite_who_speaks(meeting: Meeting, change: PartyChange, role: PartyRole) -> None:
    rows = [
        Attendee(meeting=meeting, party=role, person=record_of(user, change.after), invited=True)
        for user in leads_at(change.after)
    ]
    if rows:
        Attendee.objects.bulk_create(rows, ignore_conflicts=True)
        new_company = events.NewCompanyInvited(meeting=events.reference(meeting), side=role, people=len(rows))
        timeline.record(change.rollout, new_company, change.by)

"""What becomes of the meetings that lie ahead when another company takes a party's place."""

from django.db.models import Q

from apps.core import clock
from apps.core.process import PartyRole
from apps.meetings.actions import changed_entry
from apps.meetings.models import Attendee
from apps.rollouts.parties import PartyChange


def follow_new_company(change: PartyChange) -> None:
    """Who is invited for the company that leaves is taken off the list; a new client is asked for its word on the date.
    Guests of a company of their own stay. What was held keeps who was there."""
    planned = change.rollout.meetings.planned()
    of_the_company = Q(person__company=change.before) | Q(person=None, company="")
    invited = Attendee.objects.filter(of_the_company, meeting__in=planned, party__in=change.roles)
    lists_changed = set(invited.values_list("meeting", flat=True))
    invited.delete()
    for meeting in planned:
        is_asked = PartyRole.CLIENT in change.roles and meeting.starts_at > clock.now()
        if is_asked:
            meeting.ask_again()
        if is_asked or meeting.pk in lists_changed:
            changed_entry(meeting)
            meeting.save()

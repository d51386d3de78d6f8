"""What becomes of lists on which both records of one person stood, when the records are merged."""

from apps.companies.models import Person
from apps.meetings.models import Attendee


def join_rows(other: Person, person: Person) -> None:
    """Where both stand on the list of one meeting for one party, one row is left: invited or there if either was."""
    for row in Attendee.objects.filter(person=other):
        same = Attendee.objects.filter(meeting=row.meeting_id, party=row.party, person=person).first()
        if same is None:
            continue
        same.invited = same.invited or row.invited
        if row.attended and not same.attended:
            same.attended, same.arrived_at, same.left_at = True, row.arrived_at, row.left_at
        same.save()
        row.delete()

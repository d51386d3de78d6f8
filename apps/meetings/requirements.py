"""What the meetings of no stage ask; the apps of the stages ask for their own."""

from collections.abc import Iterator

from apps.core.requirements import Answer, Requirement, requirement
from apps.meetings import dates, queries
from apps.meetings.models import MeetingKind
from apps.meetings.rooms import room_of
from apps.rollouts.models import Rollout

KINDS = (MeetingKind.GO_LIVE, MeetingKind.OTHER)


def answer_to_the_date(rollout: Rollout, rest: str) -> Answer | None:
    kind, _colon, number = rest.partition(":")
    if kind not in KINDS or not number.isdecimal():
        return None
    meeting = rollout.meetings.planned().filter(kind=kind, number=number).first()
    return dates.answer_to(meeting) if meeting else None


@requirement("meetings:date", answer=answer_to_the_date)
def the_planned_date_is_confirmed(rollout: Rollout) -> Iterator[Requirement]:
    for meeting in queries.planned(rollout, *KINDS):
        key = f"meetings:date:{meeting.kind}:{meeting.number}"
        url = room_of(meeting.kind).url(meeting)
        yield from dates.asked_of(meeting, key=key, since=meeting.planned_at, url=url)

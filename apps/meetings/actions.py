"""Plan a meeting, move it, invite people to it, cancel it or say that it did not take place; answer its date."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock, plugins
from apps.core.process import PartyRole, Stage
from apps.core.refusals import Invalid, Refusal, require
from apps.meetings import events, people
from apps.meetings.models import Attendee, Meeting, MeetingKind
from apps.meetings.rooms import Room, room_of
from apps.rollouts import numbering, timeline
from apps.rollouts.access import refuse_both_halves
from apps.rollouts.models import Rollout

LONGEST_PLANNED = 8 * 60
"""Minutes that may be set aside for one meeting."""

AFTER_COMPLETION = (MeetingKind.TRAINING, MeetingKind.GO_LIVE, MeetingKind.OTHER)
"""The kinds that a completed rollout still has, until the month of their day is closed."""

CALENDAR_NAMES = {
    MeetingKind.KICKOFF: "reuniao-inaugural",
    MeetingKind.TRAINING: "treinamento",
    MeetingKind.HOMOLOGATION: "homologacao",
    MeetingKind.GO_LIVE: "entrada-em-producao",
    MeetingKind.OTHER: "reuniao",
}


def refuse_when_over(rollout: Rollout, kind: str, when: datetime) -> None:
    """Raise ``Refusal`` (409) when a meeting of ``kind`` on the day of ``when`` no longer has a place in ``rollout``: it is
    cancelled, or it is completed and what other apps keep of that day is closed (``Plugin.meeting_objections``)."""
    if rollout.is_open:
        return
    if rollout.stage != Stage.COMPLETED or kind not in AFTER_COMPLETION:
        timeline.refuse_closed(rollout)
    for plugin in plugins.plugins():
        for objection in plugin.meeting_objections:
            objection(rollout, when)


@contextmanager
def changing(
    rollout: Rollout, kind: str, *, by: User, when: datetime, at_any_stage: bool = False
) -> Iterator[tuple[Rollout, Room]]:
    """``rollout`` locked and fresh, and the rules of ``kind``, for who conducts meetings; ``when`` the meeting is.

    Raises ``Refusal`` (409) where ``refuse_when_over`` or the rules do; ``at_any_stage`` leaves the rules out.
    """
    require(by, "meetings.conduct", rollout)
    with timeline.changing(rollout, even_closed=True) as rollout:
        room = room_of(kind)
        refuse_when_over(rollout, kind, when)
        if not at_any_stage:
            room.refuse(rollout)
        yield rollout, room


def new_meeting(rollout: Rollout, kind: str, *, title: str = "") -> Meeting:
    """The next meeting of ``kind``, not yet saved; the caller holds the lock. Raises ``Invalid`` for an "other" without a
    title, ``Refusal`` (409) where there is one already and the kind has only one."""
    if kind == MeetingKind.OTHER and not title.strip():
        raise Invalid(_("Diga o assunto da reunião."), field="title")
    existing = rollout.meetings.filter(kind=kind)
    if room_of(kind).only_one and existing.exclude(state__in=["cancelled", "not_held"]).exists():
        raise Refusal(_("Já existe uma reunião deste tipo, agendada ou realizada."))
    number = numbering.next_number(rollout, existing)
    return Meeting(
        rollout=rollout, kind=kind, number=number, title=title.strip() if kind == MeetingKind.OTHER else "",
        calendar_key=f"{rollout.code}-{CALENDAR_NAMES[MeetingKind(kind)]}-{number}",
    )  # fmt: skip


def kinds_to_plan(rollout: Rollout) -> list[MeetingKind]:
    """The kinds of which a meeting may be planned today."""
    kinds = []
    for kind in MeetingKind:
        try:
            refuse_when_over(rollout, kind, clock.now())
            room_of(kind).refuse(rollout)
        except Refusal:
            continue
        kinds.append(kind)
    return kinds


def changed_entry(meeting: Meeting) -> None:
    """Note that the calendar entry of ``meeting`` changed. Whoever calls this saves."""
    meeting.sequence, meeting.changed_at = meeting.sequence + 1, clock.now()


def plan(
    rollout: Rollout,
    kind: str,
    *,
    by: User,
    planned_start: datetime,
    planned_minutes: int,
    title: str = "",
    place: str = "",
    link: str = "",
    present: Iterable[people.Participant] = (),
) -> Meeting:
    """Schedule a meeting of ``kind`` of 1 to 480 minutes, with ``present`` invited. A day that is awkward is no refusal
    (``conflicts``)."""
    with changing(rollout, kind, by=by, when=planned_start) as (rollout, _room):
        _refuse_length(planned_minutes)
        meeting = new_meeting(rollout, kind, title=title)
        meeting.planned_start, meeting.planned_minutes = planned_start, planned_minutes
        meeting.place, meeting.link = place.strip(), link
        meeting.scheduled_by, meeting.changed_at = by, clock.now()
        rows = people.put_on_list(meeting, rollout, present, by=by)
        meeting.save()
        _invite(meeting, rows)
        timeline.record(rollout, events.Planned(meeting=events.reference(meeting), when=planned_start), by)
        return meeting


def change(
    meeting: Meeting, *, by: User, planned_start: datetime, planned_minutes: int, place: str = "", link: str = ""
) -> Meeting:
    """Set another date, length, place or link of a planned meeting. Another date asks the client again."""
    with changing(meeting.rollout, meeting.kind, by=by, when=planned_start) as (rollout, _room):
        meeting = planned_meeting(meeting)
        _refuse_length(planned_minutes)
        before, details = meeting.planned_start, (meeting.planned_minutes, meeting.place, meeting.link)
        meeting.planned_start, meeting.planned_minutes = planned_start, planned_minutes
        meeting.place, meeting.link = place.strip(), link
        if before == planned_start and details == (planned_minutes, meeting.place, link):
            return meeting
        changed_entry(meeting)
        if before != planned_start:
            meeting.ask_again()
            meeting.scheduled_by = by
        meeting.save()
        reference = events.reference(meeting)
        if before is None:
            timeline.record(rollout, events.Planned(meeting=reference, when=planned_start), by)
        elif before != planned_start:
            timeline.record(rollout, events.Moved(meeting=reference, when=planned_start, before=before), by)
        else:
            timeline.record(rollout, events.Changed(meeting=reference), by)
        return meeting


def invite(meeting: Meeting, *, by: User, present: Iterable[people.Participant]) -> list[Attendee]:
    """Put people on the list of a planned meeting. Raises ``Invalid`` on ``present`` when all of them are on it already."""
    with changing(meeting.rollout, meeting.kind, by=by, when=meeting.starts_at) as (rollout, room):
        meeting = Meeting.objects.get(pk=meeting.pk)
        if not (meeting.is_planned or (room.may_be_corrected and meeting.state == Meeting.State.HELD)):
            raise Refusal(_("Esta reunião já aconteceu ou foi cancelada; a lista fica como está."))
        rows = _invite(meeting, people.put_on_list(meeting, rollout, present, by=by))
        if not rows:
            raise Invalid(_("Marque ou escreva quem ainda não está na lista."), field="present")
        room.attendance_changed(meeting)
        timeline.record(rollout, events.Invited(meeting=events.reference(meeting), people=len(rows)), by)
        return rows


def uninvite(attendee: Attendee, *, by: User) -> None:
    """Take somebody off the list of a planned meeting."""
    meeting = attendee.meeting
    with changing(meeting.rollout, meeting.kind, by=by, when=meeting.starts_at, at_any_stage=True) as (rollout, room):
        meeting = planned_meeting(meeting)
        attendee = on_list(attendee)
        attendee.delete()
        room.attendance_changed(meeting)
        uninvited = events.Uninvited(meeting=events.reference(meeting), side=PartyRole(attendee.party))
        timeline.record(rollout, uninvited, by)


def cancel(meeting: Meeting, *, by: User, reason: str) -> Meeting:
    """Cancel a planned meeting, with a reason; its time is free again."""
    with changing(meeting.rollout, meeting.kind, by=by, when=meeting.starts_at, at_any_stage=True) as (rollout, _room):
        meeting = planned_meeting(meeting)
        _give_up(meeting, Meeting.State.CANCELLED, by, reason)
        timeline.record(rollout, events.Cancelled(meeting=events.reference(meeting), reason=meeting.reason), by)
        return meeting


def not_held(meeting: Meeting, *, by: User, cause: str, reason: str) -> Meeting:
    """Record that a planned meeting did not take place although its time came, because of the party ``cause`` (a role)."""
    with changing(meeting.rollout, meeting.kind, by=by, when=meeting.starts_at, at_any_stage=True) as (rollout, _room):
        meeting = planned_meeting(meeting)
        if meeting.planned_start is None or meeting.planned_start > clock.now():
            raise Refusal(_("A hora desta reunião ainda não chegou. Se ela não vai acontecer, cancele."))
        meeting.cause = cause
        _give_up(meeting, Meeting.State.NOT_HELD, by, reason)
        record = events.NotHeld(
            meeting=events.reference(meeting), when=meeting.starts_at, caused_by=PartyRole(cause), reason=meeting.reason
        )
        timeline.record(rollout, record, by)
        return meeting


def answer_date(meeting: Meeting, *, by: User, suits: bool, reason: str = "") -> None:
    """The client's answer to the date of ``meeting``; declining it needs a reason. An answer may be changed while the date
    lies ahead."""
    require(by, "meetings.answer_date", meeting)
    if not suits and not reason.strip():
        raise Invalid(_("Diga por que a data não serve e quando seria melhor."), field="reason")
    with timeline.changing(meeting.rollout, even_closed=True) as rollout:
        meeting = Meeting.objects.get(pk=meeting.pk)
        refuse_when_over(rollout, meeting.kind, meeting.starts_at)
        if not meeting.is_planned or meeting.planned_start is None or meeting.planned_start <= clock.now():
            raise Refusal(_("Esta data já passou ou foi desmarcada."))
        refuse_both_halves(by, meeting.scheduled_by_id)
        meeting.ask_again()
        changed_entry(meeting)
        reference, when = events.reference(meeting), meeting.starts_at
        if suits:
            meeting.confirmed_by, meeting.confirmed_at = by, clock.now()
        else:
            meeting.objection = reason.strip()
        meeting.save()
        if suits:
            timeline.record(rollout, events.Confirmed(meeting=reference, when=when), by, party=PartyRole.CLIENT)
        else:
            declined = events.Declined(meeting=reference, when=when, reason=meeting.objection)
            timeline.record(rollout, declined, by, party=PartyRole.CLIENT)


def planned_meeting(meeting: Meeting) -> Meeting:
    """``meeting`` read again, under the lock. Raises ``Refusal`` (409) unless it is still planned."""
    meeting = Meeting.objects.get(pk=meeting.pk)
    if not meeting.is_planned:
        raise Refusal(_("Esta reunião já foi realizada ou cancelada."))
    return meeting


def on_list(attendee: Attendee) -> Attendee:
    """``attendee`` read again, under the lock. Raises ``Refusal`` (409) for who was taken off the list meanwhile."""
    row = Attendee.objects.select_related("meeting", "person__user").filter(pk=attendee.pk).first()
    if row is None:
        raise Refusal(_("Esta pessoa já saiu da lista. Atualize a página."))
    return row


def _refuse_length(planned_minutes: int) -> None:
    if not 0 < planned_minutes <= LONGEST_PLANNED:
        raise Invalid(_("A reunião dura de 1 minuto a 8 horas."), field="planned_minutes")


def _invite(meeting: Meeting, rows: list[Attendee]) -> list[Attendee]:
    """Save those of ``rows`` that are not invited yet, as invited."""
    new_rows = [row for row in rows if not row.invited]
    for row in new_rows:
        row.meeting, row.invited = meeting, True
        row.save()
    return new_rows


def _give_up(meeting: Meeting, state: str, by: User, reason: str) -> None:
    if not reason.strip():
        raise Invalid(_("Diga o motivo."), field="reason")
    meeting.state, meeting.reason = state, reason.strip()
    meeting.recorded_by, meeting.recorded_at = by, clock.now()
    changed_entry(meeting)
    meeting.save()

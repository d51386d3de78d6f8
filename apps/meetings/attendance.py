"""Hold a meeting: start it with who is there, let others in and out, end it; or record one that is over."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.models import Kind, Person
from apps.companies.people import actions as directory
from apps.core import clock
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.meetings import events, people
from apps.meetings.actions import changed_entry, changing, new_meeting, on_list, planned_meeting
from apps.meetings.models import Absence, Attendee, Meeting
from apps.meetings.rooms import room_of
from apps.rollouts import timeline
from apps.rollouts.models import Rollout

LONGEST = 12 * 60
"""Minutes that one meeting may have taken."""


def start(
    rollout: Rollout,
    kind: str,
    *,
    by: User,
    present: Iterable[people.Participant],
    absent: Mapping[str, str] | None = None,
    planned: Meeting | None = None,
    title: str = "",
) -> Meeting:
    """Start a meeting of ``kind`` now, perhaps a ``planned`` one, with who is ``present``.

    Each party that the kind needs has somebody there, or a reason in ``absent`` why it does not: ``Invalid`` (422) on
    ``absent_<party>`` otherwise. One of a kind goes on at a time: ``Refusal`` (409).
    """
    with changing(rollout, kind, by=by, when=clock.now()) as (rollout, room):
        if rollout.meetings.filter(kind=kind, state=Meeting.State.IN_PROGRESS).exists():
            raise Refusal(_("Já existe uma reunião em andamento."))
        meeting = planned_meeting(planned) if planned else new_meeting(rollout, kind, title=title)
        rows = people.put_on_list(meeting, rollout, present, by=by)
        parties_present = {row.party for row in rows}
        reasons = _reasons(absent, parties_present)
        for party in room.needed:
            if party not in parties_present and party not in reasons:
                raise Invalid(
                    _("Ninguém de %(company)s: marque quem está presente ou diga por que a reunião segue sem.")
                    % {"company": rollout.company(party)},
                    field=f"absent_{party}",
                )
        meeting.state, meeting.started_at, meeting.led_by = Meeting.State.IN_PROGRESS, clock.now(), by
        changed_entry(meeting)
        meeting.save()
        _write_down(meeting, rows, reasons)
        started = events.Started(
            meeting=events.reference(meeting), people=len(rows), absent=[PartyRole(party) for party in sorted(reasons)]
        )
        timeline.record(rollout, started, by)
        return meeting


def join(meeting: Meeting, *, by: User, present: Iterable[people.Participant]) -> list[Attendee]:
    """Record who came after the start. Who conducts meetings records anybody, others themselves alone.

    Raises ``Invalid`` (422) on ``present`` when there is nobody to record, ``Refusal`` (409) when the meeting is not in
    progress.
    """
    present = list(present)
    if any(not people.is_self(who, by) for _party, who in present):
        require(by, "meetings.conduct", meeting)
    with timeline.changing(meeting.rollout) as rollout:
        meeting = _meeting_in_progress(meeting)
        rows = [row for row in people.put_on_list(meeting, rollout, present, by=by) if not row.attended]
        if not rows:
            raise Invalid(_("Marque ou escreva quem chegou e ainda não está na lista."), field="present")
        for row in rows:
            row.arrived_at = clock.now()
        _write_down(meeting, rows, {})
        timeline.record(rollout, events.Joined(meeting=events.reference(meeting), people=len(rows)), by)
        return rows


def leave(attendee: Attendee, *, by: User) -> Attendee:
    """Record that somebody left a meeting in progress before its end: who conducts it, or they themselves."""
    meeting = attendee.meeting
    if attendee.person is None or attendee.person.user_id != by.pk:
        require(by, "meetings.conduct", meeting)
    with timeline.changing(meeting.rollout) as rollout:
        meeting = _meeting_in_progress(meeting)
        attendee = on_list(attendee)
        if not attendee.attended or attendee.left_at:
            raise Refusal(_("Esta pessoa não está na reunião."))
        attendee.left_at = clock.now()
        attendee.save()
        timeline.record(
            rollout, events.LeftEarly(meeting=events.reference(meeting), side=PartyRole(attendee.party)), by
        )
        return attendee


def end(meeting: Meeting, *, by: User, results: int | None = None) -> Meeting:
    """End a meeting in progress; its time is then proposed as hours to the people of Presence who were there. ``results`` is
    how many were recorded meanwhile, where it was for that."""
    require(by, "meetings.conduct", meeting)
    with timeline.changing(meeting.rollout, even_closed=True) as rollout:
        meeting = _meeting_in_progress(meeting)
        meeting.state, meeting.ended_at = Meeting.State.HELD, clock.now()
        meeting.recorded_by, meeting.recorded_at = by, clock.now()
        changed_entry(meeting)
        meeting.save()
        ended = events.Ended(meeting=events.reference(meeting), minutes=meeting.minutes or 0, results=results)
        timeline.record(rollout, ended, by)
        return meeting


def record(
    rollout: Rollout,
    kind: str,
    *,
    by: User,
    started_at: datetime,
    minutes: int,
    present: Iterable[people.Participant],
    absent: Mapping[str, str] | None = None,
    note: str = "",
    title: str = "",
    meeting: Meeting | None = None,
    more: Mapping[str, Any] | None = None,
) -> Meeting:
    """Record a meeting that took place: a planned ``meeting``, or one that nobody planned. ``minutes`` from 1 to 720.

    ``more`` is what the kind asks besides (``Room.fields``). Raises ``Invalid`` (422) on ``present`` when a party that the
    kind needs has nobody there, and for a time that lies ahead.
    """
    with changing(rollout, kind, by=by, when=started_at) as (rollout, room):
        if room.is_live:
            raise Refusal(_("Esta reunião começa e termina na página da etapa."))
        meeting = _recordable(meeting) if meeting else new_meeting(rollout, kind, title=title)
        if started_at > clock.now():
            raise Invalid(_("A reunião ainda não começou: esta data está no futuro."), field="started_at")
        if not 0 < minutes <= LONGEST:
            raise Invalid(_("Informe quanto durou a reunião, até 12 horas."), field="minutes")
        rows = people.put_on_list(meeting, rollout, present, by=by)
        parties_present = {row.party for row in rows}
        for party in room.needed:
            if party not in parties_present:
                raise Invalid(
                    _("Falta a presença de %(company)s (%(party)s): marque ou escreva quem participou.")
                    % {"company": rollout.company(party), "party": str(party.label).lower()},
                    field="present",
                )
        meeting.state, meeting.started_at = Meeting.State.HELD, started_at
        meeting.ended_at, meeting.note = started_at + timedelta(minutes=minutes), note.strip()
        meeting.led_by = meeting.led_by or by
        meeting.recorded_by, meeting.recorded_at = by, clock.now()
        changed_entry(meeting)
        meeting.save()
        meeting.attendees.update(attended=False, arrived_at=None, left_at=None)
        _write_down(meeting, rows, _reasons(absent, parties_present))
        room.recorded(meeting, more or {})
        room.attendance_changed(meeting)
        recorded = events.Recorded(
            meeting=events.reference(meeting), started_at=started_at, minutes=minutes, people=len(rows)
        )
        timeline.record(rollout, recorded, by)
        return meeting


def name_guest(attendee: Attendee, *, by: User) -> Person:
    """Give a guest a record among the people of their party's company, or the one that bears their name; every meeting keeps
    who was there. Raises ``Refusal`` (409) for who has one, for a guest of a company that is no party, and for one of
    Presence, whose people are invited; ``Invalid`` (422) for a name that carries an address."""
    rollout = attendee.meeting.rollout
    company = rollout.company(attendee.party)
    require(by, "companies.manage_people", company)
    with timeline.changing(rollout, even_closed=True) as rollout:
        attendee = on_list(attendee)
        if attendee.person_id:
            raise Refusal(_("Esta pessoa já está entre as pessoas da empresa."))
        if attendee.company:
            raise Refusal(_("%(company)s não é parte deste projeto.") % {"company": attendee.company})
        namesakes = list(
            Person.objects.in_directory().named().filter(company=company, shown_name__iexact=attendee.name)
        )
        if len(namesakes) == 1:
            person = namesakes[0]
        elif company.kind == Kind.PRESENCE:
            raise Refusal(_("Quem trabalha na Presence entra por convite. Convide %(name)s.") % {"name": attendee.name})
        else:
            person = directory.register(company, name=attendee.name, position=attendee.position)
        if attendee.meeting.attendees.filter(party=attendee.party, person=person).exists():
            raise Refusal(_("%(name)s já está na lista desta reunião.") % {"name": person})
        attendee.person, attendee.name, attendee.position = person, "", ""
        attendee.save()
        named = events.GuestNamed(meeting=events.reference(attendee.meeting), side=PartyRole(attendee.party))
        timeline.record(rollout, named, by)
        return person


def _reasons(absent: Mapping[str, str] | None, parties_present: set[str]) -> dict[str, str]:
    """Why the parties that sent nobody did not."""
    reasons = {party: reason.strip()[:200] for party, reason in (absent or {}).items()}
    return {party: reason for party, reason in reasons.items() if reason and party not in parties_present}


def _write_down(meeting: Meeting, rows: list[Attendee], reasons: Mapping[str, str]) -> None:
    for row in rows:
        row.meeting, row.attended = meeting, True
        row.save()
    Absence.objects.bulk_create(
        (Absence(meeting=meeting, party=party, reason=reason) for party, reason in reasons.items()),
        update_conflicts=True, unique_fields=["meeting", "party"], update_fields=["reason"],
    )  # fmt: skip


def _recordable(meeting: Meeting) -> Meeting:
    fresh = Meeting.objects.get(pk=meeting.pk)
    if fresh.state == Meeting.State.HELD and room_of(fresh.kind).may_be_corrected:
        return fresh
    return planned_meeting(fresh)


def _meeting_in_progress(meeting: Meeting) -> Meeting:
    meeting = Meeting.objects.get(pk=meeting.pk)
    if meeting.state != Meeting.State.IN_PROGRESS:
        raise Refusal(_("Esta reunião não está em andamento."))
    return meeting

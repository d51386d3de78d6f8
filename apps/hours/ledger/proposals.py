"""Time that may be logged with one press: what a timer measured, and a person's part in the meetings that were held."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock, papers
from apps.core.process import Stage
from apps.core.refusals import Refusal, require
from apps.hours import classification, queries
from apps.hours.classification import Activity
from apps.hours.ledger import actions, days
from apps.hours.models import Proposal, TimeEntry
from apps.meetings import queries as meetings
from apps.meetings.models import Attendee, Meeting, MeetingKind
from apps.meetings.rooms import ANY, room_of
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries as homologation
from apps.stages.homologation.models import Nonconformity, Result, Round

WITHIN = timedelta(days=14)
"""Sessions older than this are not proposed any more: who was there would not remember."""

EARLIER_SOURCES = {"session": "training", "meeting": "homologation"}
"""How sources of before meetings had an app of their own named the kind; their first number says nothing any more."""


def pending(user: User, rollout: Rollout | None = None) -> list[Proposal]:
    """What ``user`` may confirm or dismiss, in order; of one rollout, or of all. Those of meetings are not saved rows.

    A meeting is left out once it was answered, and where the person already logged the same work in its time.
    """
    stored = Proposal.objects.filter(person=user, state=Proposal.State.OPEN).select_related("rollout", "nonconformity")
    stored = stored.filter(rollout=rollout) if rollout else stored
    attended, results = _attended(user, rollout), _results(user, rollout)
    # Most often there is nothing, which one query tells.
    keys, *other_keys = (rows.order_by().values("pk") for rows in (stored, attended, results))
    if not keys.union(*other_keys).exists():
        return []
    proposals = list(stored)
    unsaved = _of_meetings_and_rounds(user, list(attended), results)
    sources = [proposal.source for proposal in unsaved]
    answered = set(Proposal.objects.filter(person=user, source__in=sources).values_list("source", flat=True))
    for proposal in unsaved:
        if proposal.source not in answered and _is_to_be_logged(proposal):
            proposals.append(proposal)
    return sorted(proposals, key=lambda proposal: (proposal.started_at, proposal.source))


def find(user: User, source: str) -> Proposal | None:
    """The pending proposal of ``source``; None once it was answered."""
    return next((proposal for proposal in pending(user) if proposal.source == source), None)


def accept(
    proposal: Proposal,
    *,
    by: User,
    activity: str,
    started_at: datetime,
    minutes: int,
    note: str,
    nonconformity: Nonconformity | None = None,
) -> TimeEntry:
    """Log what is proposed, as corrected by the person. A second press is a ``Refusal``; raises what ``log`` raises."""
    with transaction.atomic():
        entry = actions.log(
            proposal.rollout, by=by, activity=activity, started_at=started_at, minutes=minutes, note=note,
            nonconformity=nonconformity, source=proposal.source,
        )  # fmt: skip
        _answer(proposal, by, Proposal.State.LOGGED)
        return entry


def dismiss(proposal: Proposal, *, by: User) -> None:
    """Never propose it again. A ``Refusal`` when it was answered already."""
    require(by, "hours.log", proposal.rollout)
    with transaction.atomic():
        _answer(proposal, by, Proposal.State.DISMISSED)


def preview(proposal: Proposal) -> dict[str, Any]:
    """For a template: the proposal, the lines it would get or why it would be refused, and what it overlaps."""
    lines: list[classification.Line] = []
    refusal, overlap = "", ""
    if proposal.minutes:
        try:
            lines = actions.lines_if_logged(
                proposal.rollout, by=proposal.person, activity=proposal.activity, started_at=proposal.started_at,
                minutes=proposal.minutes, nonconformity=proposal.nonconformity,
            )  # fmt: skip
        except Refusal as error:
            refusal = error.message
        if overlaps := days.overlapping(proposal.person, proposal.started_at, proposal.minutes):
            overlap = days.overlap_text(overlaps[0])
    return {"proposal": proposal, "lines": queries.with_words(lines), "refusal": refusal, "overlap": overlap}


def link(entry: TimeEntry) -> tuple[str, str]:
    """Name and address of the meeting or round that ``entry`` came from; empty for time that came from neither."""
    kind, _colon, key = entry.source.partition(":")
    kind = EARLIER_SOURCES.get(kind, kind)
    number = key.split(".")[1] if "." in key else ""
    if kind == "round" and number:
        return _("Rodada %(number)d") % {"number": int(number)}, _room("homologation", entry) + "#roteiro"
    if kind not in MeetingKind.values or not number:
        return "", ""
    meeting = Meeting(kind=kind, number=int(number), rollout_id=entry.rollout_id, title=str(MeetingKind(kind).label))
    rules = room_of(kind)
    return str(meeting), _room("meetings", entry) if rules is ANY else rules.url(meeting)


def _room(name: str, entry: TimeEntry) -> str:
    page = "project" if name == "meetings" else "room"
    return reverse(f"{name}:{page}", args=[entry.rollout_id])


def _answer(proposal: Proposal, by: User, state: Proposal.State) -> None:
    """Settle ``proposal``, under the lock of its person; a session's becomes a row by it."""
    days.lock(by)
    row = Proposal.objects.filter(person=by, source=proposal.source).first()
    if row is not None and row.state != Proposal.State.OPEN:
        raise Refusal(_("Esta proposta já foi respondida."))
    row = row or proposal
    row.state = state
    row.save()


def _of_meetings_and_rounds(user: User, attended: list[Attendee], results: Iterable[Result]) -> list[Proposal]:
    """What the person's part in meetings and rounds proposes; a homologation that retested one nonconformity and nothing else
    names it. The notes are in Portuguese whoever logs them, as is the statement that
    they end in."""
    with papers.on_paper():
        sessions = [row.meeting for row in attended if _is_tested(row.meeting)]
        return [*(_of_meeting(user, row) for row in attended), *_homologations(user, results, sessions)]


def _attended(user: User, rollout: Rollout | None) -> QuerySet[Attendee]:
    """The person's part in each meeting that they attended for Presence."""
    return meetings.attended_by(user, clock.now() - WITHIN).filter(meeting__rollout__in=_rollouts(user, rollout))


def _of_meeting(user: User, row: Attendee) -> Proposal:
    meeting = row.meeting
    came_at, left_at = row.arrived_at or meeting.started_at, row.left_at or meeting.ended_at
    results = (
        list(homologation.results_of(meeting).select_related("round__script__rollout")) if _is_tested(meeting) else []
    )
    return Proposal(
        person=user, rollout=meeting.rollout, source=source_of(meeting), activity=_activity(meeting),
        started_at=(came_at or meeting.starts_at).astimezone(UTC).replace(second=0, microsecond=0),
        minutes=meeting.minutes_of(came_at, left_at) or None,
        nonconformity=_retested(results[0].round, results) if results else None,
        note=_note(meeting),
    )  # fmt: skip


def source_of(meeting: Meeting) -> str:
    """What names ``meeting`` as the source of an entry: its kind, rollout and number."""
    return f"{meeting.kind}:{meeting.rollout_id}.{meeting.number}"


def _is_tested(meeting: Meeting) -> bool:
    return meeting.kind == MeetingKind.HOMOLOGATION


def _activity(meeting: Meeting) -> Activity:
    """What the time of ``meeting`` is logged as, unless the person says otherwise: that of no stage as follow-up once the
    rollout is at its go-live, as internal work before."""
    if meeting.kind == MeetingKind.OTHER:
        return Activity.FOLLOW_UP if meeting.rollout.has_reached(Stage.GO_LIVE) else Activity.INTERNAL
    return Activity(meeting.kind)


def _note(meeting: Meeting) -> str:
    alone = meeting.kind in (MeetingKind.KICKOFF, MeetingKind.OTHER)
    return str(meeting) if alone else f"{meeting.get_kind_display()}: {meeting}"


def _results(user: User, rollout: Rollout | None) -> QuerySet[Result]:
    """What the person recorded in rounds that were closed since."""
    return Result.objects.filter(
        by=user, round__closed_at__gte=clock.now() - WITHIN, round__script__rollout__in=_rollouts(user, rollout)
    ).select_related("round__script__rollout", "case")


def _homologations(user: User, results: Iterable[Result], sessions: list[Meeting]) -> list[Proposal]:
    """A day of a round in which the person recorded results, once the round was closed: from the first to the last. What was
    recorded in one of ``sessions`` is of that meeting.

    A retest of the case of one nonconformity, and of nothing else, names it.
    """
    results_by_day: dict[tuple[Round, str], list[Result]] = defaultdict(list)
    for result in results:
        if any(_was_in(session, result) for session in sessions):
            continue  # The meeting proposes that time.
        day = clock.day_of(result.at).isoformat()
        results_by_day[result.round, day].append(result)
    proposals = []
    for (round_, day), day_results in results_by_day.items():
        first, last = day_results[0].at.astimezone(UTC), day_results[-1].at.astimezone(UTC)
        proposals.append(
            Proposal(
                person=user, rollout=round_.script.rollout, source=f"round:{round_.pk}.{round_.number}.{day}",
                activity=Activity.HOMOLOGATION, started_at=first.replace(second=0, microsecond=0),
                minutes=int((last - first) / timedelta(minutes=1)) or None,
                nonconformity=_retested(round_, day_results), note=_("Homologação: %(round)s") % {"round": round_},
            )
        )  # fmt: skip
    return proposals


def _was_in(session: Meeting, result: Result) -> bool:
    if session.started_at is None or session.ended_at is None or session.rollout_id != result.round.script.rollout_id:
        return False
    return session.started_at <= result.at <= session.ended_at


def _retested(round_: Round, results: list[Result]) -> Nonconformity | None:
    if round_.number == 1:
        return None
    cases = {result.case_id for result in results}
    earlier = list(
        round_.script.rollout.nonconformities.exclude(state=Nonconformity.State.DECLINED).filter(
            case__in=cases, opened_at__lt=round_.opened_at
        )
    )
    return earlier[0] if len(earlier) == len(cases) == 1 else None


def _rollouts(user: User, rollout: Rollout | None):
    return Rollout.objects.filter(pk=rollout.pk) if rollout else Rollout.objects.visible_to(user).open()


def _is_to_be_logged(proposal: Proposal) -> bool:
    if not proposal.rollout.is_open or queries.is_month_closed(proposal.rollout, proposal.started_at):
        return False
    overlaps = days.overlapping(proposal.person, proposal.started_at, proposal.minutes or 1)
    return not any(
        entry.rollout_id == proposal.rollout_id and entry.activity == proposal.activity for entry in overlaps
    )

"""Time that may be logged with one press: what a timer measured, and a person's part in the sessions that were held."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.models import Kind
from apps.core import clock
from apps.core.process import PartyRole
from apps.core.refusals import Refusal, require
from apps.hours import classification, queries
from apps.hours.classification import Activity
from apps.hours.ledger import actions, days
from apps.hours.models import Proposal, TimeEntry
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries as homologation
from apps.stages.homologation.models import Nonconformity, Result, Round, Session
from apps.stages.training.models import Attendance, TrainingSession

WITHIN = timedelta(days=14)
"""Sessions older than this are not proposed any more: who was there would not remember."""


def pending(user: User, rollout: Rollout | None = None) -> list[Proposal]:
    """What ``user`` may confirm or dismiss, in order; of one rollout, or of all. Those of sessions are not saved rows.

    A session is left out once it was answered, and where the person already logged the same work in its time.
    """
    stored = Proposal.objects.filter(person=user, state=Proposal.State.OPEN).select_related("rollout", "nonconformity")
    stored = stored.filter(rollout=rollout) if rollout else stored
    trainings, meetings, results = _attended_trainings(user, rollout), _attended(user, rollout), _results(user, rollout)
    # Most often there is nothing, which one query tells.
    keys, *other_keys = (rows.order_by().values("pk") for rows in (stored, trainings, meetings, results))
    if not keys.union(*other_keys).exists():
        return []
    proposals = list(stored)
    of_sessions = _of_sessions(user, trainings, list(meetings), results)
    sources = [proposal.source for proposal in of_sessions]
    answered = set(Proposal.objects.filter(person=user, source__in=sources).values_list("source", flat=True))
    for proposal in of_sessions:
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
    """Name and address of the session that ``entry`` came from; empty for time that came from none."""
    kind, _colon, key = entry.source.partition(":")
    if kind == "session" and "." in key:
        return _("Sessão %(number)d") % {"number": int(key.split(".")[1])}, _room("training", entry) + "#sessoes"
    if kind == "meeting" and "." in key:
        number = int(key.split(".")[1])
        return _("Sessão %(number)d") % {"number": number}, reverse("homologation:meeting", args=[entry.rollout_id])
    if kind == "round" and "." in key:
        return _("Rodada %(number)d") % {"number": int(key.split(".")[1])}, _room("homologation", entry) + "#roteiro"
    return "", ""


def _room(name: str, entry: TimeEntry) -> str:
    return reverse(f"{name}:room", args=[entry.rollout_id])


def _answer(proposal: Proposal, by: User, state: Proposal.State) -> None:
    """Settle ``proposal``, under the lock of its person; a session's becomes a row by it."""
    days.lock(by)
    row = Proposal.objects.filter(person=by, source=proposal.source).first()
    if row is not None and row.state != Proposal.State.OPEN:
        raise Refusal(_("Esta proposta já foi respondida."))
    row = row or proposal
    row.state = state
    row.save()


def _of_sessions(
    user: User, trainings: Iterable[Attendance], meetings: list[Session], results: Iterable[Result]
) -> list[Proposal]:
    """What the person's part in sessions proposes. The notes are in Portuguese whoever logs them, as is the statement that
    they end in."""
    with translation.override("pt-br"):
        return [
            *_trainings(user, trainings),
            *_meetings(user, meetings),
            *_homologations(user, results, meetings),
        ]


def _attended_trainings(user: User, rollout: Rollout | None) -> QuerySet[Attendance]:
    """The held sessions whose attendance has the person, by name, at Presence."""
    presence = user.memberships.filter(company__kind=Kind.PRESENCE).order_by().values("company__trade_name")
    return Attendance.objects.filter(
        name__iexact=user.name,
        company__in=presence,
        session__state=TrainingSession.State.HELD,
        session__scheduled_at__gte=clock.now() - WITHIN,
        session__rollout__in=_rollouts(user, rollout),
    ).select_related("session__rollout")


def _trainings(user: User, rows: Iterable[Attendance]) -> list[Proposal]:
    return [
        Proposal(
            person=user, rollout=row.session.rollout, source=f"session:{row.session.pk}.{row.session.number}",
            activity=Activity.TRAINING, started_at=row.session.scheduled_at, minutes=row.session.held_minutes,
            note=_("Treinamento: %(session)s") % {"session": row.session},
        )
        for row in rows
    ]  # fmt: skip


def _attended(user: User, rollout: Rollout | None) -> QuerySet[Session]:
    """The ended meetings of a homologation in which the person was for Presence."""
    return (
        Session.objects.filter(
            ended_at__gte=clock.now() - WITHIN,
            attendances__person=user,
            attendances__party=PartyRole.PRESENCE,
            script__rollout__in=_rollouts(user, rollout),
        )
        .annotate(arrived_at=F("attendances__arrived_at"))
        .select_related("script__rollout")
    )


def _meetings(user: User, sessions: Iterable[Any]) -> list[Proposal]:
    """Each attended meeting, from its start, or from when the person came, to its end; one that retested one
    nonconformity and nothing else names it."""
    proposals = []
    for session in sessions:
        came_at = session.arrived_at or session.started_at
        started_at = came_at.astimezone(UTC).replace(second=0, microsecond=0)
        results = list(homologation.results_of(session).select_related("round__script__rollout"))
        proposals.append(
            Proposal(
                person=user, rollout=session.rollout, source=f"meeting:{session.pk}.{session.number}",
                activity=Activity.HOMOLOGATION, started_at=started_at, minutes=session.minutes_since(came_at) or None,
                nonconformity=_retested(results[0].round, results) if results else None,
                note=_("Homologação: %(session)s") % {"session": session},
            )
        )  # fmt: skip
    return proposals


def _results(user: User, rollout: Rollout | None) -> QuerySet[Result]:
    """What the person recorded in rounds that were closed since."""
    return Result.objects.filter(
        by=user, round__closed_at__gte=clock.now() - WITHIN, round__script__rollout__in=_rollouts(user, rollout)
    ).select_related("round__script__rollout", "case")


def _homologations(user: User, results: Iterable[Result], meetings: list[Session]) -> list[Proposal]:
    """A day of a round in which the person recorded results, once the round was closed: from the first to the last. What was
    recorded in one of ``meetings`` is of that meeting.

    A retest of the case of one nonconformity, and of nothing else, names it.
    """
    results_by_day: dict[tuple[Round, str], list[Result]] = defaultdict(list)
    for result in results:
        if any(_was_in(meeting, result) for meeting in meetings):
            continue  # The meeting proposes that time.
        day = clock.day_of(result.at, clock.installation_zone()).isoformat()
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


def _was_in(meeting: Session, result: Result) -> bool:
    if meeting.started_at is None or meeting.ended_at is None or meeting.script_id != result.case.script_id:
        return False
    return meeting.started_at <= result.at <= meeting.ended_at


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

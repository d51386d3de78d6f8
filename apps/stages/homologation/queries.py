"""Reads over the script: the newest result counts, and everything is derived from it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, QuerySet

from apps.core.localized import Localized
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import (
    Case,
    Nonconformity,
    Outcome,
    Reservation,
    Result,
    Round,
    Script,
    Session,
)


@dataclass
class CaseStatus:
    """A case as it stands: its newest result, an agreed or proposed reservation, its nonconformities.

    ``latest`` is the newest result, ``counting`` the newest that counts: a machine's pass that awaits its confirmation does
    not. ``last_round`` is the number of the last round that was to execute the case.
    """

    case: Case
    latest: Result | None = None
    counting: Result | None = None
    last_round: int = 0
    results: list[Result] = field(default_factory=list)
    reservation: Reservation | None = None
    nonconformities: list[Nonconformity] = field(default_factory=list)

    @property
    def by_round(self) -> dict[int, Result]:
        """The newest result of each round that has one, by the round's key."""
        return {result.round_id: result for result in self.results}

    @property
    def is_to_repeat(self) -> bool:
        """A later round asks for it again, since what it depends on is repeated, and nothing of that round counts yet."""
        return self.counting is not None and self.counting.round.number < self.last_round

    @property
    def passed(self) -> bool:
        return self.counting is not None and self.counting.outcome == Outcome.PASSED and not self.is_to_repeat

    @property
    def awaits_confirmation(self) -> bool:
        """A machine says that it passed, and that is not known otherwise."""
        return self.latest is not None and self.latest.awaits_confirmation and not self.passed

    @property
    def reserved(self) -> bool:
        return self.reservation is not None and self.reservation.is_agreed

    @property
    def is_settled(self) -> bool:
        """Nothing is asked of it any more."""
        return not self.case.is_binding or self.passed or self.reserved


@dataclass
class Process:
    key: str
    title: Localized


@dataclass
class ProcessStatus(Process):
    cases: list[CaseStatus] = field(default_factory=list)

    @property
    def applicable(self) -> list[CaseStatus]:
        return [status for status in self.cases if status.case.applies]

    @property
    def passed(self) -> int:
        return sum(status.passed for status in self.applicable)

    @property
    def settled(self) -> int:
        return sum(status.is_settled for status in self.applicable)


def script_of(rollout: Rollout) -> Script | None:
    return Script.objects.filter(rollout=rollout).first()


def open_round(script: Script) -> Round | None:
    return script.rounds.filter(closed_at=None).first()


def open_session(script: Script) -> Session | None:
    """The session in progress."""
    return script.sessions.filter(started_at__isnull=False, ended_at=None).first()


def planned_sessions(rollout: Rollout) -> QuerySet[Session]:
    """The sessions that are planned, the next one first."""
    return Session.objects.filter(script__rollout=rollout, started_at=None, cancelled_at=None).order_by("planned_start")


def held_sessions(script: Script) -> QuerySet[Session]:
    """The sessions that were started, with who was there."""
    sessions = script.sessions.filter(started_at__isnull=False).select_related("led_by")
    return sessions.prefetch_related("attendances__person", "absences")


def results_of(session: Session) -> QuerySet[Result]:
    """What was recorded during ``session``."""
    results = Result.objects.filter(case__script=session.script_id, at__gte=session.started_at)
    return results.filter(at__lte=session.ended_at) if session.ended_at else results


def to_run(script: Script, round_: Round | None = None) -> QuerySet[Case]:
    """The cases of the open round that have no result in it yet; none without an open round. Who has read it gives
    ``round_``."""
    round_ = round_ or open_round(script)
    if round_ is None:
        return script.cases.none()
    return script.cases.filter(rounds=round_).exclude(results__round=round_)


def next_in_round(script: Script, *, after: Case) -> Case | None:
    """The next case to run: the first after ``after`` that still lacks a result in the open round, else the first."""
    cases = to_run(script)
    return cases.filter(position__gt=after.position).first() or cases.first()


def case_statuses(script: Script, *, bare: bool = False, without: Collection[int] = ()) -> list[CaseStatus]:
    """Every case of ``script`` in order, but for those whose keys are in ``without``, in as many queries for one as for all;
    ``bare`` without texts, evidence and people, for who only asks how the cases stand."""
    cases = script.cases.exclude(pk__in=without) if without else script.cases.all()
    return _statuses(script, cases, bare=bare)


def status_of(case: Case) -> CaseStatus:
    """How one case stands."""
    return _statuses(case.script, case.script.cases.filter(pk=case.pk))[0]


def statuses_of(cases: Iterable[Case]) -> list[CaseStatus]:
    """How each of ``cases`` of one script stands, bare as in ``case_statuses``; no query for none."""
    keys = [case.pk for case in cases]
    script = next((case.script for case in cases), None)
    return _statuses(script, script.cases.filter(pk__in=keys), bare=True) if script else []


def _statuses(script: Script, cases: QuerySet[Case], *, bare: bool = False) -> list[CaseStatus]:
    if bare:
        cases = cases.defer("actors", "condition", "preconditions", "steps", "expected", "evidence")
    statuses = {case.pk: CaseStatus(case) for case in cases}
    for status in statuses.values():
        status.case.script = script
    rounds = Round.cases.through.objects.filter(case__in=statuses).values_list("case_id", "round__number")
    for case_pk, number in rounds:
        statuses[case_pk].last_round = max(statuses[case_pk].last_round, number)
    results = Result.objects.filter(case__in=statuses).select_related("round")
    if not bare:
        results = results.select_related("by", "confirmed_by").prefetch_related("evidence__file__previews")
    for result in results:
        status = statuses[result.case_id]
        result.case = status.case
        status.results.append(result)
        status.latest = result
        if not result.awaits_confirmation:
            status.counting = result
    for reservation in Reservation.objects.filter(case__in=statuses, withdrawn_at=None):
        statuses[reservation.case_id].reservation = reservation
    for nonconformity in Nonconformity.objects.filter(case__in=statuses).select_related("opened_by"):
        statuses[nonconformity.case_id].nonconformities.append(nonconformity)
    return list(statuses.values())


def never_run_cases(script: Script) -> dict[str, set[int]]:
    """The keys of the cases that the gate asks for although nobody has run them or proposed a reservation, by process."""
    cases = Case.objects.binding().filter(
        ~Exists(Result.objects.filter(case=OuterRef("pk"))),
        ~Exists(Reservation.objects.filter(case=OuterRef("pk"), withdrawn_at=None)),
        script=script,
    )
    by_process: dict[str, set[int]] = defaultdict(set)
    for process, pk in cases.order_by().values_list("process", "pk"):
        by_process[process].add(pk)
    return by_process


def processes(script: Script, *, bare: bool = False) -> list[ProcessStatus]:
    """The cases under their processes, in the script's order; ``bare`` as in ``case_statuses``."""
    grouped: dict[str, list[CaseStatus]] = defaultdict(list)
    for status in case_statuses(script, bare=bare):
        grouped[status.case.process].append(status)
    return [ProcessStatus(process.key, process.title, grouped[process.key]) for process in process_list(script)]


def process_list(script: Script) -> list[Process]:
    """The processes in the script's order."""
    return [Process(row["key"], Localized.of(row["title"])) for row in script.processes]


def conditions(script: Script) -> list[tuple[str, Localized, bool]]:
    """``(key, condition, chosen)`` of the conditional cases, each key once."""
    rows: dict[str, tuple[str, Localized, bool]] = {}
    for case in script.cases.exclude(condition_key=""):
        rows.setdefault(case.condition_key, (case.condition_key, case.condition, case.applies))
    return list(rows.values())

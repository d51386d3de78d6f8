"""Reads over the script: the newest result counts, and everything is derived from it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import reduce
from operator import or_
from typing import TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from apps.core.database.compiled import compiled_once
from apps.core.database.rows import embedded, rows_of
from apps.core.localized import Localized
from apps.files.queries import preview_pages
from apps.meetings.models import Meeting, MeetingKind
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import (
    Case,
    Evidence,
    Nonconformity,
    Reservation,
    Result,
    Round,
    RoundReport,
    ScopeReduction,
    Script,
)
from apps.stages.homologation.statuses import CaseStatus, Process, ProcessStatus

EMBEDDED: dict[type[Model], str] = {Result: "embedded_results", Nonconformity: "embedded_nonconformities"}
"""What may come with a case in its query, and under which name; who did it is not read with it."""
Record = TypeVar("Record", Result, Nonconformity)


def script_of(rollout: Rollout) -> Script | None:
    return Script.objects.filter(rollout=rollout).first()


OF_REPORT, OF_NONCONFORMITY = ("by",), ("case",)


def script_with_what_is_open(rollout: Rollout) -> Script | None:
    """The script of ``rollout`` with its open round (``open_round``, absent without one), the codes of the cases that have no
    result in it yet (``codes_left``), and the number of cases that the gate asks for (``binding_cases``); embedded with it,
    what waits for somebody: reductions of the scope, JUnit reports (``OF_REPORT``), nonconformities
    (``OF_NONCONFORMITY``)."""
    return _script_with_what_is_open.first(rollout.pk)


@compiled_once
def _script_with_what_is_open(rollout_pk: int) -> QuerySet[Script]:
    round_ = "open_round__pk"
    run = Result.objects.filter(case=OuterRef("pk"), round=OuterRef(OuterRef(round_)))
    cases_left = Case.objects.filter(rounds=OuterRef(round_)).exclude(Exists(run)).order_by("position")
    binding = Case.objects.binding().filter(script=OuterRef("pk")).order_by().values("script")
    reports = RoundReport.objects.waiting().filter(round__script=OuterRef("pk"))
    nonconformities = Nonconformity.objects.pending().filter(rollout=OuterRef("rollout"))
    scripts = Script.objects.annotate(
        open_round=FilteredRelation("rounds", condition=Q(rounds__closed_at=None)),
        binding_cases=Coalesce(Subquery(binding.annotate(number=Count("pk")).values("number")), 0),
        codes_left=ArraySubquery(cases_left.values("code")),
        waiting_reductions=embedded(ScopeReduction.objects.waiting().filter(script=OuterRef("pk")).order_by("pk")),
        waiting_reports=embedded(reports.order_by("pk"), *OF_REPORT),
        unverified=embedded(nonconformities.order_by("number"), *OF_NONCONFORMITY),
    )
    return scripts.select_related("open_round").filter(rollout=rollout_pk)


def open_round(script: Script) -> Round | None:
    return script.rounds.filter(closed_at=None).first()


def open_round_for(case: Case) -> Round | None:
    """The open round, with whether ``case`` is one of its cases (``has_case``) and the key of the newest result of ``case``
    (``newest_result``, None before the first)."""
    return _open_round_for.first(case.pk, case.script_id)


@compiled_once
def _open_round_for(case_pk: int, script_pk: int) -> QuerySet[Round]:
    cases = Round.cases.through.objects.filter(round=OuterRef("pk"), case=case_pk)
    results = Result.objects.filter(case=case_pk).order_by("-pk").values("pk")
    rounds = Round.objects.filter(script=script_pk, closed_at=None)
    return rounds.annotate(has_case=Exists(cases), newest_result=Subquery(results[:1]))


def rounds_of(script: Script) -> list[Round]:
    """The rounds in order, each with the keys of its cases (``case_keys``) and of those that have a result in it
    (``run_keys``)."""
    return _rounds_of(script.pk, script=script)


@compiled_once
def _rounds_of(script_pk: int) -> QuerySet[Round]:
    cases = Round.cases.through.objects.filter(round=OuterRef("pk")).values("case")
    run = Result.objects.filter(round=OuterRef("pk")).order_by().values("case").distinct()
    rounds = Round.objects.filter(script=script_pk).order_by("number")
    return rounds.annotate(case_keys=ArraySubquery(cases), run_keys=ArraySubquery(run))


def open_among(rounds: Iterable[Round]) -> Round | None:
    """The one of ``rounds`` that is open."""
    return next((round_ for round_ in rounds if round_.closed_at is None), None)


def left_to_run(round_: Round | None) -> set[int]:
    """The keys of the cases that have no result yet in ``round_``, one of ``rounds_of``; none without a round."""
    return set(round_.case_keys) - set(round_.run_keys) if round_ else set()  # type: ignore[attr-defined]


def open_session(script: Script) -> Meeting | None:
    """The session in progress."""
    return _open_sessions.first(script.rollout_id)


@compiled_once
def _open_sessions(rollout_pk: int) -> QuerySet[Meeting]:
    return sessions_of(rollout_pk).filter(state=Meeting.State.IN_PROGRESS).select_related("led_by")[:1]


def sessions_of(rollout_pk: int) -> QuerySet[Meeting]:
    """The meetings of the homologation of a rollout, planned or called off ones too, by number."""
    return Meeting.objects.filter(rollout=rollout_pk, kind=MeetingKind.HOMOLOGATION).order_by("number")


def sessions_with_people(script: Script) -> QuerySet[Meeting]:
    """Those of ``sessions_of``, with who was there and how many results came of each (``result_count``)."""
    meanwhile = Result.objects.filter(
        case__script=script.pk,
        at__gte=OuterRef("started_at"),
        at__lte=Coalesce(OuterRef("ended_at"), F("at")),
    )
    count = meanwhile.order_by().values("case__script").annotate(number=Count("pk")).values("number")
    return sessions_of(script.rollout_id).with_people().annotate(result_count=Coalesce(Subquery(count), 0))


def held_sessions(script: Script) -> QuerySet[Meeting]:
    """Those of ``sessions_with_people`` that were started."""
    return sessions_with_people(script).started()


def results_of(session: Meeting) -> QuerySet[Result]:
    """What was recorded during ``session``."""
    if session.started_at is None:
        return Result.objects.none()
    results = Result.objects.filter(case__script__rollout=session.rollout_id, at__gte=session.started_at)
    return results.filter(at__lte=session.ended_at) if session.ended_at else results


def results_by_session(sessions: Iterable[Meeting]) -> dict[int, list[Result]]:
    """What was recorded during each of ``sessions``, by its key, with round and rollout; in one query, or none."""
    sessions = [session for session in sessions if session.started_at]
    if not sessions:
        return {}
    results = reduce(or_, map(results_of, sessions)).select_related("round__script__rollout")
    rows = list(results)
    return {session.pk: [row for row in rows if was_recorded_in(row, session)] for session in sessions}


def was_recorded_in(result: Result, session: Meeting) -> bool:
    """Whether ``result``, which comes with its round and script, was recorded during ``session``."""
    if session.started_at is None or session.rollout_id != result.round.script.rollout_id:
        return False
    return session.started_at <= result.at and (session.ended_at is None or result.at <= session.ended_at)


def to_run(script: Script, round_: Round | None = None) -> QuerySet[Case]:
    """The cases of the open round that have no result in it yet; none without an open round. Who has read it gives
    ``round_``."""
    rounds = [round_] if round_ else script.rounds.filter(closed_at=None).order_by().values("pk")
    run = Result.objects.filter(case=OuterRef("pk"), round__in=rounds)
    return script.cases.filter(rounds__in=rounds).exclude(Exists(run))


def with_following(cases: QuerySet[Case]) -> QuerySet[Case]:
    """``cases`` with the code of the next one of the script that applies, as ``following``; empty for the last."""
    behind = Case.objects.filter(script=OuterRef("script"), position__gt=OuterRef("position"), applies=True)
    return cases.annotate(following=Coalesce(Subquery(behind.order_by("position").values("code")[:1]), Value("")))


def next_in_round(script: Script, *, after: Case) -> Case | None:
    """The next case to run: the first after ``after`` that still lacks a result in the open round, else the first."""
    is_behind = ExpressionWrapper(Q(position__gt=after.position), BooleanField())
    return to_run(script).order_by(is_behind.desc(), "position").first()


def case_statuses(
    script: Script, *, bare: bool = False, without: Collection[int] = (), rounds: list[Round] | None = None
) -> list[CaseStatus]:
    """Every case of ``script`` in order, but for those whose keys are in ``without``, in as many queries for one as for all;
    ``bare`` without texts, evidence and people, for who only asks how the cases stand. ``rounds`` are those of ``rounds_of``,
    where they were read already; without them one query more reads them."""
    if bare and not without:
        return _statuses(script, _bare_cases(script.pk), bare=True, rounds=rounds)
    cases = script.cases.exclude(pk__in=without) if without else script.cases.all()
    return _statuses(script, _to_be_judged(cases, bare=bare), bare=bare, rounds=rounds)


@compiled_once
def _bare_cases(script_pk: int) -> QuerySet[Case]:
    return _to_be_judged(Case.objects.filter(script=script_pk), bare=True)


def status_of(case: Case, *, bare: bool = False, rounds: list[Round] | None = None) -> CaseStatus:
    """How one case stands; ``bare`` and ``rounds`` as in ``case_statuses``."""
    return _statuses(case.script, _to_be_judged(Case.objects.filter(pk=case.pk), bare=bare), bare=bare, rounds=rounds)[
        0
    ]


def statuses_of(cases: Iterable[Case]) -> list[CaseStatus]:
    """How each of ``cases`` of one script stands, bare as in ``case_statuses``; no query for none."""
    keys = [case.pk for case in cases]
    script = next((case.script for case in cases), None)
    return _statuses(script, _to_be_judged(script.cases.filter(pk__in=keys), bare=True), bare=True) if script else []


def with_standing(cases: QuerySet[Case], *, bare: bool = False) -> QuerySet[Case]:
    """``cases``, each with its reservation that was not withdrawn (``standing_reservation``, absent without one) and the
    number of the last round that was to execute it (``last_round``, None before the first)."""
    last_round = Round.objects.filter(cases=OuterRef("pk")).order_by("-number").values("number")[:1]
    people = () if bare else ("standing_reservation__client_agreed_by", "standing_reservation__presence_agreed_by")
    return cases.annotate(
        standing_reservation=FilteredRelation("reservations", condition=Q(reservations__withdrawn_at=None)),
        last_round=Subquery(last_round),
    ).select_related("standing_reservation", *people)


def _statuses(
    script: Script, cases: Iterable[Case], *, bare: bool = False, rounds: list[Round] | None = None
) -> list[CaseStatus]:
    statuses = _with_results(script, cases, bare=bare, rounds=rounds)
    for nonconformity in _embedded(Nonconformity, statuses):
        nonconformity.case = statuses[nonconformity.case_id].case
        statuses[nonconformity.case_id].nonconformities.append(nonconformity)
    return list(statuses.values())


def nonconformities_among(statuses: Iterable[CaseStatus]) -> list[Nonconformity]:
    """The nonconformities of the cases of ``statuses``, by number."""
    nonconformities = [row for status in statuses for row in status.nonconformities]
    return sorted(nonconformities, key=lambda row: row.number)


def reservations_among(statuses: Iterable[CaseStatus]) -> list[Reservation]:
    """The reservations of the cases of ``statuses`` that were not withdrawn, in the order in which they were proposed."""
    reservations = [status.reservation for status in statuses if status.reservation]
    return sorted(reservations, key=lambda row: row.pk)


def nonconformity_of(script: Script, number: int) -> tuple[Nonconformity, CaseStatus] | None:
    """The nonconformity ``number`` and how its case stands, bare and without the others of that case; None without it."""
    failing = FilteredRelation("nonconformities", condition=Q(nonconformities__number=number))
    cases = script.cases.annotate(failing=failing).filter(failing__isnull=False).select_related("failing__opened_by")
    status = next(iter(_with_results(script, _to_be_judged(cases, bare=True), bare=True).values()), None)
    if status is None:
        return None
    nonconformity: Nonconformity = status.case.failing  # type: ignore[attr-defined]
    nonconformity.case, nonconformity.rollout = status.case, script.rollout
    status.nonconformities = [nonconformity]
    return nonconformity, status


def _to_be_judged(cases: QuerySet[Case], *, bare: bool) -> QuerySet[Case]:
    """``cases`` with their nonconformities; if ``bare``, with their results and without their texts."""
    if bare:
        cases = cases.defer("actors", "preconditions", "steps", "expected", "evidence")
    cases = cases.annotate(
        **{
            EMBEDDED[model]: embedded(model.objects.filter(case=OuterRef("pk")).order_by("pk"))
            for model in ((Result, Nonconformity) if bare else (Nonconformity,))
        }
    )
    return with_standing(cases, bare=bare)


def _with_results(
    script: Script, cases: Iterable[Case], *, bare: bool = False, rounds: list[Round] | None = None
) -> dict[int, CaseStatus]:
    """How each of ``cases`` (``_to_be_judged``) stands, by its key, without its nonconformities."""
    statuses: dict[int, CaseStatus] = {}
    for case in cases:
        case.script = script
        reservation = reservation_of(case)
        if reservation and not bare:
            reservation.rollout = script.rollout
        last_round: int | None = case.last_round  # type: ignore[attr-defined]
        statuses[case.pk] = CaseStatus(case, last_round=last_round or 0, reservation=reservation)
    results = list(_embedded(Result, statuses) if bare else _results(statuses))
    rounds_by_pk = {round_.pk: round_ for round_ in (script.rounds.all() if rounds is None else rounds)}
    if unread := {result.round_id for result in results} - rounds_by_pk.keys():
        rounds_by_pk |= script.rounds.in_bulk(unread)  # ``rounds`` was read before these began
    for result in results:
        status = statuses[result.case_id]
        result.case, result.round = status.case, rounds_by_pk[result.round_id]
        status.add(result)
    return statuses


def _results(statuses: dict[int, CaseStatus]) -> QuerySet[Result]:
    """Every result of the cases, with its people and evidence."""
    evidence = Evidence.objects.select_related("file").annotate(preview_pages=preview_pages())
    results = Result.objects.filter(case__in=statuses).select_related("by", "confirmed_by")
    return results.prefetch_related(Prefetch("evidence", evidence))


def _embedded(model: type[Record], statuses: dict[int, CaseStatus]) -> Iterator[Record]:
    """The results or nonconformities that came with the cases, a case after the other."""
    for status in statuses.values():
        yield from rows_of(model, getattr(status.case, EMBEDDED[model]))


def unsettled_cases(script: Script) -> list[Case]:
    """The cases that the gate still asks for, in order, as they are kept: each ``with_standing`` and with whether one of its
    nonconformities waits for its correction (``is_failing``)."""
    return [case for case in _unsettled_cases(script.pk, script=script) if not _is_reserved(case)]


@compiled_once
def _unsettled_cases(script_pk: int) -> QuerySet[Case]:
    open_ones = Nonconformity.objects.filter(case=OuterRef("pk"), state=Nonconformity.State.OPEN)
    settled = (Case.Standing.PASSED, Case.Standing.NOT_APPLICABLE)
    not_settled = Case.objects.binding().filter(script=script_pk).exclude(standing__in=settled)
    cases = with_standing(
        not_settled.only("script", "position", "code", "process", "title", "standing", "standing_at"), bare=True
    )
    return cases.annotate(is_failing=Exists(open_ones))


def _is_reserved(case: Case) -> bool:
    reservation = reservation_of(case)
    return reservation is not None and reservation.is_agreed


def reservation_of(case: Case) -> Reservation | None:
    """The reservation of ``case``, one of ``with_standing``, that was not withdrawn."""
    return getattr(case, "standing_reservation", None)


def processes(
    script: Script, *, bare: bool = False, statuses: Iterable[CaseStatus] | None = None
) -> list[ProcessStatus]:
    """The cases under their processes, in the script's order; ``bare`` as in ``case_statuses``, whose answer ``statuses`` is
    where it was asked already."""
    grouped: dict[str, list[CaseStatus]] = defaultdict(list)
    for status in case_statuses(script, bare=bare) if statuses is None else statuses:
        grouped[status.case.process].append(status)
    return [ProcessStatus(process.key, process.title, grouped[process.key]) for process in process_list(script)]


def process_list(script: Script) -> list[Process]:
    """The processes in the script's order."""
    return [Process(row["key"], Localized.of(row["title"])) for row in script.processes]


def conditions(script: Script, cases: Iterable[Case] | None = None) -> list[tuple[str, Localized, bool]]:
    """``(key, condition, chosen)`` of the conditional cases, each key once; ``cases`` are all of ``script``, where they were
    read already."""
    rows: dict[str, tuple[str, Localized, bool]] = {}
    for case in script.cases.exclude(condition_key="") if cases is None else cases:
        if case.condition_key:
            rows.setdefault(case.condition_key, (case.condition_key, case.condition, case.applies))
    return list(rows.values())

"""What the hours of rollouts are judged by when a month is closed or a page is shown, read once for any number of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import DateField, DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import TruncMonth

from apps.core import clock
from apps.core.database.compiled import compiled_once
from apps.core.database.rows import embedded, rows_of
from apps.hours import closing_warnings, queries
from apps.hours.agreement import coverage
from apps.hours.agreement.coverage import Claim, Coverage
from apps.hours.classification import HourClass
from apps.hours.closing_warnings import Warning
from apps.hours.models import HourSum, Line
from apps.hours.models.agreement import Contest, ExtraHoursRequest
from apps.rollouts.models import Rollout

OF_REQUEST = ("sent_by", "answered_by")
OF_CONTEST = ("entry", "correction", "opened_by", "resolved_by")
"""What a page shows with each."""


@dataclass
class Records:
    """Of one rollout, each in its order: the kept sums, the billable lines, the entries that ran past the last midnight of
    the month in which they began, the requests and the contests."""

    sums: list[HourSum] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    past_the_end: dict[int, date] = field(default_factory=dict)
    """``{entry number: its month}``."""
    requests: list[ExtraHoursRequest] = field(default_factory=list)
    contests: list[Contest] = field(default_factory=list)

    @cached_property
    def coverage(self) -> dict[int, Coverage]:
        """What became of the claims, by the key of the line."""
        return coverage.cover(self.claims, coverage.approvals_among(self.requests))


def records_of(rollout: Rollout) -> Records:
    records = {rollout.pk: Records(queries.hour_sums(rollout))}
    _read_lines(records, _lines_of_one(rollout.pk))
    _read_agreements({rollout.pk: rollout}, records, _agreements_of_one(rollout.pk))
    return records[rollout.pk]


def records_of_many(rollouts: Iterable[Rollout]) -> dict[int, Records]:
    """The records of each of ``rollouts``, by its key, in three queries."""
    by_key = {rollout.pk: rollout for rollout in rollouts}
    records = {key: Records() for key in by_key}
    for row in HourSum.objects.filter(rollout__in=by_key).order_by("month"):
        records[row.rollout_id].sums.append(row)
    _read_lines(records, _lines(Line.objects.filter(entry__rollout__in=by_key)))
    _read_agreements(by_key, records, _agreements(Rollout.objects.filter(pk__in=by_key)))
    return records


@compiled_once
def _lines_of_one(rollout_pk: int) -> QuerySet[Line, tuple[Any, ...]]:
    return _lines(Line.objects.filter(entry__rollout=rollout_pk))


@compiled_once
def _agreements_of_one(rollout_pk: int) -> QuerySet[Rollout, tuple[Any, ...]]:
    return _agreements(Rollout.objects.filter(pk=rollout_pk))


def _agreements(rollouts: QuerySet[Rollout]) -> QuerySet[Rollout, tuple[Any, ...]]:
    """Of those that have any: their key, their requests and their contests."""
    requests = ExtraHoursRequest.objects.filter(rollout=OuterRef("pk")).order_by("number")
    contests = Contest.objects.filter(rollout=OuterRef("pk")).order_by("number")
    return (
        rollouts.filter(Exists(requests) | Exists(contests))
        .order_by()
        .values_list("pk", embedded(requests, *OF_REQUEST), embedded(contests, *OF_CONTEST))
    )


def _read_agreements(
    rollouts: dict[int, Rollout], records: dict[int, Records], rows: Iterable[tuple[Any, ...]]
) -> None:
    """The requests and the contests of ``rows``."""
    for key, embedded_requests, embedded_contests in rows:
        records[key].requests = rows_of(ExtraHoursRequest, embedded_requests, *OF_REQUEST)
        records[key].contests = rows_of(Contest, embedded_contests, *OF_CONTEST)
        for row in (*records[key].requests, *records[key].contests):
            row.rollout = rollouts[key]


def _lines(lines: QuerySet[Line]) -> QuerySet[Line, tuple[Any, ...]]:
    """The billable ones of ``lines``, and those of entries that ran past the end of their month, in the order the work was
    done."""
    length = F("entry__minutes") * Value(timedelta(minutes=1))
    last_instant = ExpressionWrapper(
        F("entry__started_at") + length - Value(timedelta(microseconds=1)), output_field=DateTimeField()
    )
    lines = lines.annotate(month=_month(F("entry__started_at")), last_month=_month(last_instant))
    is_late = Q(last_month__gt=F("month"), entry__adjusts=None)
    return (
        lines.filter(Q(hour_class=HourClass.BILLABLE) | is_late)
        .order_by("entry__started_at", "entry__number", "position")
        .values_list("entry__rollout", "hour_class", "month", "last_month", *coverage.CLAIM_FIELDS)
    )


def _read_lines(records: dict[int, Records], rows: Iterable[tuple[Any, ...]]) -> None:
    """What the ``rows`` of ``_lines`` say."""
    for rollout, hour_class, month, last_month, *claim_values in rows:
        claim = coverage.claim(*claim_values)
        if last_month > month and claim.entry == claim.number:
            records[rollout].past_the_end[claim.number] = month
        if hour_class == HourClass.BILLABLE:
            records[rollout].claims.append(claim)


def _month(instant: F | ExpressionWrapper) -> TruncMonth:
    """The first day of Presence's month of ``instant``."""
    return TruncMonth(instant, output_field=DateField(), tzinfo=clock.installation_zone())


def open_points(records: Records, month: date) -> Iterator[Warning]:
    """What nobody agreed on yet in the open lines of ``month`` (its first day); nothing when all is agreed."""
    for claim in records.claims:
        lack = records.coverage[claim.key].uncovered if claim.fixed is None else 0
        if lack and queries.month_of(claim.started_at) == month:
            yield {
                "warning": closing_warnings.UNAPPROVED,
                "number": claim.number,
                "activity": claim.activity,
                "minutes": lack,
            }
    for contest in records.contests:
        entry = contest.entry
        # One that is tied to its line is of a closed month.
        is_of_an_open_line = contest.line_id is None and entry.deleted_at is None
        if contest.is_open and is_of_an_open_line and queries.month_of(entry.started_at) == month:
            yield {"warning": closing_warnings.CONTESTED, "number": entry.number, "contest": contest.number}


@dataclass
class Agreement:
    """What a page shows about the agreement of one rollout.

    ``coverage`` by line, ``contests`` by the line they stand at, ``uncovered`` open minutes by activity.
    """

    requests: list[ExtraHoursRequest]
    all_contests: list[Contest]
    coverage: dict[int, Coverage] = field(default_factory=dict)
    contests: dict[int, list[Contest]] = field(default_factory=dict)
    uncovered: dict[str, int] = field(default_factory=dict)


def agreement_of(records: Records, lines: list[Line]) -> Agreement:
    """The agreement of a rollout, over all of its lines.

    ``lines`` are those that are shown, in order: each gets ``coverage``, ``contested`` and ``contestable``.
    """
    agreement = Agreement(
        records.requests,
        records.contests,
        coverage=records.coverage,
        uncovered=coverage.uncovered_of(records.claims, records.coverage),
    )
    at: dict[tuple[int, str], int] = {}
    first: dict[int, int] = {}
    for line in lines:
        at.setdefault((line.entry_id, line.hour_class), line.pk)
        first.setdefault(line.entry_id, line.pk)
    for contest in agreement.all_contests:
        key = contest.line_id or at.get((contest.entry_id, contest.hour_class)) or first.get(contest.entry_id)
        if key:
            agreement.contests.setdefault(key, []).append(contest)
    for line in lines:
        line.coverage = agreement.coverage.get(line.pk)  # type: ignore[attr-defined]
        line.contested = agreement.contests.get(line.pk, [])  # type: ignore[attr-defined]
        line.contestable = coverage.is_contestable(line) and not any(contest.is_open for contest in line.contested)  # type: ignore[attr-defined]
    return agreement

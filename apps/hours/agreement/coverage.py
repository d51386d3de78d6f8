"""What the client agreed to: which billable minutes an approval covers at its price, and what is still open.

``cover`` is the whole rule, as one pure function. Minutes are whole, money is centavos.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from apps.core import clock, money
from apps.hours import classification, queries
from apps.hours.classification import HourClass
from apps.hours.models import Line, TimeEntry
from apps.hours.models.agreement import Contest, ExtraHoursRequest
from apps.rollouts.models import Rollout

CONTEST_DAYS = 30
"""A line may be contested while its month is open and so many days after it was closed."""


@dataclass(frozen=True)
class Approval:
    """What the client approved of one activity: ``minutes`` at no more than ``rate`` (centavos an hour), for no more than
    ``price`` (centavos) in all, which is what the minutes cost as they were rounded when it was asked for. It covers
    work of the months that are of the client that gave it, from the first day ``first_month`` to the first day
    ``last_month``; None has no such bound."""

    activity: str
    minutes: int
    rate: int
    price: int
    number: int = 0
    first_month: date | None = None
    last_month: date | None = None

    def is_of(self, month: date) -> bool:
        """Whether the hours of ``month``, a first day, are of the client that gave it."""
        return (self.first_month or month) <= month <= (self.last_month or month)


@dataclass(frozen=True)
class Claim:
    """A billable line. ``entry`` is the entry's number, or that of the entry it adjusts; ``minutes`` is negative where an
    adjustment takes time back. ``fixed`` is what was covered when the month was closed, None while it is open. It costs
    ``charged`` minutes at ``rate`` centavos an hour."""

    key: int
    entry: int
    started_at: datetime
    number: int
    activity: str
    minutes: int
    fixed: int | None = None
    charged: int = 0
    rate: int = 0


@dataclass(frozen=True)
class Coverage:
    """What became of a claim's minutes: ``covered + uncovered + taken_back`` is the claim; all zero for a negative one.

    ``beyond_price`` of the ``uncovered`` minutes cost more than was approved, where minutes of an approval are left.
    """

    covered: int = 0
    uncovered: int = 0
    taken_back: int = 0
    beyond_price: int = 0

    @property
    def is_partial(self) -> bool:
        return bool(self.covered and self.uncovered)


@dataclass
class _Remainder:
    """What is left of an approval. ``budget`` is in minutes times centavos an hour, as lines cost before they are rounded to
    the centavo; half a centavo more than the price is still that price."""

    approval: Approval
    minutes: int
    budget: Fraction

    def take(self, minutes: int, cost: Fraction) -> int:
        """Cover as many of ``minutes``, each at ``cost``, as minutes and budget allow; how many."""
        affordable = minutes if not cost else int(self.budget / cost)
        minutes_covered = max(min(minutes, self.minutes, affordable), 0)
        self.minutes -= minutes_covered
        self.budget -= minutes_covered * cost
        return minutes_covered


def cover(claims: Iterable[Claim], approvals: Iterable[Approval]) -> dict[int, Coverage]:
    """How far ``approvals`` cover the ``claims``, by claim key: in minutes and in price.

    An approval covers lines of its activity that cost no more an hour than was approved, as long as neither its minutes nor
    its price are used up: so neither a higher rate nor another rounding is ever billed as approved. The cheapest approval
    that serves a line comes first, of two alike the older. One client's approval covers no hours of another, whenever their
    month is closed.

    What an adjustment takes back comes off the same entry's claims, the newest first, and of a closed month's line off
    what had no approval. A closed month keeps what it was closed with; the rest of the approvals covers the open claims,
    the oldest first (start, then entry number). The order in which the claims are given does not matter.
    """
    ordered = sorted(claims, key=lambda claim: (claim.started_at, claim.number, claim.key))
    taken_back = _taken_back(ordered, lambda claim: claim.minutes)
    uncharged = _taken_back(ordered, lambda claim: claim.charged)
    remainders = [
        _Remainder(approval, approval.minutes, Fraction(60 * approval.price + 30))
        for approval in sorted(approvals, key=lambda approval: (approval.rate, approval.number))
    ]
    result: dict[int, Coverage] = {}
    for fixed_first in (True, False):
        for claim in ordered:
            if (claim.fixed is not None) != fixed_first:
                continue
            remaining = max(claim.minutes, 0) - taken_back[claim.key]
            coverable = remaining if claim.fixed is None else min(claim.fixed, remaining)
            charged = max(claim.charged, 0) - uncharged[claim.key]
            cost = Fraction(charged * claim.rate, remaining) if remaining else Fraction(0)
            of_the_activity = [row for row in remainders if row.approval.activity == claim.activity]
            month = queries.month_of(claim.started_at)
            of_the_client = [row for row in of_the_activity if row.approval.is_of(month)]
            if fixed_first:  # What was closed with an approval has used it up, whoever gave that.
                of_the_client += [row for row in of_the_activity if not row.approval.is_of(month)]
            covered = 0
            for remainder in of_the_client:
                if claim.rate <= remainder.approval.rate:
                    covered += remainder.take(coverable - covered, cost)
            minutes_left = sum(remainder.minutes for remainder in of_the_client)
            result[claim.key] = Coverage(
                covered, remaining - covered, taken_back[claim.key], min(coverable - covered, minutes_left)
            )
    return {claim.key: result[claim.key] for claim in ordered}


def _taken_back(ordered: Sequence[Claim], amount: Callable[[Claim], int]) -> dict[int, int]:
    """What the negative ones of the ``ordered`` claims take off the ``amount`` of each claim of their entry, by claim key.
    The newest claim gives first."""
    to_take: dict[int, int] = defaultdict(int)
    for claim in ordered:
        to_take[claim.entry] -= min(amount(claim), 0)
    amounts: dict[int, int] = {}
    for claim in reversed(ordered):
        amounts[claim.key] = min(max(amount(claim), 0), to_take[claim.entry])
        to_take[claim.entry] -= amounts[claim.key]
    return amounts


def coverage(rollout: Rollout) -> dict[int, Coverage]:
    """The coverage of ``rollout``'s billable lines, by the line's key."""
    return cover(_claims(rollout), approvals(rollout))


CLAIM_FIELDS = (
    "pk", "entry__adjusts__number", "entry__number", "entry__started_at", "entry__activity", "minutes", "approved",
    "statement", "charged_minutes", "rate",
)  # fmt: skip
"""What ``claim`` takes, of a line."""


def claim(
    key: int,
    adjusts: int | None,
    number: int,
    started_at: datetime,
    activity: str,
    minutes: int,
    approved: int | None,
    statement: int | None,
    charged: int,
    rate: int,
) -> Claim:
    """The claim of a billable line with these values of ``CLAIM_FIELDS``."""
    return Claim(
        key=key,
        entry=adjusts or number,
        started_at=started_at,
        number=number,
        activity=activity,
        minutes=minutes,
        fixed=(approved or 0) if statement else None,
        charged=charged,
        rate=rate,
    )


def _claims(rollout: Rollout) -> list[Claim]:
    billable_lines = Line.objects.filter(entry__rollout=rollout, hour_class=HourClass.BILLABLE).order_by()
    return [claim(*values) for values in billable_lines.values_list(*CLAIM_FIELDS)]


def approvals(rollout: Rollout) -> list[Approval]:
    """What the client approved."""
    return approvals_among(rollout.extra_requests.filter(state=ExtraHoursRequest.State.APPROVED))


def approvals_among(requests: Iterable[ExtraHoursRequest]) -> list[Approval]:
    """What those of ``requests`` allow which are approved."""
    return [
        Approval(
            request.activity,
            request.minutes,
            request.hourly_rate,
            request.price,
            request.number,
            first_month=queries.month_of(request.client_since) if request.client_since else None,
            last_month=_month_before(request.lapsed_at) if request.lapsed_at else None,
        )
        for request in requests
        if request.state == ExtraHoursRequest.State.APPROVED
    ]


def _month_before(instant: datetime) -> date:
    """The last month that was over by ``instant``: the month in which a client leaves is that of the one that comes."""
    return queries.month_of(clock.instant_of(queries.month_of(instant)) - timedelta(days=1))


def approved(rollout: Rollout) -> dict[str, int]:
    """Minutes that the client approved, by activity."""
    minutes: dict[str, int] = defaultdict(int)
    for approval in approvals(rollout):
        minutes[approval.activity] += approval.minutes
    return dict(minutes)


def uncovered(rollout: Rollout) -> dict[str, int]:
    """Open minutes, by activity, that are billable and nobody approved."""
    claims = _claims(rollout)
    return uncovered_of(claims, cover(claims, approvals(rollout)))


def uncovered_of(claims: Iterable[Claim], coverage_by_claim: Mapping[int, Coverage]) -> dict[str, int]:
    """Open minutes of ``claims``, by activity, that no approval covers."""
    result: dict[str, int] = defaultdict(int)
    for claim in claims:
        if claim.fixed is None and coverage_by_claim[claim.key].uncovered:
            result[claim.activity] += coverage_by_claim[claim.key].uncovered
    return dict(result)


def lacking(rollout: Rollout, activity: str, lines: Iterable[classification.Line]) -> int:
    """How many minutes of ``lines``, which are billable and about to be logged as ``activity``, no approval would cover."""
    claims, allowed = _claims(rollout), approvals(rollout)
    after_all_others = max((claim.started_at for claim in claims), default=clock.now()) + timedelta(minutes=1)
    new_claims = [
        Claim(-number, -number, after_all_others, number, activity, line.minutes, charged=line.charged, rate=line.rate)
        for number, line in enumerate(lines, start=1)
    ]
    coverage_by_claim = cover([*claims, *new_claims], allowed)
    return sum(coverage_by_claim[claim.key].uncovered for claim in new_claims)


def preview(rollout: Rollout, activity: str, lines: Iterable[classification.Line]) -> dict[str, object]:
    """For the page that shows ``lines`` before they are saved: class and reason of each, and the minutes that no request
    covers."""
    lines = list(lines)
    billable = [line for line in lines if line.hour_class == HourClass.BILLABLE]
    return {
        "rollout": rollout,
        "activity": activity,
        "found": queries.with_words(lines),
        "lacking": lacking(rollout, activity, billable) if billable else 0,
    }


def rate(rollout: Rollout, activity: str) -> int:
    """What an hour of ``activity`` asked for now would cost, in centavos: by the policy of today."""
    return queries.policy_in_force(rollout, clock.today()).rules().rate(activity)


def price(rollout: Rollout, activity: str, minutes: int) -> int:
    """What ``minutes`` asked for now would cost, in centavos, worked in one go and rounded as the policy of today says."""
    rules = queries.policy_in_force(rollout, clock.today()).rules()
    return money.for_minutes(rules.charged(minutes), rules.rate(activity))


def record_coverage(rollout: Rollout, lines: Iterable[Line]) -> None:
    """Write on ``lines``, which are about to be closed, what is covered, and tie open contests to them.

    Called within the transaction that closes the month, before the lines belong to the statement.
    """
    lines = list(lines)
    coverage_by_line = coverage(rollout)
    parts: dict[tuple[int, str], Line] = {}
    for line in lines:
        line.approved = coverage_by_line[line.pk].covered if line.pk in coverage_by_line else 0
        parts.setdefault((line.entry_id, line.hour_class), line)
    Line.objects.bulk_update(lines, ["approved"])
    for contest in rollout.contests.filter(line=None, entry__in=[line.entry_id for line in lines]):
        if fixed := parts.get((contest.entry_id, contest.hour_class)):
            contest.line = fixed
            contest.save(update_fields=["line"])


def part(entry: TimeEntry, hour_class: str) -> dict[str, object]:
    """What stands of ``entry`` under ``hour_class`` now: plain JSON; minutes, centavos."""
    lines = [line for line in entry.lines.all() if line.hour_class == hour_class] if entry.deleted_at is None else []
    return {
        "activity": entry.activity,
        "started_at": entry.started_at.isoformat(),
        "note": entry.note,
        "minutes": sum(line.minutes for line in lines),
        "amount": sum(line.amount for line in lines),
        "reasons": [{"reason": line.reason, "params": line.params, "minutes": line.minutes} for line in lines],
    }


def correction_of(contest: Contest) -> TimeEntry | None:
    """The newest adjustment of the contested entry made since it was contested."""
    adjustments = contest.entry.adjustments.filter(deleted_at=None, started_at__gte=contest.opened_at)
    return adjustments.order_by("number").last()


def was_corrected(contest: Contest) -> bool:
    """The contested part is not what it was: edited, deleted, classed anew or adjusted."""
    now = part(contest.entry, contest.hour_class)
    same = all(now[name] == contest.content[name] for name in ("activity", "started_at", "note", "minutes", "amount"))
    return not same or correction_of(contest) is not None


def contestable_until(line: Line) -> datetime | None:
    """Until when a line of a closed month may be contested; None while its month is open."""
    return line.statement.closed_at + timedelta(days=CONTEST_DAYS) if line.statement else None


def is_contestable(line: Line) -> bool:
    until = contestable_until(line)
    return until is None or clock.now() <= until

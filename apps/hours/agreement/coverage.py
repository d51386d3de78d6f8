"""What the client agreed to: which billable minutes are covered by an approval, and what is still open.

``cover`` is the whole rule, as one pure function. Minutes are whole, money is centavos.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.core import clock, money
from apps.hours import classification, queries
from apps.hours.classification import HourClass
from apps.hours.models import Line, TimeEntry
from apps.hours.models.agreement import Contest, ExtraHoursRequest
from apps.rollouts.models import Rollout

CONTEST_DAYS = 30
"""A line may be contested while its month is open and so many days after it was closed."""


@dataclass(frozen=True)
class Claim:
    """A billable line. ``entry`` is the entry's number, or that of the entry it adjusts; ``minutes`` is negative where an
    adjustment takes time back. ``fixed`` is what was covered when the month was closed, None while it is open."""

    key: int
    entry: int
    started_at: datetime
    number: int
    activity: str
    minutes: int
    fixed: int | None = None


@dataclass(frozen=True)
class Coverage:
    """What became of a claim's minutes: ``covered + uncovered + taken_back`` is the claim; all zero for a negative one."""

    covered: int = 0
    uncovered: int = 0
    taken_back: int = 0

    @property
    def is_partial(self) -> bool:
        return bool(self.covered and self.uncovered)


def cover(claims: Iterable[Claim], approved: Mapping[str, int]) -> dict[int, Coverage]:
    """How far ``approved`` minutes (by activity) cover the ``claims``, by claim key.

    What an adjustment takes back comes off the same entry's claims, the newest first, and of a closed month's line off
    what had no approval. A closed month keeps what it was closed with; the rest of the approval covers the open claims,
    the oldest first (start, then entry number). The order in which the claims are given does not matter.
    """
    ordered = sorted(claims, key=lambda claim: (claim.started_at, claim.number, claim.key))
    to_take: dict[int, int] = defaultdict(int)
    for claim in ordered:
        if claim.minutes < 0:
            to_take[claim.entry] -= claim.minutes
    taken_back: dict[int, int] = {}
    for claim in reversed(ordered):
        taken_back[claim.key] = min(max(claim.minutes, 0), to_take[claim.entry])
        to_take[claim.entry] -= taken_back[claim.key]

    minutes_left = dict(approved)
    covered: dict[int, int] = {}
    for fixed_first in (True, False):
        for claim in ordered:
            if (claim.fixed is not None) == fixed_first:
                remaining = max(claim.minutes, 0) - taken_back[claim.key]
                available = max(minutes_left.get(claim.activity, 0), 0)
                covered[claim.key] = min(remaining, available if claim.fixed is None else min(claim.fixed, available))
                minutes_left[claim.activity] = available - covered[claim.key]
    return {
        claim.key: Coverage(
            covered[claim.key],
            max(claim.minutes, 0) - taken_back[claim.key] - covered[claim.key],
            taken_back[claim.key],
        )
        for claim in ordered
    }


def coverage(rollout: Rollout) -> dict[int, Coverage]:
    """The coverage of ``rollout``'s billable lines, by the line's key."""
    return cover(_claims(rollout), approved(rollout))


CLAIM_FIELDS = (
    "pk", "entry__adjusts__number", "entry__number", "entry__started_at", "entry__activity", "minutes", "approved",
    "statement",
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
    )


def _claims(rollout: Rollout) -> list[Claim]:
    billable_lines = Line.objects.filter(entry__rollout=rollout, hour_class=HourClass.BILLABLE).order_by()
    return [claim(*values) for values in billable_lines.values_list(*CLAIM_FIELDS)]


def approved(rollout: Rollout) -> dict[str, int]:
    """Minutes that the client approved, by activity."""
    return approved_by(rollout.extra_requests.filter(state=ExtraHoursRequest.State.APPROVED))


def approved_by(requests: Iterable[ExtraHoursRequest]) -> dict[str, int]:
    """Minutes that those of ``requests`` which are approved cover, by activity."""
    minutes: dict[str, int] = defaultdict(int)
    for request in requests:
        if request.state == ExtraHoursRequest.State.APPROVED:
            minutes[request.activity] += request.minutes
    return dict(minutes)


def uncovered(rollout: Rollout) -> dict[str, int]:
    """Open minutes, by activity, that are billable and nobody approved."""
    claims = _claims(rollout)
    return uncovered_of(claims, cover(claims, approved(rollout)))


def uncovered_of(claims: Iterable[Claim], coverage_by_claim: Mapping[int, Coverage]) -> dict[str, int]:
    """Open minutes of ``claims``, by activity, that no approval covers."""
    result: dict[str, int] = defaultdict(int)
    for claim in claims:
        if claim.fixed is None and coverage_by_claim[claim.key].uncovered:
            result[claim.activity] += coverage_by_claim[claim.key].uncovered
    return dict(result)


def lacking(rollout: Rollout, activity: str, minutes: int) -> int:
    """How many of ``minutes`` more billable minutes of ``activity`` no approval would cover."""
    claims, allowed = _claims(rollout), approved(rollout)
    coverage_by_claim = cover(claims, allowed)
    used = sum(coverage_by_claim[claim.key].covered for claim in claims if claim.activity == activity)
    return max(minutes - max(allowed.get(activity, 0) - used, 0), 0)


def preview(rollout: Rollout, activity: str, lines: Iterable[classification.Line]) -> dict[str, object]:
    """For the page that shows ``lines`` before they are saved: class and reason of each, and the minutes that no request
    covers."""
    lines = list(lines)
    billable = sum(line.minutes for line in lines if line.hour_class == HourClass.BILLABLE)
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

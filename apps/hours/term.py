"""What the hours give to the acceptance term's record."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce, JSONObject

from apps.core.database.rows import JSON, embedded, rows_of
from apps.core.term_shares import TermShare
from apps.hours import queries
from apps.hours.agreement import coverage
from apps.hours.classification import Activity, HourClass
from apps.hours.models import HourSum, Line
from apps.hours.models.agreement import Contest, ExtraHoursRequest
from apps.rollouts.models import Rollout


def summary(
    rollout: Rollout, sums: Iterable[JSON], claims: Iterable[JSON], requests: Iterable[JSON], contests: Iterable[JSON]
) -> dict[str, object]:
    """The hours by activity and class, and what of them client and Presence agreed on: plain JSON, minutes and centavos."""
    hour_sums = rows_of(HourSum, sums)
    worked = {row.activity for row in hour_sums}
    return {
        "totals": queries.totals(hour_sums),
        "activities": [
            {"activity": activity.value, **queries.totals(row for row in hour_sums if row.activity == activity)}
            for activity in Activity
            if activity in worked
        ],
        "agreement": _agreement(claims, rows_of(ExtraHoursRequest, requests), contests),
    }


def _agreement(
    claims: Iterable[JSON], requests: list[ExtraHoursRequest], contests: Iterable[JSON]
) -> dict[str, object]:
    """How many of the billable minutes the client approved and how many nobody did, how many are contested, and the requests
    and contests that wait for an answer."""
    billable_lines = [
        coverage.claim(*({**row, "entry__started_at": datetime.fromisoformat(row["entry__started_at"])}.values()))
        for row in ({name: row[name] for name in coverage.CLAIM_FIELDS} for row in claims)
    ]
    parts = coverage.cover(billable_lines, coverage.approvals_among(requests)).values()
    open_contests = list(contests)
    return {
        "approved": sum(part.covered for part in parts),
        "unapproved": sum(part.uncovered for part in parts),
        "contested": sum(contest["minutes"] for contest in open_contests),
        "requests": [
            {"number": request.number, "activity": request.activity, "minutes": request.minutes}
            for request in requests
            if request.is_open
        ],
        "contests": open_contests,
    }


_billable_lines = Line.objects.filter(entry__rollout=OuterRef("pk"), hour_class=HourClass.BILLABLE).order_by("pk")
_requests = ExtraHoursRequest.objects.filter(rollout=OuterRef("pk")).order_by("number")
_contested_lines = Line.objects.filter(
    entry=OuterRef("entry"), hour_class=OuterRef("hour_class"), entry__deleted_at=None
)
_contested_minutes = _contested_lines.order_by().values("entry").annotate(all=Sum("minutes")).values("all")
_contests = Contest.objects.filter(rollout=OuterRef("pk"), state=Contest.State.OPEN).order_by("number")

HOURS = TermShare(
    summary,
    rows={
        "sums": embedded(HourSum.objects.filter(rollout=OuterRef("pk")).order_by("month", "pk")),
        "claims": ArraySubquery(
            _billable_lines.values(json=JSONObject(**{name: name for name in coverage.CLAIM_FIELDS}))
        ),
        "requests": embedded(_requests),
        "contests": ArraySubquery(
            _contests.values(
                json=JSONObject(
                    number="number", entry="entry__number", minutes=Coalesce(Subquery(_contested_minutes), 0)
                )
            )
        ),
    },
)

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import QuerySet, Sum
from django.utils import timezone

from apps.accounts.models import User
from apps.hours import classification
from apps.hours.classification import Activity, Klass
from apps.hours.models import Line, Policy, TimeEntry
from apps.rollouts.models import Rollout


def month_of(instant: datetime) -> date:
    """The first day of the month of ``instant``, in the installation's time zone."""
    return timezone.localtime(instant, timezone.get_default_timezone()).date().replace(day=1)


def is_month_closed(rollout: Rollout, instant: datetime) -> bool:
    """A month is closed when it, or a later one, has a statement."""
    return rollout.statements.filter(month__gte=month_of(instant)).exists()


def lines(rollout: Rollout) -> QuerySet[Line]:
    """The ledger: every line in the order the work was done."""
    return Line.objects.filter(entry__rollout=rollout).select_related(
        "entry__person", "entry__nonconformity", "entry__adjusts", "statement"
    )


def open_lines(rollout: Rollout) -> QuerySet[Line]:
    return lines(rollout).filter(statement=None)


def closed_lines(rollout: Rollout) -> QuerySet[Line]:
    return lines(rollout).exclude(statement=None)


def open_entries(rollout: Rollout) -> QuerySet[TimeEntry]:
    """Entries that count and whose lines are not fixed by a statement."""
    fixed = closed_lines(rollout).values("entry")
    entries = rollout.time_entries.filter(deleted_at=None).exclude(pk__in=fixed)
    return entries.select_related("nonconformity", "adjusts")


def minutes_of_day(person: User, instant: datetime, without: int | None) -> int:
    """What ``person`` logged on the local day of ``instant``, over all rollouts."""
    start = timezone.localtime(instant, timezone.get_default_timezone()).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    entries = TimeEntry.objects.filter(
        person=person, deleted_at=None, adjusts=None, started_at__gte=start, started_at__lt=start + timedelta(days=1)
    ).exclude(pk=without)
    return entries.aggregate(all=Sum("minutes"))["all"] or 0


@dataclass(frozen=True)
class Allowance:
    """How much of an allowance is used. Minutes."""

    label: str
    used: int
    size: int

    @property
    def left(self) -> int:
        return max(self.size - self.used, 0)


def allowances(rollout: Rollout) -> list[Allowance]:
    policy = Policy.objects.filter(rollout=rollout).first() or Policy(rollout=rollout)
    used = {
        row["allowance"]: row["all"]
        for row in Line.objects.filter(entry__rollout=rollout).exclude(allowance="").values("allowance").annotate(
            all=Sum("minutes")
        )
    }  # fmt: skip
    sizes = {Activity.TRAINING: policy.training_allowance, Activity.HOMOLOGATION: policy.homologation_allowance}
    return [Allowance(str(activity.label), used.get(activity.value, 0), size) for activity, size in sizes.items()]


def totals(found: Iterable[Line]) -> dict[str, int]:
    """Minutes by class and the billable amount in centavos."""
    result = {klass.value: 0 for klass in Klass} | {"amount": 0}
    for line in found:
        result[line.klass] += line.minutes
        result["amount"] += line.amount
    return result


def statement_content(found: list[Line]) -> dict[str, object]:
    """What a statement fixes: plain JSON; minutes, centavos, UTC."""
    return {
        "totals": totals(found),
        "lines": [
            {
                "entry": line.entry.number,
                "started_at": line.entry.started_at.isoformat(),
                "person": str(line.entry.person),
                "activity": line.entry.activity,
                "note": line.entry.note,
                "minutes": line.minutes,
                "klass": line.klass,
                "amount": line.amount,
                "why": line.why(),
                "approved": line.approved,
            }
            for line in found
        ],
    }


def preview(rollout: Rollout, work: classification.Work) -> list[classification.Line]:
    """The lines that ``work`` would get if it were logged now."""
    policy = Policy.objects.filter(rollout=rollout).first() or Policy(rollout=rollout)
    number = rollout.time_entries.count() + 1
    entries = [entry.work() for entry in open_entries(rollout)] + [replace(work, number=number)]
    closed = [line.pure() for line in closed_lines(rollout)]
    return [line for line in classification.classify(entries, policy.rules(), closed) if line.entry == number]


def summary_for_term(rollout: Rollout) -> dict[str, object]:
    """The hours as the acceptance term records them: plain JSON, minutes and centavos."""
    found = list(lines(rollout))
    return {
        "totals": totals(found),
        "activities": [
            {"activity": activity.value, **totals(line for line in found if line.entry.activity == activity)}
            for activity in Activity
            if any(line.entry.activity == activity for line in found)
        ],
    }

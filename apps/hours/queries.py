from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import QuerySet, Sum
from django.utils import timezone

from apps.accounts.models import User
from apps.hours import classification
from apps.hours.classification import Activity, Klass
from apps.hours.models import Line, Policy, TimeEntry
from apps.rollouts.models import Rollout
from apps.stages.training.models import TrainingSession


def month_of(instant: datetime) -> date:
    """The first day of the month of ``instant``, in the installation's time zone."""
    return timezone.localtime(instant, timezone.get_default_timezone()).date().replace(day=1)


def is_month_closed(rollout: Rollout, instant: datetime) -> bool:
    """A month is closed when it, or a later one, has a statement."""
    return rollout.statements.filter(month__gte=month_of(instant)).exists()


def loggable(user: User) -> QuerySet[Rollout]:
    """The rollouts on which ``user`` may log time now."""
    found = Rollout.objects.visible_to(user).open()
    return found.select_related("platform").prefetch_related("parties__company")


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


@dataclass(frozen=True)
class Allowance:
    """How much of an allowance is used, and how much of it the sessions that are scheduled will use. Minutes."""

    activity: str
    label: str
    used: int
    size: int
    scheduled: int = 0

    @property
    def left(self) -> int:
        return max(self.size - self.used, 0)

    @property
    def forecast(self) -> int:
        """What the scheduled sessions take of what is left."""
        return min(self.scheduled, self.left)

    @property
    def beyond(self) -> int:
        """What the scheduled sessions need beyond the allowance."""
        return self.scheduled - self.forecast

    @property
    def free(self) -> int:
        """What is neither used nor spoken for."""
        return self.left - self.forecast


def allowances(rollout: Rollout) -> list[Allowance]:
    policy = Policy.objects.filter(rollout=rollout).first() or Policy(rollout=rollout)
    used = {
        row["allowance"]: row["all"]
        for row in Line.objects.filter(entry__rollout=rollout).exclude(allowance="").values("allowance").annotate(
            all=Sum("minutes")
        )
    }  # fmt: skip
    planned = rollout.training_sessions.filter(state=TrainingSession.State.PLANNED)
    scheduled = {Activity.TRAINING: planned.aggregate(all=Sum("planned_minutes"))["all"] or 0}
    sizes = {Activity.TRAINING: policy.training_allowance, Activity.HOMOLOGATION: policy.homologation_allowance}
    return [
        Allowance(activity.value, str(activity.label), used.get(activity.value, 0), size, scheduled.get(activity, 0))
        for activity, size in sizes.items()
    ]


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
            }
            for line in found
        ],
    }


def classified(rollout: Rollout, *more: classification.Work) -> list[classification.Line]:
    """The whole count, closed lines first, then the open ones in order; with ``more`` as if it had been logged now.

    Each line names its own entry, an adjustment too.
    """
    policy = Policy.objects.filter(rollout=rollout).first() or Policy(rollout=rollout)
    works = [entry.work() for entry in open_entries(rollout)] + list(more)
    fixed = list(closed_lines(rollout))
    counted = classification.classify(works, policy.rules(), [line.pure() for line in fixed])
    return [replace(line.pure(), entry=line.entry.number) for line in fixed] + counted


def preview(rollout: Rollout, *works: classification.Work) -> list[classification.Line]:
    """The lines that ``works`` would get if they were logged now; they are numbered on from the last entry, in order."""
    first = rollout.time_entries.count() + 1
    numbered = [replace(work, number=number) for number, work in enumerate(works, start=first)]
    return [line for line in classified(rollout, *numbered) if line.entry >= first]


def shown(found: Iterable[classification.Line]) -> list[dict[str, object]]:
    """Lines with the words for their class and their reason, for a template."""
    return [
        {
            "line": line,
            "label": Klass(line.klass).label,
            "why": classification.explain(line.reason, line.params, line.minutes),
        }
        for line in found
    ]


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

"""What the record says of a rollout for its report: keys and values of no language, as JSON, read once and kept when sent."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from apps.core import clock
from apps.core.canonical import instant
from apps.core.process import PATH, Stage
from apps.hours import queries as hours
from apps.hours.classification import HourClass
from apps.meetings.models import Meeting
from apps.portfolio.forecasts.health import outlook
from apps.portfolio.models import StatusReport
from apps.portfolio.reports.happenings import HAPPENINGS, MOST_LISTED, ONLY_COUNTED
from apps.rollouts import gates, planning, queries
from apps.rollouts.models import Event, OpenRequirement, Rollout
from apps.stages.acceptance.requirements import text_without_name
from apps.stages.homologation.models import Nonconformity

Facts = dict[str, Any]
Light = StatusReport.Light

MOST_OWED = 40
MOST_MEETINGS = 5
MOST_NONCONFORMITIES = 40
"""What a report names of each; it says how many there are besides."""


def happened(rollout: Rollout, since: datetime) -> list[Event]:
    """The events after ``since`` of which a report tells, the newest first, with who acted."""
    events = rollout.events.filter(at__gt=since, kind__in=HAPPENINGS).select_related("actor")
    return list(events.order_by("-sequence"))


def gather(rollout: Rollout, since: datetime, events: Sequence[Event]) -> Facts:
    """How ``rollout`` stands now, and what the ``events`` that ``happened`` since come to. Instants and days are in ISO form,
    durations whole minutes, texts ``Localized`` or as somebody typed them. What hours cost is no part of it."""
    facts: Facts = {
        "since": instant(since),
        "until": instant(clock.now()),
        "version": rollout.version,
        "stage": rollout.stage,
        "happened": _happened(events),
        "next": _next(rollout),
        "ball": {"holder": rollout.holder, "since": instant(rollout.holder_since)},
        "hold": _hold(rollout),
        "plan": _plan(rollout),
        "forecast": _forecast_line(rollout),
        "hours": _hours(rollout, since),
        "nonconformities": _nonconformities(rollout),
    }
    return {**facts, "risks": _risks(facts)}


def suggested_light(facts: Facts) -> Light:
    """What the record says of the course: late when the next stage is behind its plan, else attention where there is any
    other risk."""
    keys = {risk["key"] for risk in facts["risks"]}
    if "late" in keys:
        return Light.LATE
    return Light.ATTENTION if keys else Light.ON_COURSE


def _forecast_line(rollout: Rollout) -> str | None:
    """The day, in ISO form, on which ``rollout`` is expected to go live, or to be completed once it has; None where nobody
    can say.

    It is as likely as not by the newest forecast (``forecasts.health``); without one, the planned day, or the target date.
    """
    foretold = outlook(rollout)
    day = foretold.forecast.likely if foretold else None
    day = day or planning.starts(rollout).get(Stage.GO_LIVE) or rollout.target_date
    return day.isoformat() if day else None


def _happened(events: Sequence[Event]) -> Facts:
    listed = [event.sequence for event in events if event.kind not in ONLY_COUNTED]
    counts = Counter(event.kind for event in events)
    return {"events": listed[:MOST_LISTED], "counts": {kind: counts[kind] for kind in HAPPENINGS if counts[kind]}}


def _next(rollout: Rollout) -> Facts:
    rows = [row for row in queries.open_requirements(rollout) if row.blocking]
    gate = gates.next_gate(rollout)
    planned = rollout.meetings.planned().filter(planned_start__gt=clock.now()).order_by("planned_start", "pk")
    return {
        "gate": gate.value if gate else "",
        "owed": [_owed(row) for row in rows[:MOST_OWED]],
        "counts": dict(Counter(row.owed_by for row in rows)),
        "overdue": sum(row.due is not None and row.due < clock.today() for row in rows),
        "meetings": [_meeting(meeting) for meeting in planned[:MOST_MEETINGS]],
    }


def _owed(row: OpenRequirement) -> Facts:
    """Without the name of who has to sign: a report stays as it was sent after they are erased."""
    return {
        "key": row.key,
        "text": dict(text_without_name(row) or row.text),
        "owed_by": row.owed_by,
        "since": instant(row.since),
        "due": row.due.isoformat() if row.due else None,
    }


def _meeting(meeting: Meeting) -> Facts:
    return {"kind": meeting.kind, "number": meeting.number, "title": meeting.title, "at": instant(meeting.starts_at)}


def _hold(rollout: Rollout) -> Facts | None:
    hold = rollout.open_hold
    if hold is None:
        return None
    return {"caused_by": hold.caused_by, "since": instant(hold.started_at), "reason": hold.reason}


def _plan(rollout: Rollout) -> list[Facts]:
    return [
        {
            "stage": line.stage.value,
            "planned": line.planned.isoformat() if line.planned else None,
            "actual": line.actual.isoformat() if line.actual else None,
            "days_late": line.days_late,
        }
        for line in planning.lines(rollout)
    ]


def _hours(rollout: Rollout, since: datetime) -> Facts:
    """Of the work that began after ``since``, and how much of each allowance is used in all."""
    lines = hours.lines(rollout).select_related(None)
    period = lines.filter(entry__started_at__gt=since, entry__started_at__lte=clock.now())
    policy = hours.policy_in_force(rollout, clock.today())
    allowances = hours.used_of_allowances(hours.hour_sums(rollout), policy)
    minutes = hours.totals(period)
    return {
        **{hour_class.value: minutes[hour_class] for hour_class in HourClass},
        "allowances": [{"activity": activity.value, "used": used, "size": size} for activity, used, size in allowances],
    }


def _nonconformities(rollout: Rollout) -> Facts:
    rows = list(rollout.nonconformities.pending().order_by("number"))
    return {
        "count": len(rows),
        "blocking": sum(row.blocks for row in rows),
        "rows": [_nonconformity(row) for row in rows[:MOST_NONCONFORMITIES]],
    }


def _nonconformity(row: Nonconformity) -> Facts:
    return {
        "number": row.number,
        "title": row.title,
        "severity": row.severity,
        "state": row.state,
        "owner": row.owner,
        "since": instant(row.since),
        "is_overdue": row.is_overdue,
    }


def _late(facts: Facts) -> Facts | None:
    """By how many business days the stage after the present one is behind its plan, as the list of projects counts them;
    None when it is not, or has no planned day."""
    following = dict(zip(PATH, planning.STEPS[1:], strict=True)).get(facts["stage"])
    planned = next((line["planned"] for line in facts["plan"] if line["stage"] == following), None)
    days = planning.days_late(date.fromisoformat(planned), clock.today()) if planned else 0
    return {"key": "late", "stage": following, "days": days} if days else None


def _risks(facts: Facts) -> list[Facts]:
    """What may keep the rollout from its day, each with its values; the gravest first."""
    risks: list[Facts] = []
    if late := _late(facts):
        risks.append(late)
    if facts["hold"]:
        risks.append({"key": "hold", "caused_by": facts["hold"]["caused_by"], "since": facts["hold"]["since"]})
    if facts["nonconformities"]["blocking"]:
        risks.append({"key": "blocking", "count": facts["nonconformities"]["blocking"]})
    if facts["next"]["overdue"]:
        risks.append({"key": "overdue", "count": facts["next"]["overdue"]})
    return risks

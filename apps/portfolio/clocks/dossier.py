"""The clocks in the dossier, as data and on one paper, and how they are held against the timeline that is in it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from apps.core import canonical, workdays
from apps.portfolio.clocks import counting, exports, paper, queries, record
from apps.rollouts.models import Rollout

DAYS = "historico/dias.json"
PAPER = "historico/dias.pdf"


def files(rollout: Rollout) -> Iterator[tuple[str, bytes]]:
    """Of a completed rollout, in Portuguese. A delay against a plan that no event keeps stands in neither file."""
    report = queries.report(rollout)
    report = report if report.plan_event else replace(report, delay=None)
    yield DAYS, canonical.readable(content(report))
    yield PAPER, paper.document(report, all_spans=DAYS)


def content(report: queries.Report) -> dict[str, Any]:
    """Everything of it that is counted: ``holidays`` are the weekdays that were no business days, over the days and the plan,
    so that whoever counts again needs no calendar. ``delay`` is null where no event keeps the plan."""
    clocks = report.clocks
    first = min([clocks.opened, *report.plan.values()])
    last = max([clocks.until, *report.plan.values()])
    weekdays = counting.business_days(first, last, _is_weekday)
    delay = report.delay if report.plan_event else None
    return {
        "opened": clocks.opened.isoformat(),
        "until": clocks.until.isoformat(),
        "holidays": [day.isoformat() for day in weekdays if not workdays.is_workday(day)],
        "spans": list(exports.rows(clocks.spans)),
        "parties": dict(report.total.parties),
        "on_hold": dict(report.holds),
        "delay": _delay(delay, report.plan_event) if delay else None,
    }


def _delay(delay: counting.Delay, plan_event: int | None) -> dict[str, Any]:
    return {
        "plan_event": plan_event,
        "planned_end": delay.planned_end.isoformat(),
        "days": delay.days,
        "lengths": dict(delay.lengths),
        "late": list(exports.rows(delay.spans)),
        "recovered": dict(delay.recovered),
    }


def problems(files: Mapping[str, bytes], events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What in the file of the days is not as the timeline of the same dossier says. It counts by the file's own holidays; a
    dossier of before has no such file."""
    if DAYS not in files:
        return
    stated = json.loads(files[DAYS])
    holidays = {date.fromisoformat(day) for day in stated["holidays"]}

    def is_workday(day: date) -> bool:
        return _is_weekday(day) and day not in holidays

    entries = list(record.of_file(events))
    until = date.fromisoformat(stated["until"])
    clocks = counting.count(entries, entries[0].day, until, is_workday=is_workday)
    if (clocks.opened.isoformat(), clocks.until) != (stated["opened"], until) or clocks.is_open:
        yield f"{DAYS} is not of the days between the opening and the closing"
    if list(exports.rows(clocks.spans)) != stated["spans"]:
        yield f"{DAYS} counts days for others than the timeline says"
    total = queries.row_of(clocks, "")
    if (dict(total.parties), dict(queries.holds_of(clocks))) != (stated["parties"], stated["on_hold"]):
        yield f"{DAYS} adds the days up wrongly"
    plan, event = counting.baseline(entries) or ({}, None)
    delay = clocks.delay(plan, is_workday)
    if (_delay(delay, event) if delay else None) != stated["delay"]:
        yield f"{DAYS} tells another delay than the timeline and the plan in it"


def _is_weekday(day: date) -> bool:
    return day.weekday() <= workdays.FRIDAY

"""The clocks in the dossier, as data and on one paper, and how they are held against the timeline that is in it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.template.loader import render_to_string

from apps.core import canonical, clock, papers, workdays
from apps.core.papers import pdf
from apps.core.process import PartyRole, Stage
from apps.portfolio.clocks import counting, exports, queries, record
from apps.rollouts.models import Rollout

DAYS = "historico/dias.json"
PAPER = "historico/dias.pdf"


def files(rollout: Rollout) -> Iterator[tuple[str, bytes]]:
    """Of a completed rollout, in Portuguese."""
    report = queries.report(rollout)
    yield DAYS, canonical.readable(content(report))
    with papers.on_paper():
        context = {"rollout": rollout, "report": report, "roles": PartyRole.choices, "created": clock.now()}
        yield PAPER, pdf.render(render_to_string("portfolio/clocks_pdf.html", context))


def content(report: queries.Report) -> dict[str, Any]:
    """Everything of it that is counted: ``workdays`` are the business days as the calendar had them, ``lengths`` the planned
    ones of the stages, so that whoever counts again needs no calendar. ``delay`` is null where no event keeps the plan."""
    delay = report.delay if report.plan_event else None
    return {
        "opened": report.clocks.opened.isoformat(),
        "until": report.clocks.until.isoformat(),
        "workdays": [day.day.isoformat() for day in report.clocks.days],
        "spans": list(exports.rows(report.clocks.spans)),
        "parties": dict(report.total.parties),
        "on_hold": dict(report.holds),
        "delay": {
            "plan_event": report.plan_event,
            "planned_end": delay.planned_end.isoformat(),
            "days": delay.days,
            "lengths": dict(delay.lengths),
            "late": list(exports.rows(delay.spans)),
            "recovered": dict(delay.recovered),
        }
        if delay
        else None,
    }


def problems(files: Mapping[str, bytes], events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What in the file of the days is not as the timeline of the same dossier says. It counts by the file's own calendar,
    whose days it only holds against weekends; a dossier without the file has none."""
    if DAYS not in files:
        return
    stated = json.loads(files[DAYS])
    calendar = {date.fromisoformat(day) for day in stated["workdays"]}
    if any(day.weekday() > workdays.FRIDAY for day in calendar):
        yield f"{DAYS} counts days of a weekend"
    entries = list(record.of_file(events))
    until = date.fromisoformat(stated["until"])
    clocks = counting.count(entries, entries[0].day, until, is_workday=calendar.__contains__)
    if clocks.opened.isoformat() != stated["opened"] or clocks.until != until:
        yield f"{DAYS} is not of the days between the opening and the closing"
    if len(clocks.days) != len(calendar):
        yield f"{DAYS} counts days on which the project was closed"
    if list(exports.rows(clocks.spans)) != stated["spans"]:
        yield f"{DAYS} counts days for others than the timeline says"
    if delay := stated["delay"]:
        yield from _delay_problems(clocks, entries, delay)


def _delay_problems(
    clocks: counting.Clocks, entries: Sequence[record.Entry], stated: Mapping[str, Any]
) -> Iterator[str]:
    plan, event = counting.baseline(entries) or ({}, None)
    planned_end = plan.get(Stage.COMPLETED.value)
    if event != stated["plan_event"] or planned_end is None or planned_end.isoformat() != stated["planned_end"]:
        yield f"{DAYS} measures the delay against another plan than the timeline keeps"
        return
    delay = clocks.delay_beyond(stated["lengths"], planned_end)
    counted = (list(exports.rows(delay.spans)), dict(delay.recovered), delay.days)
    if counted != (stated["late"], stated["recovered"], stated["days"]):
        yield f"{DAYS} counts another delay than the timeline says"

"""What the homologation gives to the acceptance term's record."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db.models import OuterRef

from apps.core import clock
from apps.core.database.rows import JSON, embedded, rows_of
from apps.core.term_shares import TermShare
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.models import Outcome, Round, Script
from apps.stages.homologation.queries import CaseStatus


def _day(instant: datetime | None) -> str | None:
    return clock.day_of(instant).isoformat() if instant else None


def _results_by_process(script: Script, statuses: list[CaseStatus], round_: Round) -> list[dict[str, object]]:
    """How each case ended in one round, counted by process; of a case that was run again, its newest result."""
    counted: dict[str, dict[str, int]] = {}
    for status in statuses:
        if newest := status.by_round.get(round_.pk):
            counted.setdefault(status.case.process, dict.fromkeys(Outcome.values, 0))[newest.outcome] += 1
    return [
        {"process": process.key, "title": process.title["pt"], **counted[process.key]}
        for process in queries.process_list(script)
        if process.key in counted
    ]


def _versions(statuses: list[CaseStatus]) -> list[dict[str, object]]:
    """The versions of the connector with which cases passed, the one that passed last first, with how many cases each."""
    passed = [status.counting for status in statuses if status.counting and status.passed and status.counting.version]
    newest_first = sorted(passed, key=lambda result: (result.at, result.pk), reverse=True)
    cases = Counter(result.version for result in newest_first)
    return [{"version": version, "cases": number} for version, number in cases.items()]


def summary(rollout: Rollout, all_rounds: Iterable[JSON]) -> dict[str, object]:
    """The script, its rounds, and what failed or was reserved: plain JSON, Portuguese texts."""
    script: Script | None = getattr(rollout, "script", None)
    if script is None:
        return {
            "script": None,
            "rounds": [],
            "processes": [],
            "nonconformities": [],
            "reservations": [],
            "not_applicable": [],
            "versions": [],
        }
    rounds = rows_of(Round, all_rounds)
    statuses = queries.case_statuses(script, bare=True, rounds=rounds)
    return {
        "script": {"title": script.title.get("pt", ""), "version": script.version, "frozen_on": _day(script.frozen_at)},
        "rounds": [
            {
                "number": round_.number,
                "opened_on": _day(round_.opened_at),
                "closed_on": _day(round_.closed_at),
                "results": _results_by_process(script, statuses, round_),
            }
            for round_ in rounds
        ],
        "processes": [
            {
                "key": process.key,
                "title": process.title["pt"],
                "cases": len(process.applicable),
                "passed": process.tally.passed,
                "reserved": process.tally.reserved,
                "not_applicable": process.tally.not_applicable,
                "not_run": len(process.applicable) - process.tally.executed,
            }
            for process in queries.processes(script, statuses=statuses)
        ],
        "versions": _versions([status for status in statuses if status.case.applies]),
        "not_applicable": [
            {"case": status.case.code, "title": status.case.title["pt"], "reason": status.counting.note}
            for status in statuses
            if status.counting and status.not_applicable and status.case.is_binding
        ],
        "nonconformities": [
            {
                "label": nonconformity.label,
                "case": nonconformity.case.code,
                "title": nonconformity.title,
                "severity": nonconformity.severity,
                "owner": nonconformity.owner,
                "state": nonconformity.state,
                "fix_version": nonconformity.fix_version,
            }
            for nonconformity in queries.nonconformities_among(statuses)
        ],
        "reservations": [
            {
                "case": reservation.case.code,
                "text": reservation.text,
                "owner": reservation.owner,
                "deadline": reservation.deadline.isoformat(),
            }
            for reservation in queries.reservations_among(statuses)
            if reservation.is_agreed
        ],
    }


_rounds = Round.objects.filter(script__rollout=OuterRef("pk")).order_by("number")
HOMOLOGATION = TermShare(summary, rows={"all_rounds": embedded(_rounds)}, related=["script"])

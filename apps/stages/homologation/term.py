"""What the homologation gives to the acceptance term's record."""

from datetime import datetime

from apps.core import clock
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.models import Outcome, Round, Script


def _day(instant: datetime | None) -> str | None:
    return clock.day_of(instant, clock.installation_zone()).isoformat() if instant else None


def _results_by_process(script: Script, round_: Round) -> list[dict[str, object]]:
    """How each case ended in one round, counted by process; of a case that was run again, its newest result."""
    newest = dict(round_.results.order_by("pk").values_list("case", "outcome"))
    counted: dict[str, dict[str, int]] = {}
    for case in script.cases.filter(pk__in=newest):
        counted.setdefault(case.process, dict.fromkeys(Outcome.values, 0))[newest[case.pk]] += 1
    return [
        {"process": process.key, "title": process.title["pt"], **counted[process.key]}
        for process in queries.process_list(script)
        if process.key in counted
    ]


def summary(rollout: Rollout) -> dict[str, object]:
    """The script, its rounds, and what failed or was reserved: plain JSON, Portuguese texts."""
    script = queries.script_of(rollout)
    if script is None:
        return {"script": None, "rounds": [], "processes": [], "nonconformities": [], "reservations": []}
    return {
        "script": {"title": script.title.get("pt", ""), "version": script.version, "frozen_on": _day(script.frozen_at)},
        "rounds": [
            {
                "number": round_.number,
                "opened_on": _day(round_.opened_at),
                "closed_on": _day(round_.closed_at),
                "results": _results_by_process(script, round_),
            }
            for round_ in script.rounds.all()
        ],
        "processes": [
            {
                "key": process.key,
                "title": process.title["pt"],
                "cases": len(process.applicable),
                "passed": process.passed,
                "reserved": sum(status.reserved for status in process.applicable),
                "not_run": sum(status.latest is None for status in process.applicable),
            }
            for process in queries.processes(script, bare=True)
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
            for nonconformity in rollout.nonconformities.select_related("case")
        ],
        "reservations": [
            {
                "case": reservation.case.code,
                "text": reservation.text,
                "owner": reservation.owner,
                "deadline": reservation.deadline.isoformat(),
            }
            for reservation in rollout.reservations.filter(withdrawn_at=None, agreed_at__isnull=False).select_related(
                "case"
            )
        ],
    }

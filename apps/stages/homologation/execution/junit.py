"""Results from a JUnit report; one in which a single cause keeps many cases from an answer waits for a person."""

import io
import re
import zipfile
from collections import Counter
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.files import actions as files
from apps.files.models import StoredFile
from apps.rollouts import timeline
from apps.stages.homologation import events, queries
from apps.stages.homologation.access import refuse_outside_homologation
from apps.stages.homologation.execution import actions, reported_tests
from apps.stages.homologation.execution.reported_tests import CaseTests
from apps.stages.homologation.models import Case, Nonconformity, Result, Round, RoundReport, Script

MOST_BYTES = 10 * 1024 * 1024
PACKED = "junit.xml"
"""The name of a report within the ZIP in which one is kept that may not be stored as it is."""
FEWEST_BLOCKED = 3
FEWEST_ALIKE = 5
"""From so many cases on that were blocked, or that failed with one and the same message, the report waits, where they are
half of the cases that it ran: an environment that is down says nothing of the connector."""


def record(script: Script, *, by: User, content: bytes, name: str, machine: str, dry_run: bool) -> dict[str, Any]:
    """Record what the report ``content`` says of the cases of ``script`` in the open round, and keep it there.

    Answers what became of each case: recorded, skipped, or refused and why. A report with one cause for many cases is kept
    and records nothing until a person decides (``decide``): each case is ``waiting``. With ``dry_run`` all of it is undone
    again. Raises ``Refusal`` (409) without an open round, ``Invalid`` (422) for a report that cannot be read.
    """
    require(by, "homologation.execute", script)
    tests = reported_tests.parse(content)
    reported_cases, unknown = reported_tests.by_case(tests, list(script.cases.all()))
    with transaction.atomic(), timeline.changing(script.rollout) as rollout:
        refuse_outside_homologation(rollout)
        round_ = queries.open_round(script)
        if round_ is None:
            raise Refusal(_("Não há rodada aberta. A Presence precisa abrir a próxima."))
        waits = has_one_cause(reported_cases)
        if waits:
            rows = [_row(case, status="waiting") for case in reported_cases]
        else:
            rows = [_record_case(case, script, by=by, machine=machine, dry_run=dry_run) for case in reported_cases]
        recorded = sum(row["result"] is not None for row in rows)
        if (recorded or waits) and not dry_run:
            title = f"JUnit · {machine}" if machine else "JUnit"
            report = RoundReport(round=round_, title=title[:120], by=by, machine=machine)
            repeated = _waiting(round_, machine) if waits else None
            if repeated:  # A pipeline that runs again while the cause lasts asks nobody a second time.
                report, report.by, report.at = repeated, by, clock.now()
            report.file = _store_report(content, name, by)
            if waits:
                report.state = RoundReport.State.WAITING
                report.unanswered_cases = sum(case.outcome in ("failed", "blocked") for case in reported_cases)
            report.save()
            rollout.refresh_from_db()
            if repeated:
                pass
            elif waits:
                timeline.record(rollout, events.JunitWaits(cases=report.unanswered_cases, machine=machine), by)
            else:
                received = events.JunitReceived(recorded=recorded, tests=len(tests), machine=machine)
                timeline.record(rollout, received, by)
        if dry_run:
            transaction.set_rollback(True)
            rows = [{**row, "result": None, "nonconformity": None} for row in rows]
    unknown_labels = [test.label[:300] for test in unknown]
    return {"dry_run": dry_run, "tests": len(tests), "cases": rows, "unknown": unknown_labels, "waiting": waits}


def _waiting(round_: Round, machine: str) -> RoundReport | None:
    """The report of ``machine`` on which nobody has decided yet."""
    return round_.reports.filter(machine=machine, state=RoundReport.State.WAITING).first()


def has_one_cause(reported_cases: list[CaseTests]) -> bool:
    """Whether half of the cases that ran came to no answer for what looks like one reason (``FEWEST_BLOCKED``)."""
    ran = [case for case in reported_cases if case.outcome != "skipped"]
    blocked = sum(case.outcome == "blocked" for case in ran)
    messages = Counter(re.sub(r"\d+", "#", case.message) for case in ran if case.outcome == "failed" and case.message)
    alike = max(messages.values(), default=0)
    return (blocked >= FEWEST_BLOCKED and 2 * blocked >= len(ran)) or (alike >= FEWEST_ALIKE and 2 * alike >= len(ran))


def decide(report: RoundReport, *, by: User, records: bool) -> None:
    """What becomes of a report that waits: its results are recorded, in the name of ``by``, or it stays with the round and
    says nothing of the cases.

    Raises ``Refusal`` (409) when it was decided before, or to record when its round is not open any more.
    """
    script = report.round.script
    require(by, "homologation.execute", script)
    with timeline.changing(script.rollout) as rollout:
        refuse_outside_homologation(rollout)
        report = RoundReport.objects.select_related("file").get(pk=report.pk)
        if report.state != RoundReport.State.WAITING:
            raise Refusal(_("Sobre este relatório já se decidiu."))
        if records and queries.open_round(script) != report.round:
            raise Refusal(_("A rodada deste relatório já foi encerrada. Só resta deixá-lo sem resultados."))
        recorded, tests = _record_kept(report, script, by=by) if records else (0, 0)
        report.state = RoundReport.State.RECORDED if records else RoundReport.State.DISCARDED
        report.decided_by, report.decided_at = by, clock.now()
        report.save(update_fields=["state", "decided_by", "decided_at"])
        rollout.refresh_from_db()
        if records:
            timeline.record(rollout, events.JunitReceived(recorded=recorded, tests=tests, machine=report.machine), by)
        else:
            timeline.record(rollout, events.JunitDiscarded(cases=report.unanswered_cases), by)


def _record_kept(report: RoundReport, script: Script, *, by: User) -> tuple[int, int]:
    """Record what the kept report says; ``(cases with a result, tests)``. A case that has a newer result keeps that."""
    tests = reported_tests.parse(_content_of(report))
    newer = Result.objects.filter(case=OuterRef("pk"), at__gt=report.at)
    reported_cases, _unknown = reported_tests.by_case(tests, list(script.cases.exclude(Exists(newer))))
    rows = [_record_case(case, script, by=by, machine=report.machine, dry_run=False) for case in reported_cases]
    return sum(row["result"] is not None for row in rows), len(tests)


def _row(reported: CaseTests, *, status: str) -> dict[str, Any]:
    return {
        "case": reported.case.code, "outcome": reported.outcome, "tests": [test.label[:300] for test in reported.tests],
        "result": None, "nonconformity": None, "code": None, "message": None, "status": status,
    }  # fmt: skip


def _record_case(reported: CaseTests, script: Script, *, by: User, machine: str, dry_run: bool) -> dict[str, Any]:
    case = reported.case
    if reported.outcome == "skipped":
        return _row(reported, status="skipped")
    case.script = script
    failed = reported.outcome == "failed"
    severity, owner = default_severity_and_owner(case) if failed else ("", "")
    try:
        result = actions.record_result(
            case, by=by, outcome=reported.outcome, note=reported.note,
            evidence_text=reported.proof, severity=severity, owner=owner, machine=machine,
        )  # fmt: skip
    except Refusal as refusal:
        return _row(reported, status="refused") | {"code": refusal.code or "conflict", "message": refusal.message}
    nonconformity = _unverified_nonconformity(case) if failed else None
    label = nonconformity.label if nonconformity else None
    status = "would_be_recorded" if dry_run else "recorded"
    return _row(reported, status=status) | {"result": result.pk, "nonconformity": label}


def default_severity_and_owner(case: Case) -> tuple[str, str]:
    """How severe a failure of ``case`` is and who corrects it where the report does not say: as its nonconformity that is
    not verified yet has it, else major and the integrator. A machine never changes what people agreed."""
    nonconformity = _unverified_nonconformity(case)
    if nonconformity is None:
        return Nonconformity.Severity.MAJOR, PartyRole.INTEGRATOR
    return nonconformity.severity, nonconformity.owner


def _unverified_nonconformity(case: Case) -> Nonconformity | None:
    return case.nonconformities.pending().first()


def _store_report(content: bytes, name: str, by: User) -> StoredFile:
    """The report as it came; in a ZIP where it quotes pages or programs, which are not stored as they are."""
    try:
        return files.store(ContentFile(content, name=name), by=by)
    except Invalid:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(PACKED, content)
        return files.store(ContentFile(packed.getvalue(), name="junit.zip"), by=by)


def _content_of(report: RoundReport) -> bytes:
    """The report as it came."""
    with report.file.content.open("rb") as file:
        content = file.read()
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(PACKED)

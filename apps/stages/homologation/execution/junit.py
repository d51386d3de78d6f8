"""Results from a JUnit report, as test runners of every language write it."""

import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.files import actions as files
from apps.files.models import StoredFile
from apps.rollouts import timeline
from apps.stages.homologation import events, queries
from apps.stages.homologation.access import refuse_outside_homologation
from apps.stages.homologation.execution import actions
from apps.stages.homologation.models import Case, Nonconformity, RoundReport, Script

MOST_BYTES = 10 * 1024 * 1024
MOST_TESTS = 5_000
MOST_DEPTH = 40
OUTCOMES_BY_RANK = ("failed", "blocked", "passed", "skipped")
"""Of several outcomes of one case the first of these counts."""
OUTCOMES_WITH_NOTE = ("failed", "blocked")
NOT_RUN = {"notrun", "skipped", "suppressed", "disabled"}
"""Words of the attributes ``status`` and ``result`` of a test that did not run (googletest)."""
LISTED_TESTS = 40
"""How many tests of a case its evidence lists."""


@dataclass
class Test:
    """One ``testcase``. ``outcome`` is passed, failed, blocked (an error: it came to no answer) or skipped. ``suite`` is the
    name of the suite around it."""

    name: str
    classname: str
    outcome: str = "passed"
    message: str = ""
    suite: str = ""

    @property
    def label(self) -> str:
        return f"{self.classname}.{self.name}" if self.classname else self.name


@dataclass
class CaseTests:
    """The tests that name one case."""

    case: Case
    tests: list[Test] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        outcomes = {test.outcome for test in self.tests}
        return next(outcome for outcome in OUTCOMES_BY_RANK if outcome in outcomes)

    @property
    def note(self) -> str:
        """What failed or came to no answer, one line a test."""
        lines = [
            f"{test.label}: {test.message or test.outcome}" for test in self.tests if test.outcome in OUTCOMES_WITH_NOTE
        ]
        return "\n".join(lines)[:4000]

    @property
    def proof(self) -> str:
        counts = Counter(test.outcome for test in self.tests)
        marks = {"passed": "✓", "failed": "✗", "blocked": "!", "skipped": "–"}
        head = " ".join(f"{counts[outcome]} {mark}" for outcome, mark in marks.items() if counts[outcome])
        lines = [f"{marks[test.outcome]} {test.label}"[:300] for test in self.tests[:LISTED_TESTS]]
        return "\n".join([f"JUnit: {head}", *lines, *(["…"] if len(self.tests) > LISTED_TESTS else [])])


def record(script: Script, *, by: User, content: bytes, name: str, machine: str, dry_run: bool) -> dict[str, Any]:
    """Record what the report ``content`` says of the cases of ``script`` in the open round, and keep it there.

    Answers what became of each case: recorded, skipped, or refused and why. With ``dry_run`` all of it is undone again.
    Raises ``Refusal`` (409) without an open round, ``Invalid`` (422) for a report that cannot be read.
    """
    require(by, "homologation.execute", script)
    tests = parse(content)
    reported_cases, unknown = by_case(tests, list(script.cases.all()))
    with transaction.atomic(), timeline.changing(script.rollout) as rollout:
        refuse_outside_homologation(rollout)
        round_ = queries.open_round(script)
        if round_ is None:
            raise Refusal(_("Não há rodada aberta. A Presence precisa abrir a próxima."))
        rows = [_record_case(case, script, by=by, machine=machine, dry_run=dry_run) for case in reported_cases]
        recorded = sum(row["result"] is not None for row in rows)
        if recorded and not dry_run:
            title = f"JUnit · {machine}" if machine else "JUnit"
            RoundReport.objects.create(round=round_, file=_store_report(content, name, by), title=title[:120], by=by)
            rollout.refresh_from_db()
            received = events.JunitReceived(recorded=recorded, tests=len(tests), machine=machine)
            timeline.record(rollout, received, by)
        if dry_run:
            transaction.set_rollback(True)
            rows = [{**row, "result": None, "nonconformity": None} for row in rows]
    return {"dry_run": dry_run, "tests": len(tests), "cases": rows, "unknown": [test.label[:300] for test in unknown]}


def _record_case(reported: CaseTests, script: Script, *, by: User, machine: str, dry_run: bool) -> dict[str, Any]:
    case = reported.case
    row: dict[str, Any] = {
        "case": case.code, "outcome": reported.outcome, "tests": [test.label[:300] for test in reported.tests],
        "result": None, "nonconformity": None, "code": None, "message": None,
    }  # fmt: skip
    if reported.outcome == "skipped":
        return row | {"status": "skipped"}
    case.script = script
    failed = reported.outcome == "failed"
    severity, owner = default_severity_and_owner(case) if failed else ("", "")
    try:
        result = actions.record_result(
            case, by=by, outcome=reported.outcome, note=reported.note,
            evidence_text=reported.proof, severity=severity, owner=owner, machine=machine,
        )  # fmt: skip
    except Refusal as refusal:
        return row | {"status": "refused", "code": refusal.code or "conflict", "message": refusal.message}
    nonconformity = _unverified_nonconformity(case) if failed else None
    status = "would_be_recorded" if dry_run else "recorded"
    label = nonconformity.label if nonconformity else None
    return row | {"status": status, "result": result.pk, "nonconformity": label}


def default_severity_and_owner(case: Case) -> tuple[str, str]:
    """How severe a failure of ``case`` is and who corrects it where the report does not say: as its nonconformity that is
    not verified yet has it, else major and the integrator. A machine never changes what people agreed."""
    nonconformity = _unverified_nonconformity(case)
    if nonconformity is None:
        return Nonconformity.Severity.MAJOR, PartyRole.INTEGRATOR
    return nonconformity.severity, nonconformity.owner


def _unverified_nonconformity(case: Case) -> Nonconformity | None:
    return case.nonconformities.exclude(state=Nonconformity.State.VERIFIED).first()


def _store_report(content: bytes, name: str, by: User) -> StoredFile:
    """The report as it came; in a ZIP where it quotes pages or programs, which are not stored as they are."""
    try:
        return files.store(ContentFile(content, name=name), by=by)
    except Invalid:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("junit.xml", content)
        return files.store(ContentFile(packed.getvalue(), name="junit.zip"), by=by)


# --- Which case a test means -----------------------------------------------------------------------


def by_case(tests: list[Test], cases: list[Case]) -> tuple[list[CaseTests], list[Test]]:
    """The cases that the tests name, in the order of the script, and the tests that name none.

    The name of a test decides; only where it names no case its class does, then its suite. A test may name several.
    """
    rows = [(CaseTests(case), pattern_of(case.code)) for case in cases]
    unknown = []
    for test in tests:
        matches: list[CaseTests] = []
        for name in (test.name, test.classname, test.suite):
            matches = matches or [row for row, pattern in rows if pattern.search(spaced(name))]
        for row in matches:
            row.tests.append(test)
        if not matches:
            unknown.append(test)
    return [row for row, _pattern in rows if row.tests], unknown


def pattern_of(code: str) -> re.Pattern[str]:
    """How ``PED-03`` may be written in a name: ``ped_03``, ``PED-3``, ``ped03``, between what is neither letter nor digit."""
    parts = re.findall(r"[a-z]+|\d+", code.lower())
    words = [f"0*{int(part)}" if part.isdigit() else part for part in parts]
    return re.compile(rf"(?<![a-z0-9]){'[-_. ]?'.join(words)}(?![0-9])", re.IGNORECASE)


def spaced(name: str) -> str:
    """``TestPed03Refund`` as ``Test_Ped03Refund``: a capital after a small letter or a digit begins a word."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)


# --- Reading ---------------------------------------------------------------------------------------


def parse(content: bytes) -> list[Test]:
    """The tests of a report. Raises ``Invalid`` (422, on ``report``) for what is no JUnit, or has a DOCTYPE: entities are
    never expanded, here or anywhere."""
    tests: list[Test] = []
    path: list[str] = []
    words: list[str] = []
    suites = [""]

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if not path and tag not in ("testsuites", "testsuite"):
            raise Invalid(
                _("Este XML não é um relatório JUnit: ele começa por testsuites ou testsuite."), field="report"
            )
        path.append(tag)
        if tag == "testsuite":
            suites.append(attributes.get("name", "")[:300])
        if len(path) > MOST_DEPTH:
            raise Invalid(_("Este XML tem elementos demais, um dentro do outro."), field="report")
        if tag == "testcase":
            if len(tests) >= MOST_TESTS:
                raise Invalid(
                    _("O relatório passa de %(most)d testes. Envie-o em partes.") % {"most": MOST_TESTS}, field="report"
                )
            tests.append(
                Test(attributes.get("name", "")[:300], attributes.get("classname", "")[:300], suite=suites[-1])
            )
            if NOT_RUN & {attributes.get("status", "").lower(), attributes.get("result", "").lower()}:
                tests[-1].outcome = "skipped"
        elif tag in ("failure", "error", "skipped") and path[-2:-1] == ["testcase"]:
            test, outcome = tests[-1], {"failure": "failed", "error": "blocked", "skipped": "skipped"}[tag]
            if test.outcome == "passed" or (test.outcome != outcome and outcome == "failed"):
                test.outcome = outcome
                test.message = attributes.get("message", "").strip()[:500]
            words.clear()

    def text(data: str) -> None:
        if path and path[-1] in ("failure", "error") and len(words) < 100:
            words.append(data)

    def end(tag: str) -> None:
        if path[-1] == "testsuite":
            suites.pop()
        if path.pop() in ("failure", "error") and tests and not tests[-1].message:
            lines = "".join(words).strip().splitlines()
            tests[-1].message = lines[0].strip()[:500] if lines else ""

    def refuse(*_arguments: object) -> None:
        raise Invalid(_("XML com DOCTYPE não é aceito. Gere o relatório sem ele."), field="report")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Invalid(_("O relatório não é um XML bem formado."), field="report") from error
    return tests

"""What goes in and comes out of the REST operations of the homologation (``api``)."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from apps.core.web import rest
from apps.stages.homologation.models import Evidence, Result

Situation = Literal[
    "not_run", "passed", "failed", "blocked", "not_applicable", "awaiting_confirmation", "awaiting_agreement", "to_repeat"
]  # fmt: skip
State = Literal["open", "fixed", "verified", "declined", "duplicate"]
Severity = Literal["blocking", "major", "minor"]
Owner = Literal["presence", "platform", "integrator", "client"]
RoundScope = Literal["pending", "all", "process", "cases", "dependents"]
Text = Annotated[str, Field(max_length=20_000)]
Reason = Annotated[str, Field(min_length=1, max_length=20_000)]
Link = Annotated[str, Field(max_length=500, pattern=r"^https?://[^\s]+$")]


class FileOut(Schema):
    """``sha256`` in hex, ``size`` in bytes."""

    name: str
    size: int
    sha256: str


class EvidenceOut(Schema):
    """One thing that proves a result: exactly one of the three says something."""

    text: str
    link: str
    file: FileOut | None


class ResultOut(Schema):
    """``machine`` names the token that reported it, ``version`` the connector's that was delivered then. One that
    ``awaits_confirmation`` counts once the other side confirmed it: the pass of a binding case by a machine or the
    integrator, or that one does not apply."""

    id: int
    case: str
    round: int
    outcome: Literal["passed", "failed", "blocked", "not_applicable"]
    note: str
    machine: str
    version: str
    by: str
    at: datetime
    awaits_confirmation: bool
    confirmed_at: datetime | None
    evidence: list[EvidenceOut]

    @staticmethod
    def resolve_case(result: Result) -> str:
        return result.case.code

    @staticmethod
    def resolve_round(result: Result) -> int:
        return result.round.number

    @staticmethod
    def resolve_by(result: Result) -> str:
        return str(result.by)

    @staticmethod
    def resolve_evidence(result: Result) -> list[Evidence]:
        return list(result.evidence.all())


class NonconformityOut(Schema):
    """What a failure opened; ``owner`` is the party that corrects it."""

    label: str
    title: str
    severity: str
    owner: str
    state: str
    due: date | None


class CaseOut(Schema):
    """A case of the script and where it stands. ``binding``: the acceptance asks for it. ``settled``: nothing is asked of
    it any more. ``in_round``: the open round takes a result of it."""

    code: str
    process: str
    title: str
    obligation: Literal["mandatory", "optional", "conditional"]
    applies: bool
    binding: bool
    in_round: bool
    status: Situation
    settled: bool
    reserved: bool
    depends: list[str]
    preconditions: str
    steps: list[str]
    expected: str
    evidence_asked: str
    latest: ResultOut | None
    nonconformities: list[NonconformityOut]


class CasesOut(Schema):
    """``round`` is the number of the open round; without one no result is taken."""

    frozen: bool
    round: int | None
    cases: list[CaseOut]


class ResultIn(rest.Body):
    outcome: Literal["passed", "failed", "blocked", "not_applicable"]
    note: Text = Field(default="", description="What happened; a failure needs it.")
    text: Text = Field(
        default="", description="Evidence in words. A binding case that passed needs text, link or file."
    )
    link: Link | None = Field(default=None, description="Evidence as an address.")
    severity: Severity | None = Field(
        default=None, description="Of a failure: that of the open nonconformity, or major, where it is left out."
    )
    owner: Owner | None = Field(
        default=None, description="Who corrects a failure: as the open nonconformity says, or the integrator."
    )
    due: date | None = Field(default=None, description="By when a failure is to be corrected.")


class EvidenceIn(rest.Body):
    text: Text = ""
    link: Link | None = None


class ReasonIn(rest.Body):
    reason: Reason


class MergerIn(rest.Body):
    into: int = Field(ge=1, le=32_767)


class ClassificationIn(rest.Body):
    """What is left out stays as it is; a due date of null takes it away."""

    severity: Severity | None = None
    owner: Owner | None = None
    due: date | None = None


class ConditionOut(Schema):
    """A condition of the script: its cases are asked for while it is ``on``. ``waiting``: Presence proposed to switch it off,
    and the client has not answered."""

    condition: str
    title: str
    on: bool
    waiting: bool


class ScopeIn(rest.Body):
    condition: Annotated[str, Field(min_length=1, max_length=40)]
    reason: Reason


class RoundIn(rest.Body):
    scope: RoundScope = "pending"
    process: Annotated[str, Field(max_length=12)] = ""
    codes: list[Annotated[str, Field(min_length=1, max_length=12)]] = Field(default=[], max_length=1_000)


class RoundOut(Schema):
    """A round and the codes of the cases that it executes, in the order of the script."""

    number: int
    cases: list[str]


class KeptOut(Schema):
    """The version of the connector for which the results were kept."""

    version: str


class ReportCaseOut(Schema):
    """What became of one case of a report. ``result`` and ``nonconformity`` are there when it was recorded, ``code`` and
    ``message`` when it was refused."""

    case: str
    outcome: Literal["passed", "failed", "blocked", "skipped"]
    status: Literal["recorded", "would_be_recorded", "skipped", "refused", "waiting"]
    tests: list[str]
    result: int | None = None
    nonconformity: str | None = None
    code: str | None = None
    message: str | None = None


class ReportOut(Schema):
    """``unknown`` are the tests that name no case of this script. ``waiting``: one cause keeps half of the cases or more
    from an answer; the report is kept, and a person decides in the browser whether its results are recorded."""

    dry_run: bool
    waiting: bool
    tests: int
    cases: list[ReportCaseOut]
    unknown: list[str]

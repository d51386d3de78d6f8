"""How a case stands, and how many of many do: what ``queries`` answers."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from apps.core.localized import Localized
from apps.stages.homologation.models import Case, Nonconformity, Outcome, Reservation, Result


@dataclass
class CaseStatus:
    """A case as it stands: its newest result, an agreed or proposed reservation, its nonconformities.

    ``latest`` is the newest result, ``counting`` the newest that counts: one that awaits its confirmation does not.
    ``last_round`` is the number of the last round that was to execute the case.
    """

    case: Case
    latest: Result | None = None
    counting: Result | None = None
    last_round: int = 0
    results: list[Result] = field(default_factory=list)
    reservation: Reservation | None = None
    nonconformities: list[Nonconformity] = field(default_factory=list)

    def add(self, result: Result) -> None:
        """Note a result of the case; they are given in the order in which they were recorded."""
        self.results.append(result)
        self.latest = result
        if not result.awaits_confirmation:
            self.counting = result

    @property
    def by_round(self) -> dict[int, Result]:
        """The newest result of each round that has one, by the round's key."""
        return {result.round_id: result for result in self.results}

    @property
    def is_to_repeat(self) -> bool:
        """A later round asks for it again, since what it depends on is repeated, and nothing of that round counts yet."""
        return self.counting is not None and self.counting.round.number < self.last_round

    @property
    def passed(self) -> bool:
        return self.counts_as(Outcome.PASSED)

    @property
    def not_applicable(self) -> bool:
        """It does not apply to this project: of a binding case, client and Presence agreed on that."""
        return self.counts_as(Outcome.NOT_APPLICABLE)

    def passed_since(self, instant: datetime) -> bool:
        """It passed by a run at or after ``instant``, such as that of a correction."""
        return self.passed and self.counting is not None and self.counting.at >= instant

    @property
    def awaits_retest(self) -> bool:
        """One of its nonconformities was corrected, and it has not passed since."""
        fixed = [row for row in self.nonconformities if row.state == Nonconformity.State.FIXED]
        return any(not self.passed_since(row.since) for row in fixed)

    def counts_as(self, outcome: Outcome) -> bool:
        """Whether the newest result that counts is ``outcome``, and no later round asks for the case again."""
        return self.counting is not None and self.counting.outcome == outcome and not self.is_to_repeat

    @property
    def awaits_confirmation(self) -> bool:
        """One side says that it passed or does not apply, and neither is known otherwise."""
        awaits = self.latest is not None and self.latest.awaits_confirmation
        return awaits and not (self.passed or self.not_applicable)

    @property
    def awaits_agreement(self) -> bool:
        """Presence says that it does not apply, and the client has not agreed."""
        return self.awaits_confirmation and self.latest is not None and self.latest.awaits_agreement

    @property
    def standing(self) -> Case.Standing:
        """What the case keeps of it (``execution.standing``)."""
        if self.awaits_confirmation:
            return Case.Standing.TO_AGREE if self.awaits_agreement else Case.Standing.TO_CONFIRM
        if self.counting is None:
            return Case.Standing.NEVER_RUN
        return Case.Standing.TO_REPEAT if self.is_to_repeat else Case.Standing(self.counting.outcome)

    @property
    def standing_at(self) -> datetime | None:
        return self.latest.at if self.latest else None

    @property
    def reserved(self) -> bool:
        return self.reservation is not None and self.reservation.is_agreed

    @property
    def is_settled(self) -> bool:
        """Nothing is asked of it any more."""
        return not self.case.is_binding or self.passed or self.not_applicable or self.reserved


@dataclass
class Process:
    key: str
    title: Localized


@dataclass(frozen=True)
class Tally:
    """How many of some cases that apply: ``required`` are those that the gate asks for, ``settled`` those of them of which
    nothing is asked any more. The outcomes count what stands, of required and optional cases alike."""

    required: int
    settled: int
    optional: int
    executed: int
    passed: int
    failed: int
    blocked: int
    not_applicable: int
    reserved: int
    waiting: int
    to_repeat: int

    @property
    def unsettled(self) -> int:
        """The required cases that still ask for something."""
        return self.required - self.settled

    @classmethod
    def of(cls, statuses: list[CaseStatus]) -> "Tally":
        required = [status for status in statuses if status.case.is_binding]
        return cls(
            required=len(required),
            settled=sum(status.is_settled for status in required),
            optional=len(statuses) - len(required),
            executed=sum(status.latest is not None for status in statuses),
            passed=sum(status.passed for status in statuses),
            failed=sum(status.counts_as(Outcome.FAILED) for status in statuses),
            blocked=sum(status.counts_as(Outcome.BLOCKED) for status in statuses),
            not_applicable=sum(status.not_applicable for status in statuses),
            reserved=sum(status.reserved for status in statuses),
            waiting=sum(status.awaits_confirmation for status in statuses),
            to_repeat=sum(status.is_to_repeat and not status.awaits_confirmation for status in statuses),
        )


@dataclass
class ProcessStatus(Process):
    cases: list[CaseStatus] = field(default_factory=list)

    @property
    def applicable(self) -> list[CaseStatus]:
        return [status for status in self.cases if status.case.applies]

    @cached_property
    def tally(self) -> Tally:
        return Tally.of(self.applicable)

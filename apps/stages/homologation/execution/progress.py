"""How far the open round and the whole script have come, as it stands now."""

from dataclasses import dataclass, field

from apps.stages.homologation import queries
from apps.stages.homologation.models import Outcome, Result, Round, Script


@dataclass
class Row:
    """A case of the round with its newest result in it."""

    status: queries.CaseStatus
    result: Result | None


@dataclass
class Group:
    process: queries.ProcessStatus
    rows: list[Row] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(row.result is not None for row in self.rows)


@dataclass
class Progress:
    """The open round, by process, and how many of its cases have which outcome."""

    round: Round
    groups: list[Group]
    version: int

    @property
    def rows(self) -> list[Row]:
        return [row for group in self.groups for row in group.rows]

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def done(self) -> int:
        return sum(row.result is not None for row in self.rows)

    @property
    def remaining(self) -> int:
        return self.total - self.done

    @property
    def waiting(self) -> int:
        """Passes of a machine that nobody confirmed."""
        return sum(row.status.awaits_confirmation for row in self.rows)

    def outcomes(self) -> list[tuple[str, str, int]]:
        """``(outcome, label, cases)`` of those that occur."""
        outcomes = [row.result.outcome for row in self.rows if row.result]
        return [(value, str(label), outcomes.count(value)) for value, label in Outcome.choices if value in outcomes]


def of_round(script: Script, rounds: list[Round], statuses: list[queries.CaseStatus] | None = None) -> Progress | None:
    """Every case of the open one of ``rounds`` (``queries.rounds_of``) in order; None where none is open. ``statuses`` are
    all of ``script``, where they were read already."""
    round_ = queries.open_among(rounds)
    if round_ is None:
        return None
    in_round = set(round_.case_keys)  # type: ignore[attr-defined]
    groups = []
    statuses = queries.case_statuses(script, bare=True, rounds=rounds) if statuses is None else statuses
    for process in queries.processes(script, statuses=statuses):
        rows = [Row(status, status.by_round.get(round_.pk)) for status in process.cases if status.case.pk in in_round]
        if rows:
            groups.append(Group(process, rows))
    return Progress(round_, groups, script.rollout.version)

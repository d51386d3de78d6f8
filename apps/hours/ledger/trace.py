"""The arithmetic behind a line: what the classification counted up to it, step by step. Nothing is classified here."""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.hours.classification import Activity, Line

RULE = {
    "nonconformity": 2,
    "follow_up": 1,
    "in_scope": 4,
    "adjustment": 6,
}
"""The rule of docs/hours.md behind each reason; for an allowance it depends on the activity."""
SPLIT_RULE = 5


@dataclass(frozen=True)
class Step:
    """One line as it was counted. ``before`` and ``after``: what the allowance had used, in minutes."""

    line: Line
    before: int
    after: int
    allowance: str


def trace(lines: Iterable[Line], entry: int) -> list[Step]:
    """The steps that led to the lines of ``entry``: those of the same allowance, in order, and at last its own.

    ``lines`` is the whole count in order, as ``queries.classified`` gives it. Lines of an entry that has to do with no
    allowance are their own and only steps.
    """
    counted = list(lines)
    name = next((allowance for line in counted if line.entry == entry and (allowance := allowance_of(line))), "")
    used = 0
    steps = []
    for line in counted:
        if line.entry != entry and (not name or allowance_of(line) != name):
            continue
        before = used
        if line.allowance:
            used += line.minutes
        steps.append(Step(line, before, used, name))
    last = max((index for index, step in enumerate(steps) if step.line.entry == entry), default=-1)
    return steps[: last + 1]


def allowance_of(line: Line) -> str:
    """The allowance that a line used, or found used up; empty for time outside the allowances."""
    return line.allowance or (line.params.get("activity", "") if line.reason == "beyond_allowance" else "")


def rule_of(line: Line) -> int | None:
    """The number of the rule in docs/hours.md that gave the line its class."""
    if (allowance := allowance_of(line)) and line.reason != "adjustment":
        return 1 if allowance == Activity.TRAINING else 3
    return RULE.get(line.reason)

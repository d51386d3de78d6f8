"""The clocks of a rollout as its page, its exports, the API and the dossier give them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from apps.core import clock
from apps.core.process import PATH, PartyRole, Stage
from apps.portfolio.clocks import counting, record
from apps.portfolio.clocks.counting import Clocks, Delay, Why
from apps.rollouts import planning
from apps.rollouts.models import Rollout

EVENT_FIELDS = ("rollout_id", "sequence", "at", "kind", "data", "holder")
"""What the clocks read of an event."""


@dataclass(frozen=True)
class Row:
    """The days of one stage, or of all: for each party those it had the ball (with those it caused by a meeting that did not
    take place), and apart those on hold."""

    label: str
    parties: Mapping[str, int]
    on_hold: int

    @property
    def total(self) -> int:
        return sum(self.parties.values()) + self.on_hold


@dataclass(frozen=True)
class Report:
    """The clocks of ``rollout``, and its delay against ``plan``: the one that stood when development began, kept by the event
    ``plan_event``; while there is none, the plan as it stands now (None)."""

    rollout: Rollout
    clocks: Clocks
    plan: Mapping[str, date]
    plan_event: int | None
    delay: Delay | None

    @property
    def rows(self) -> list[Row]:
        """One for each stage that has days, in the order of the process."""
        return [row_of(self.clocks, stage.label, stage) for stage in PATH if self.clocks.by("stage")[stage.value,]]

    @property
    def total(self) -> Row:
        return row_of(self.clocks, "")

    @property
    def holds(self) -> list[tuple[str, int]]:
        """How many days on hold each party caused, of those that caused any."""
        return holds_of(self.clocks)

    @property
    def late_by_party(self) -> list[tuple[str, int]]:
        """How many of the late days count for each party, whatever the reason; the one with most first."""
        if self.delay is None:
            return []
        late = {role: sum(day.party == role for day in self.delay.late) for role in PartyRole.values}
        return sorted(((role, days) for role, days in late.items() if days), key=lambda item: -item[1])


def report(rollout: Rollout) -> Report:
    """The clocks of ``rollout`` through today, or through the day on which it was closed; in one query beside its plan."""
    entries = list(record.of_rows(rollout.events.order_by("sequence").only(*EVENT_FIELDS)))
    opened = entries[0].day if entries else clock.day_of(rollout.started_at)
    until = clock.day_of(rollout.closed_at) if rollout.closed_at else clock.today()
    clocks = counting.count(entries, opened, until)
    plan, event = counting.baseline(entries) or (planning.starts(rollout), None)
    return Report(rollout, clocks, plan, event, clocks.delay(plan))


def row_of(clocks: Clocks, label: object, stage: Stage | None = None) -> Row:
    """The days of ``stage``, or of all."""
    days = [day for day in clocks.days if stage is None or day.stage == stage]
    held = sum(day.why == Why.HOLD for day in days)
    with_party = Counter(day.party for day in days if day.why != Why.HOLD)
    return Row(str(label), {role: with_party[role] for role in PartyRole.values}, held)


def holds_of(clocks: Clocks) -> list[tuple[str, int]]:
    """How many days on hold each party caused, of those that caused any."""
    counted = clocks.by("party", "why")
    return [(role, counted[role, Why.HOLD.value]) for role in PartyRole.values if counted[role, Why.HOLD.value]]

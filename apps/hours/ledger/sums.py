"""Sums of the ledger: minutes and centavos by person, activity, class and month, kept with the lines that they add up.

``actions.reclassify`` writes those of the open months in the transaction that writes the lines; ``closing`` marks those of a
month that it closes. ``differences`` proves them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from apps.core.requirements import remember
from apps.hours import queries
from apps.hours.models import HourSum, Line
from apps.rollouts.models import Rollout


class Key(NamedTuple):
    """What the lines of one sum have in common; ``month`` is its first day."""

    month: date
    person: int
    activity: str
    hour_class: str

    def __str__(self) -> str:
        return f"{self.month:%m/%Y} person {self.person} {self.activity} {self.hour_class}"


class Figures(NamedTuple):
    """Minutes, centavos, how many lines they are, and whether a statement has fixed them."""

    minutes: int
    amount: int
    lines: int
    closed: bool


def added_up(lines: Iterable[Line]) -> dict[Key, Figures]:
    """The sums of ``lines``, whose entries are loaded."""
    sums: dict[Key, Figures] = defaultdict(lambda: Figures(0, 0, 0, True))
    for line in lines:
        entry = line.entry
        key = Key(queries.month_of(entry.started_at), entry.person_id, entry.activity, str(line.hour_class))
        so_far = sums[key]
        closed = so_far.closed and line.statement_id is not None
        sums[key] = Figures(so_far.minutes + line.minutes, so_far.amount + line.amount, so_far.lines + 1, closed)
    return dict(sums)


def stored(rollout: Rollout) -> dict[Key, Figures]:
    """The sums that are kept of ``rollout``."""
    return {_key(row): _figures(row) for row in rollout.hour_sums.order_by()}


def write_open(rollout: Rollout, lines: Iterable[Line]) -> None:
    """Keep the sums of the open part of ``rollout``, whose lines are all of ``lines``. Within the transaction that writes
    them."""
    rows = {
        key: HourSum(rollout=rollout, **_columns(key), **figures._asdict()) for key, figures in added_up(lines).items()
    }
    before = {_key(row): row for row in rollout.hour_sums.order_by("month")}
    emptied = [row.pk for key, row in before.items() if key not in rows and not row.closed]
    if emptied:
        HourSum.objects.filter(pk__in=emptied).delete()
    HourSum.objects.bulk_create(
        [row for key, row in rows.items() if key not in before or _figures(before[key]) != _figures(row)],
        update_conflicts=True,
        unique_fields=["rollout", "month", "person", "activity", "hour_class"],
        update_fields=Figures._fields,
    )
    closed = [row for key, row in before.items() if row.closed and key not in rows]
    remember(queries.hour_sums, rollout, sorted([*closed, *rows.values()], key=lambda row: row.month))


def _key(row: HourSum) -> Key:
    return Key(row.month, row.person_id, row.activity, row.hour_class)


def _figures(row: HourSum) -> Figures:
    return Figures(row.minutes, row.amount, row.lines, row.closed)


def close(rollout: Rollout, month: date) -> None:
    """The sums of ``month`` (its first day) are those of its statement. Within the transaction that closes it."""
    HourSum.objects.filter(rollout=rollout, month=month).update(closed=True)


def differences(rollout: Rollout, lines: Iterable[Line], month: date | None = None) -> Iterator[str]:
    """What is kept and is not the sum of ``lines``, which are all lines of ``rollout``; of ``month`` only, if given."""
    expected, stored_sums = added_up(lines), stored(rollout)
    for key in sorted({*expected, *stored_sums}):
        where = f"{rollout.code} sum {key}"
        if month not in (None, key.month):
            continue
        if key not in stored_sums:
            yield f"{where}: is missing"
        elif key not in expected:
            yield f"{where}: adds up no line"
        else:
            yield from _differing(where, stored_sums[key], expected[key])


def _differing(where: str, figures: Figures, expected: Figures) -> Iterator[str]:
    for name, value in expected._asdict().items():
        if (stored_value := getattr(figures, name)) != value:
            yield f"{where}: {name} is {stored_value}, should be {value}"


def _columns(key: Key) -> dict[str, object]:
    return {"month": key.month, "person_id": key.person, "activity": key.activity, "hour_class": key.hour_class}

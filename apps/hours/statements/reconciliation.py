"""Prove that what is stored is what the entries and the policies give: lines, sums, statements, to minute and centavo."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from apps.hours import classification, queries
from apps.hours.ledger import sums
from apps.hours.models import ClientStatement, Statement
from apps.rollouts.models import Rollout

FIELDS = ("minutes", "hour_class", "allowance", "charged", "rate", "amount")


def differences(rollout: Rollout, month: date | None = None) -> Iterator[str]:
    """What does not hold in ``rollout``; of the work, and the statement, of ``month`` only where it is given.

    Everything is classified from the first entry on, without a look at what is stored.
    """
    entries = list(rollout.time_entries.filter(deleted_at=None).select_related("nonconformity", "adjusts"))
    months = {entry.number: queries.month_of(entry.started_at) for entry in entries}
    expected: dict[int, list[classification.Line]] = defaultdict(list)
    try:
        for line in classification.classify([entry.work() for entry in entries], queries.rules(rollout)):
            expected[line.entry].append(line)
    except ValueError as error:
        yield f"{rollout.code}: {error}"
        return
    stored = defaultdict(list)
    by_month = defaultdict(list)
    lines = list(queries.lines(rollout))
    for row in lines:
        stored[row.entry.number].append(row)
        months.setdefault(row.entry.number, queries.month_of(row.entry.started_at))
        by_month[queries.month_of(row.entry.started_at)].append(row)
    for number in sorted({*expected, *stored}):
        if month in (None, months[number]):
            yield from _lines(f"{rollout.code} entry {number}", expected[number], stored[number])
    yield from sums.differences(rollout, lines, month)
    statements = list(rollout.statements.order_by("number"))
    if month is None and [worked_month.number for worked_month in statements] != list(range(1, len(statements) + 1)):
        yield f"{rollout.code}: its statements are not numbered 1 to {len(statements)}"
    for statement in statements:
        if month in (None, statement.month):
            yield from _statement(statement, by_month[statement.month], expected)
    closed = {statement.month for statement in statements}
    for worked_month, rows in by_month.items():
        if worked_month not in closed and month in (None, worked_month) and any(row.statement_id for row in rows):
            yield f"{rollout.code} {worked_month:%m/%Y}: has closed lines and no statement"


def _lines(where: str, expected: list[classification.Line], stored: list) -> Iterator[str]:
    if len(expected) != len(stored):
        yield f"{where}: has {len(stored)} lines, should have {len(expected)}"
        return
    for position, (line, row) in enumerate(zip(expected, stored, strict=True), start=1):
        pure = row.pure()
        for name in FIELDS:
            if str(getattr(line, name)) != str(getattr(pure, name)):
                yield f"{where} line {position}: {name} is {getattr(pure, name)}, should be {getattr(line, name)}"


def _statement(statement: Statement, rows: list, expected: dict[int, list[classification.Line]]) -> Iterator[str]:
    where = f"{statement.code} {statement}"
    if any(row.statement_id != statement.pk for row in rows):
        yield f"{where}: a line of the month is not in it"
    recomputed = [line for number in dict.fromkeys(row.entry.number for row in rows) for line in expected[number]]
    yield from _totals(where, statement.content, _sums(recomputed))
    printed_lines = [
        (line["entry"], line["minutes"], line["hour_class"], line["amount"]) for line in statement.content["lines"]
    ]
    expected_lines = [(line.entry, line.minutes, str(line.hour_class), line.amount) for line in recomputed]
    if printed_lines != expected_lines:
        yield f"{where}: its lines differ from the ledger's"


def _sums(lines: list[classification.Line]) -> dict[str, int]:
    sums = {hour_class.value: 0 for hour_class in classification.HourClass} | {"amount": 0, "charged_minutes": 0}
    for line in lines:
        sums[str(line.hour_class)] += line.minutes
        sums["amount"] += line.amount
        sums["charged_minutes"] += line.charged
    return sums


def _totals(where: str, content: dict, expected: dict[str, int]) -> Iterator[str]:
    printed = {**content["totals"], "charged_minutes": content.get("charged_minutes", content["totals"]["billable"])}
    for name, value in expected.items():
        if printed.get(name) != value:
            unit = "centavos" if name == "amount" else "min"
            yield f"{where}: {name} is {printed.get(name)} {unit}, should be {value} {unit}"


def client_differences(statement: ClientStatement) -> Iterator[str]:
    """What does not hold between a client's statement and the statements of its rollouts."""
    where = f"{statement.code} {statement}"
    parts = queries.statements_of(statement.client, statement.month)
    printed = {(part["rollout"]["id"], part["number"]): part for part in statement.content["rollouts"]}
    if list(printed) != [(part.rollout_id, part.number) for part in parts]:
        yield f"{where}: gathers other statements than its rollouts have"
        return
    expected: dict[str, int] = defaultdict(int)
    for part in parts:
        inside = printed[part.rollout_id, part.number]
        if (inside["lines"], inside["totals"]) != (part.content["lines"], part.content["totals"]):
            yield f"{where}: {part.code} differs from what it gathered"
        for name, value in _content_sums(part.content).items():
            expected[name] += value
    yield from _totals(where, statement.content, expected)


def _content_sums(content: dict) -> dict[str, int]:
    sums = {hour_class.value: 0 for hour_class in classification.HourClass} | {"amount": 0, "charged_minutes": 0}
    for line in content["lines"]:
        billable = line["hour_class"] == classification.HourClass.BILLABLE
        sums[line["hour_class"]] += line["minutes"]
        sums["amount"] += line["amount"]
        sums["charged_minutes"] += line.get("charged_minutes", line["minutes"] if billable else 0)
    return sums


def numbering() -> Iterator[str]:
    """The numbers of the clients' statements are 1 to their count."""
    numbers = list(ClientStatement.objects.order_by("number").values_list("number", flat=True))
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"the clients' statements are not numbered 1 to {len(numbers)}"

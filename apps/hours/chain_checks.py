"""Closed months held against the timeline."""

from collections.abc import Iterator

from apps.core import canonical
from apps.hours import events, queries
from apps.hours.models import ClientStatement, Statement, client_statement_code
from apps.rollouts.anchors import verification
from apps.rollouts.models import Rollout
from apps.seals.outcomes import Outcome
from apps.seals.trust import Trust


def statements(rollout: Rollout, trust: Trust) -> Iterator[tuple[Outcome, str]]:
    """Each closed month is what its event names, and none is missing or added."""
    closings = {event.data.get("month"): event for event in rollout.events.filter(kind=events.MonthClosed.kind)}
    for statement in Statement.objects.filter(rollout=rollout):
        event = closings.pop(f"{statement.month:%Y-%m}", None)
        if event is None:
            yield Outcome.BROKEN, f"the timeline does not know statement {statement.code}"
            continue
        if event.data.get("sha256") != canonical.sha256(statement.content):
            yield Outcome.BROKEN, f"statement {statement.code} is not the one that was closed"
        yield from _client_statement(statement)
        if problem := verification.head_problem(rollout, statement.content.get("timeline")):
            yield Outcome.BROKEN, f"statement {statement.code}: {problem}"
    for month in closings:
        yield Outcome.BROKEN, f"the statement of {events.shown_month(month)} is missing"
    yield from _recorded_client_statements(rollout)


def _recorded_client_statements(rollout: Rollout) -> Iterator[tuple[Outcome, str]]:
    """Each client's statement that this timeline recorded is there, as it was closed."""
    hashes = {
        event.data["client_statement"]: event.data["sha256"]
        for event in rollout.events.filter(kind=events.ClientMonthClosed.kind)
    }
    client_statements = ClientStatement.objects.in_bulk(list(hashes), field_name="number")
    for number, sha256 in hashes.items():
        if number not in client_statements:
            yield Outcome.BROKEN, f"statement {client_statement_code(number)} is missing"
        elif canonical.sha256(client_statements[number].content) != sha256:
            yield Outcome.BROKEN, f"statement {client_statement_code(number)} is not the one that was closed"


def _client_statement(statement: Statement) -> Iterator[tuple[Outcome, str]]:
    """What the client's statement of the month tells of this rollout is what was closed."""
    client = queries.client_of(statement.rollout, statement.month)
    for gathered in ClientStatement.objects.filter(
        client__in=[client, *client.merged_records.all()], month=statement.month
    ):
        part = next(
            (part for part in gathered.content["rollouts"] if part["rollout"]["id"] == statement.rollout_id), None
        )
        added = {"rollout", "number", "month"} - statement.content.keys()
        if part is None:
            yield Outcome.BROKEN, f"statement {gathered.code} leaves out {statement.code}"
        elif {key: part[key] for key in part.keys() - added} != statement.content:
            yield Outcome.BROKEN, f"statement {gathered.code} tells another {statement.code} than was closed"

"""Closed months against the timeline: one that was changed, added or taken away shows."""

from datetime import date

import pytest

from apps.core import canonical
from apps.hours import chain_checks
from apps.hours.events import MonthClosed
from apps.hours.models import ClientStatement, Statement
from apps.hours.statements import exports
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.seals.outcomes import Outcome
from apps.seals.trust import NOBODY
from tests.hours.factories import a_client_statement, a_statement
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def statement(monkeypatch):
    return a_statement()


def problems(rollout) -> list[str]:
    found = list(chain_checks.statements(Rollout.objects.get(pk=rollout.pk), NOBODY))
    assert {outcome for outcome, _sentence in found} <= {Outcome.BROKEN}
    return [sentence for _outcome, sentence in found]


def rewritten(monkeypatch, rows, change) -> None:
    """The rows as somebody changed them who took the triggers away."""
    monkeypatch.setattr(type(rows[0]).objects, "filter", lambda **which: [change(row) for row in rows], raising=False)


def test_what_was_closed_fits_its_event_and_carries_the_event_before(statement):
    event = statement.rollout.events.get(kind="hours.month_closed")
    head = statement.content["timeline"]
    assert problems(statement.rollout) == []
    assert (head["sequence"], head["hash"]) == (event.sequence - 1, event.previous)
    assert event.data["statement"] == statement.number
    assert event.data["anchor"] == 0


def test_the_files_for_billing_carry_the_head(statement):
    row = next(exports.rows(statement.content))
    assert (row["timeline_event"], row["timeline_hash"]) == (
        statement.content["timeline"]["sequence"],
        statement.content["timeline"]["hash"],
    )
    assert statement.content["timeline"]["hash"].encode() in exports.export("x", [row]).as_csv()
    old = next(exports.rows({key: value for key, value in statement.content.items() if key != "timeline"}))
    assert (old["timeline_event"], old["timeline_hash"]) == (None, "")


def test_a_changed_one_is_found(statement, monkeypatch):
    def dearer(row):
        row.content["lines"][0]["amount"] += 1
        return row

    rewritten(monkeypatch, [statement], dearer)
    assert problems(statement.rollout) == [f"statement {statement.code} is not the one that was closed"]


def test_one_taken_away_is_missed(statement, monkeypatch):
    monkeypatch.setattr(Statement.objects, "filter", lambda **which: [], raising=False)
    assert problems(statement.rollout) == ["the statement of 03/2026 is missing"]


def test_one_that_no_event_knows_is_found(statement, monkeypatch):
    extra = Statement(
        rollout=statement.rollout, number=2, month=statement.month.replace(month=2), content=statement.content
    )
    monkeypatch.setattr(Statement.objects, "filter", lambda **which: [statement, extra], raising=False)
    assert problems(statement.rollout) == [f"the timeline does not know statement {extra.code}"]


def test_one_whose_event_names_another_content_is_found():
    rollout = RolloutFactory()
    content = {"totals": {"included": 60, "billable": 0, "free": 0, "amount": 0}, "lines": []}

    def close(number: int, month: date, kept: dict) -> Statement:
        event = MonthClosed(
            month=f"{month:%Y-%m}", **content["totals"], statement=number, sha256=canonical.sha256(content), anchor=0
        )
        with timeline.changing(rollout) as locked:
            timeline.record(locked, event, rollout.people["pm"])
        return Statement.objects.create(
            rollout=rollout, number=number, month=month, closed_by=rollout.people["pm"], content=kept
        )

    close(1, date(2026, 3, 1), content)
    assert problems(rollout) == []
    statement = close(2, date(2026, 2, 1), {**content, "totals": {**content["totals"], "amount": 100}})
    assert problems(rollout) == [f"statement {statement.code} is not the one that was closed"]


def test_the_clients_statement_tells_what_was_closed(monkeypatch):
    gathered = a_client_statement()
    rollout = Rollout.objects.get()
    assert problems(rollout) == []
    gathered.content["rollouts"][0]["totals"]["amount"] += 1
    monkeypatch.setattr(ClientStatement.objects, "filter", lambda **which: [gathered], raising=False)
    statement = Statement.objects.get()
    assert problems(rollout) == [f"statement {gathered.code} tells another {statement.code} than was closed"]
    gathered.content["rollouts"] = []
    assert problems(rollout) == [f"statement {gathered.code} leaves out {statement.code}"]


def test_the_clients_statement_is_the_one_that_its_event_names(monkeypatch):
    gathered = a_client_statement()
    rollout = Rollout.objects.get()
    gathered.content["totals"]["amount"] += 1
    monkeypatch.setattr(ClientStatement.objects, "in_bulk", lambda *_, **__: {gathered.number: gathered}, raising=False)
    assert problems(rollout) == [f"statement {gathered.code} is not the one that was closed"]
    monkeypatch.setattr(ClientStatement.objects, "in_bulk", lambda *_, **__: {}, raising=False)
    assert problems(rollout) == [f"statement {gathered.code} is missing"]

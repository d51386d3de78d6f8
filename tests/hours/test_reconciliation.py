"""`manage.py reconcile_hours`: silent when all holds, precise when a minute or a centavo does not."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.core import clock
from apps.hours.ledger import actions
from apps.hours.models import Line, TimeEntry
from apps.hours.statements import reconciliation
from apps.rollouts.models import Rollout
from tests.hours.factories import APRIL, a_client_statement, log
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def statement():
    return a_client_statement()


@pytest.fixture
def tamper():
    """Change rows behind the application's back: without the triggers, which the transaction's end brings back."""

    def run(table, sql, *params):
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_fixed ON {table}")
            cursor.execute(sql, params)

    return run


def complaint(capsys, *args) -> str:
    with pytest.raises(CommandError, match="differences"):
        call_command("reconcile_hours", *args)
    return capsys.readouterr().err


def test_what_was_logged_closed_and_adjusted_reconciles(statement, capsys):
    rollout = statement.client.parties.get().rollout
    with clock.at(APRIL):
        entry = rollout.time_entries.first()
        actions.adjust(entry, by=statement.closed_by, minutes=-90, reason="x")
        actions.adjust(entry, by=statement.closed_by, minutes=20, reason="x")
    call_command("reconcile_hours")
    call_command("reconcile_hours", "--month", "2026-03", "--rollout", str(rollout.pk))
    assert "1 rollouts reconcile" in capsys.readouterr().out


def test_one_centavo_in_a_line_is_found(statement, tamper, capsys):
    tamper("hours_line", "UPDATE hours_line SET amount = amount + 1 WHERE reason = 'follow_up'")
    assert "entry 2 line 1: amount is 12501, should be 12500" in complaint(capsys)


def test_one_minute_in_an_entry_is_found(statement, capsys):
    TimeEntry.objects.filter(number=2).update(minutes=31)
    said = complaint(capsys, "--month", "2026-03")
    assert "entry 2 line 1: minutes is 30, should be 31" in said
    assert "billable is 90 min, should be 91 min" in said


def test_a_line_too_many_is_found(statement, capsys):
    line = Line.objects.get(reason="follow_up")
    line.pk, line.position, line.statement = None, 2, None
    line.save(force_insert=True)
    assert "has 2 lines, should have 1" in complaint(capsys)


def test_a_policy_changed_behind_its_back_is_found(statement, tamper, capsys):
    tamper("hours_policy", "UPDATE hours_policy SET hourly_rate = 25001")
    assert "rate is 25000, should be 25001" in complaint(capsys)


def test_a_total_of_a_statement_is_found(statement, tamper, capsys):
    part = statement.client.parties.get().rollout.statements.get()
    part.content["totals"]["amount"] += 1
    tamper("hours_statement", "SELECT 1")
    type(part).objects.filter(pk=part.pk).update(content=part.content)
    said = complaint(capsys)
    assert "amount is 37501 centavos, should be 37500 centavos" in said
    assert "differs from what it gathered" in said


def test_a_total_of_a_clients_statement_is_found(statement, tamper, capsys):
    statement.content["totals"]["amount"] -= 1
    tamper("hours_clientstatement", "SELECT 1")
    type(statement).objects.filter(pk=statement.pk).update(content=statement.content)
    assert "FC-00001 03/2026: amount is 37499 centavos, should be 37500 centavos" in complaint(capsys)


def test_a_gap_in_the_numbers_is_found(statement, tamper, capsys):
    tamper("hours_clientstatement", "UPDATE hours_clientstatement SET number = 2")
    assert "not numbered 1 to 1" in complaint(capsys)


def test_open_lines_are_compared_as_well(statement, capsys):
    rollout = statement.client.parties.get().rollout
    with clock.at(APRIL):
        rollout.people = {"analyst": statement.closed_by}
        log(rollout, start=APRIL.replace(hour=10), minutes=30, activity="follow_up")
    Line.objects.filter(statement=None).update(hour_class="free", amount=0, charged_minutes=0)
    assert "entry 3 line 1: hour_class is free, should be billable" in complaint(capsys)


@pytest.mark.parametrize("args", [["--month", "x"], ["--rollout", "999999"]])
def test_a_question_that_makes_no_sense_is_answered(args):
    with pytest.raises(CommandError, match=r"2026-03|No such"):
        call_command("reconcile_hours", *args)


def test_a_project_that_cannot_be_computed_is_named_and_hides_no_other(statement, monkeypatch, capsys):
    first, other = Rollout.objects.get(), RolloutFactory()
    real = reconciliation.differences

    def broken(rollout, month):
        if rollout == first:
            raise RuntimeError("canario")
        return [f"{rollout.code}: looked at", *real(rollout, month)]

    monkeypatch.setattr(reconciliation, "differences", broken)
    with pytest.raises(CommandError):
        call_command("reconcile_hours")
    told = capsys.readouterr().err
    assert f"{first.code}: cannot be computed (RuntimeError)" in told
    assert f"{other.code}: looked at" in told
    assert "canario" not in told

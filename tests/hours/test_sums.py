"""The kept sums of the hours are those of their lines, whatever is done; and proving it names the one that is not."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core import clock
from apps.core.refusals import Refusal
from apps.hours import plugin, queries
from apps.hours.agreement import actions as agreement
from apps.hours.classification import Activity
from apps.hours.ledger import actions, policies, sums
from apps.hours.models import HourSum, Line, TimeEntry
from tests.hours.factories import APRIL, MARCH, THE_MONTH, a_client_statement, close_client_month, close_month, log
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db
MAY = datetime(2026, 5, 6, 13, tzinfo=UTC)

STEPS = st.one_of(
    st.tuples(st.just("log"), st.sampled_from(Activity.values), st.integers(0, 60), st.integers(1, 400)),
    st.tuples(st.just("edit"), st.integers(0, 5), st.integers(0, 60), st.integers(1, 400)),
    st.tuples(st.just("delete"), st.integers(0, 5)),
    st.tuples(st.just("adjust"), st.integers(0, 5), st.integers(-400, 120)),
    st.tuples(st.just("close"), st.sampled_from([date(2026, 3, 1), date(2026, 4, 1)])),
    st.tuples(st.just("close client"), st.sampled_from([date(2026, 3, 1), date(2026, 4, 1)])),
    st.tuples(st.just("contest"), st.integers(0, 5)),
    st.tuples(st.just("policy"), st.integers(0, 60), st.integers(0, 400), st.integers(0, 90000)),
)


def take(rollout, step) -> None:
    """Do what ``step`` says; what the rules of the house refuse is not done."""
    name, *values = step
    entries = list(rollout.time_entries.order_by("number"))
    entry = entries[values[0] % len(entries)] if entries and name in ("edit", "delete", "adjust", "contest") else None
    pm, start = rollout.people["pm"], MARCH
    match name:
        case "log":
            activity, day, minutes = values
            log(rollout, start=start + timedelta(days=day - 8), minutes=minutes, activity=activity)
        case "edit" if entry:
            _place, day, minutes = values
            start += timedelta(days=day - 8)
            actions.edit(entry, by=pm, activity="training", started_at=start, minutes=minutes, note="Aula")
        case "delete" if entry:
            actions.delete(entry, by=pm, reason="Engano")
        case "adjust" if entry:
            actions.adjust(entry, by=pm, minutes=values[1], reason="Engano")
        case "close":
            close_month(rollout, values[0])
        case "close client":
            close_client_month(rollout, values[0])
        case "contest" if entry and (line := entry.lines.first()):
            agreement.contest(line, by=rollout.people["client"], text="Foi menos")
        case "policy":
            day, allowance, rate = values
            policies.change(
                rollout, by=pm, effective_from=date(2026, 3, 2) + timedelta(days=day), training_allowance=allowance,
                homologation_allowance=allowance, hourly_rate=rate, increment=15, rounding="up",
            )  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=1, max_size=10))
def test_after_any_sequence_of_actions_the_kept_sums_are_those_of_the_lines(steps):
    with transaction.atomic(), clock.at(MAY):
        rollout = RolloutFactory()
        for step in steps:
            try:
                with transaction.atomic():
                    take(rollout, step)
            except Refusal:
                continue
        lines = list(queries.lines(rollout))
        assert list(sums.differences(rollout, lines)) == []
        by_allowance = {"training": 0, "homologation": 0}
        for line in lines:
            if line.allowance:
                by_allowance[line.allowance] += line.minutes
        assert {row.activity: row.used for row in queries.allowances(rollout)} == by_allowance
        transaction.set_rollback(True)


class TestTheProof:
    @pytest.fixture
    def statement(self):
        return a_client_statement()

    def complaint(self, capsys) -> str:
        with pytest.raises(CommandError, match="differences"):
            call_command("reconcile_hours")
        return capsys.readouterr().err

    @pytest.mark.parametrize(
        ("changed", "named"),
        [
            ({"amount": 12501}, "follow_up billable: amount is 12501, should be 12500"),
            ({"minutes": 29}, "follow_up billable: minutes is 29, should be 30"),
            ({"closed": False}, "follow_up billable: closed is False, should be True"),
            ({"month": date(2026, 2, 1)}, "follow_up billable: is missing"),
            ({"activity": "internal"}, "internal billable: adds up no line"),
        ],
    )
    def test_a_sum_that_is_not_that_of_its_lines_is_named(self, statement, capsys, changed, named):
        call_command("reconcile_hours")
        HourSum.objects.filter(activity="follow_up").update(**changed)
        rollout = statement.client.parties.get().rollout
        complaint = self.complaint(capsys)
        assert f"{rollout.code} sum " in complaint
        assert named in complaint

    def test_of_one_month_only_its_sums_are_proved(self, statement):
        HourSum.objects.update(amount=1)
        call_command("reconcile_hours", "--month", "2026-02")


def test_closing_a_month_marks_its_sums_and_no_other():
    with clock.at(APRIL):
        rollout = RolloutFactory()
        log(rollout, minutes=300)
        log(rollout, start=APRIL - timedelta(days=2), minutes=30)
        close_month(rollout)
    assert set(HourSum.objects.values_list("month", "closed")) == {(THE_MONTH, True), (date(2026, 4, 1), False)}


def test_what_the_hours_say_in_short_takes_two_queries(django_assert_num_queries):
    with clock.at(APRIL):
        rollout = RolloutFactory()
        log(rollout, minutes=300)
        with django_assert_num_queries(2):
            facts = list(plugin.summary(rollout))
    assert facts[0].value == "4h00 / 4h00"


def test_an_entry_that_is_deleted_leaves_no_sum():
    with clock.at(APRIL):
        rollout = RolloutFactory()
        actions.delete(log(rollout), by=rollout.people["pm"], reason="Engano")
    assert TimeEntry.objects.exists()
    assert not Line.objects.exists()
    assert not HourSum.objects.exists()

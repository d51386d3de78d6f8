"""Months closed by two people at once, on a real PostgreSQL."""

from datetime import date, timedelta

import pytest

from apps.core import clock
from apps.core.refusals import Refusal
from apps.hours.ledger import closing
from apps.hours.models import ClientStatement, Statement
from tests.hours.factories import APRIL, MARCH, THE_MONTH, log
from tests.rollouts.factories import RolloutFactory
from tests.services.test_concurrency import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def in_april(job):
    def run():
        with clock.at(APRIL):
            return job()

    return run


def a_rollout():
    with clock.at(APRIL):
        rollout = RolloutFactory()
        log(rollout)
    return rollout


def test_of_two_who_close_a_month_at_once_one_does_and_the_other_is_told():
    rollout = a_rollout()
    outcomes = at_once(
        *[
            in_april(lambda who=who: closing.close_month(rollout, by=rollout.people[who], month=THE_MONTH))
            for who in ("pm", "manager")
        ]
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["Refusal", "Statement"]
    assert Statement.objects.count() == 1


def test_clients_closed_at_once_are_numbered_without_gaps_or_doubles():
    rollouts = [a_rollout() for _n in range(4)]

    def close(rollout):
        return in_april(
            lambda: closing.close_client_month(rollout.company("client"), by=rollout.people["pm"], month=THE_MONTH)
        )

    outcomes = at_once(*map(close, [*rollouts, rollouts[0]]))
    assert sum(isinstance(each, Refusal) for each in outcomes) == 1
    assert sorted(ClientStatement.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_an_entry_logged_while_its_month_is_closed_is_in_the_statement_or_refused():
    rollout = a_rollout()
    late = in_april(lambda: log(rollout, start=MARCH + timedelta(days=2), minutes=7, who="pm"))
    close = in_april(
        lambda: closing.close_client_month(rollout.company("client"), by=rollout.people["manager"], month=THE_MONTH)
    )
    entry, statement = at_once(late, close)
    minutes = [line["minutes"] for line in statement.content["rollouts"][0]["lines"]]
    assert (7 in minutes) == (not isinstance(entry, Exception))
    assert statement.month == date(2026, 3, 1)

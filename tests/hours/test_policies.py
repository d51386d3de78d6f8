"""Versions of a policy: from when they hold, what they never touch, who changes them."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from apps.core import clock
from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.hours import queries
from apps.hours.ledger import actions, policies
from apps.hours.models import Policy
from tests.hours.factories import APRIL, MARCH, close_month, log
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db
TERMS = {"training_allowance": 240, "homologation_allowance": 360, "hourly_rate": 25000}


@pytest.fixture
def rollout():
    with clock.at(APRIL):
        yield RolloutFactory()


def change(rollout, day, who="pm", **terms):
    return policies.change(rollout, by=rollout.people[who], effective_from=day, **{**TERMS, **terms})


def said(rollout):
    return [(line.entry.number, line.minutes, line.hour_class, line.amount) for line in queries.lines(rollout)]


def test_a_version_holds_from_its_day_until_the_next(rollout):
    log(rollout, activity="follow_up")
    log(rollout, start=MARCH + timedelta(days=10), activity="follow_up")
    change(rollout, date(2026, 3, 15), hourly_rate=30000)
    assert said(rollout) == [(1, 60, "billable", 25000), (2, 60, "billable", 30000)]
    change(rollout, date(2026, 3, 1), hourly_rate=28000)
    assert said(rollout) == [(1, 60, "billable", 28000), (2, 60, "billable", 30000)]


def test_of_two_versions_of_one_day_the_later_made_holds(rollout):
    log(rollout, activity="follow_up")
    change(rollout, date(2026, 3, 1), hourly_rate=30000)
    change(rollout, date(2026, 3, 1), hourly_rate=31000)
    assert said(rollout) == [(1, 60, "billable", 31000)]


def test_each_activity_may_have_its_own_rate(rollout):
    log(rollout, activity="follow_up")
    log(rollout, start=MARCH + timedelta(days=1), minutes=300)
    change(rollout, date(2026, 3, 1), follow_up_rate=10000, training_rate=0)
    assert [line.amount for line in queries.lines(rollout)] == [10000, 0, 0]


def test_a_smaller_allowance_takes_nothing_back_and_a_larger_one_serves_what_follows(rollout):
    log(rollout, minutes=200)
    log(rollout, start=MARCH + timedelta(days=10), minutes=60)
    log(rollout, start=MARCH + timedelta(days=12), minutes=60)
    change(rollout, date(2026, 3, 15), training_allowance=120)
    assert said(rollout) == [(1, 200, "included", 0), (2, 60, "billable", 25000), (3, 60, "billable", 25000)]
    change(rollout, date(2026, 3, 22), training_allowance=250)
    assert said(rollout)[2:] == [(3, 50, "included", 0), (3, 10, "billable", 4167)]


def test_billing_increments_round_what_is_charged_and_never_what_was_worked(rollout):
    log(rollout, minutes=20, activity="follow_up")
    change(rollout, date(2026, 3, 1), increment=15, rounding="up")
    line = queries.lines(rollout).get()
    assert (line.minutes, line.charged_minutes, line.amount) == (20, 30, 12500)
    assert line.why() == "Acompanhamento: cobrado, sem franquia; cobradas 0h30 (múltiplos de 15 min, para cima)"


class TestAClosedMonth:
    @pytest.fixture
    def closed(self, rollout):
        self.entry = log(rollout, minutes=300)
        self.statement = close_month(rollout)
        return rollout

    def test_takes_no_version(self, closed):
        with pytest.raises(Invalid, match="01/04/2026") as refusal:
            change(closed, date(2026, 3, 31), hourly_rate=1)
        assert refusal.value.field == "effective_from"

    def test_stays_as_it_was_when_the_next_month_changes(self, closed):
        before, content = said(closed), dict(self.statement.content)
        log(closed, start=APRIL - timedelta(hours=3))
        change(closed, date(2026, 4, 1), training_allowance=900, hourly_rate=1)
        assert said(closed)[:2] == before
        assert said(closed)[2] == (2, 60, "included", 0)
        self.statement.refresh_from_db()
        assert self.statement.content == content

    def test_is_adjusted_at_the_price_it_had(self, closed):
        change(closed, date(2026, 4, 1), hourly_rate=1, increment=30, rounding="up")
        actions.adjust(self.entry, by=closed.people["pm"], minutes=-30, reason="Aula curta")
        assert said(closed)[-1] == (2, -30, "billable", -12500)


def test_the_event_says_what_it_was_and_what_it_is(rollout):
    change(rollout, date(2026, 3, 1), hourly_rate=30000)
    event = rollout.events.get(kind="hours.policy_changed")
    assert (event.data["before"]["hourly_rate"], event.data["after"]["hourly_rate"]) == (25000, 30000)
    assert event.describe() == "mudou a política de horas a partir de 01/03/2026"


def test_a_version_never_changes_in_the_database(rollout):
    policy = change(rollout, date(2026, 3, 1), hourly_rate=30000)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(hourly_rate=1)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"increment": 0}, "increment"),
        ({"increment": 241}, "increment"),
        ({"hourly_rate": -1}, "hourly_rate"),
        ({"follow_up_rate": 10_000_001}, "follow_up_rate"),
        ({"training_allowance": 60_001}, "training_allowance"),
        ({}, None),
    ],
)
def test_terms_that_make_no_sense_or_no_difference_are_refused(rollout, terms, field):
    with pytest.raises(Invalid) as refusal:
        change(rollout, date(2026, 3, 1), **terms)
    assert refusal.value.field == field


@pytest.mark.parametrize("who", ["analyst", "client", "integrator"])
def test_only_project_managers_change_it(rollout, who):
    with pytest.raises(NotAllowed):
        change(rollout, date(2026, 3, 1), who=who, hourly_rate=1)


def test_a_completed_rollout_keeps_its_policy(rollout):
    with pytest.raises(Refusal, match="encerrado"):
        change(at_stage(rollout, Stage.COMPLETED), date(2026, 3, 1), hourly_rate=1)


def test_the_page_shows_the_client_the_policy_in_force_and_takes_a_change_from_the_manager(rollout, client_for):
    url = f"/projetos/{rollout.pk}/horas/politica/"
    typed = {
        "effective_from": "2026-04-01", "training_allowance": "5h00", "homologation_allowance": "6h00",
        "hourly_rate": "260,50", "increment": "15", "rounding": "up",
    }  # fmt: skip
    assert client_for(rollout.people["pm"]).post(url, {**typed, "increment": "0"}).status_code == 422
    assert client_for(rollout.people["pm"]).post(url, typed).status_code == 302
    assert queries.policy_in_force(rollout, date(2026, 4, 2)).hourly_rate == 26050
    page = client_for(rollout.people["client"]).get(url).content.decode()
    assert "R$ 260,50" in page
    assert "Mudar a política" not in page
    assert "R$" not in client_for(rollout.people["integrator"]).get(url).content.decode()
    assert client_for(rollout.people["client"]).post(url, typed).status_code == 403

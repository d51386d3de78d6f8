"""Versions of a policy: from when they hold, what they never touch, who changes them."""

import re
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from apps.core import clock
from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.hours import queries
from apps.hours.ledger import actions, policies
from apps.hours.models import Policy
from apps.notices import actions as notices
from apps.notices.models import Notice
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
    change(rollout, date(2026, 3, 15), hourly_rate=30000)
    log(rollout, activity="follow_up")
    log(rollout, start=MARCH + timedelta(days=10), activity="follow_up")
    assert said(rollout) == [(1, 60, "billable", 25000), (2, 60, "billable", 30000)]
    change(rollout, date(2026, 3, 1), hourly_rate=22000)
    assert said(rollout) == [(1, 60, "billable", 22000), (2, 60, "billable", 30000)]


def test_of_two_versions_of_one_day_the_later_made_holds(rollout):
    change(rollout, date(2026, 3, 1), hourly_rate=30000)
    change(rollout, date(2026, 3, 1), hourly_rate=31000)
    log(rollout, activity="follow_up")
    assert said(rollout) == [(1, 60, "billable", 31000)]


def test_each_activity_may_have_its_own_rate(rollout):
    log(rollout, activity="follow_up")
    log(rollout, start=MARCH + timedelta(days=1), minutes=300)
    change(rollout, date(2026, 3, 1), follow_up_rate=10000, training_rate=0)
    assert [line.amount for line in queries.lines(rollout)] == [10000, 0, 0]


def test_a_smaller_allowance_takes_nothing_back_and_a_larger_one_serves_what_follows(rollout):
    log(rollout, minutes=200)
    change(rollout, date(2026, 3, 15), training_allowance=120)
    log(rollout, start=MARCH + timedelta(days=10), minutes=60)
    log(rollout, start=MARCH + timedelta(days=12), minutes=60)
    assert said(rollout) == [(1, 200, "included", 0), (2, 60, "billable", 25000), (3, 60, "billable", 25000)]
    change(rollout, date(2026, 3, 22), training_allowance=250)
    assert said(rollout)[2:] == [(3, 50, "included", 0), (3, 10, "billable", 4167)]


def test_billing_increments_round_what_is_charged_and_never_what_was_worked(rollout):
    change(rollout, date(2026, 3, 1), increment=15, rounding="up")
    log(rollout, minutes=20, activity="follow_up")
    line = queries.lines(rollout).get()
    assert (line.minutes, line.charged_minutes, line.amount) == (20, 30, 12500)
    assert line.why() == "Acompanhamento: cobrado, sem franquia; cobradas 0h30 (múltiplos de 15 min, para cima)"


class TestHoursThatWereLogged:
    @pytest.mark.parametrize(
        "terms",
        [{"hourly_rate": 30000}, {"follow_up_rate": 30000}, {"increment": 60, "rounding": "up"}],
        ids=["rate", "own rate", "rounding"],
    )
    def test_never_get_dearer(self, rollout, terms):
        log(rollout, minutes=90, activity="follow_up")
        with pytest.raises(Invalid, match="11/03/2026 ou depois") as refusal:
            change(rollout, date(2026, 3, 1), **terms)
        assert refusal.value.field == "effective_from"
        assert said(rollout) == [(1, 90, "billable", 37500)]
        change(rollout, date(2026, 3, 11), **terms)
        log(rollout, start=MARCH + timedelta(days=2), minutes=90, activity="follow_up")
        assert said(rollout)[0] == (1, 90, "billable", 37500)
        assert said(rollout)[1][3] > 37500

    def test_an_allowance_is_not_taken_from_them_either(self, rollout):
        log(rollout, minutes=60)
        with pytest.raises(Invalid, match=r"R\$\s250,00 a mais por 1 apontamento já registrado"):
            change(rollout, date(2026, 3, 1), training_allowance=0)

    def test_what_one_activity_costs_less_makes_up_for_nothing_in_another(self, rollout):
        log(rollout, minutes=300)
        log(rollout, start=MARCH + timedelta(days=1), minutes=30, activity="follow_up")
        with pytest.raises(Invalid, match=r"R\$\s25,00 a mais por 1 apontamento já registrado.*12/03/2026"):
            change(rollout, date(2026, 3, 1), training_rate=0, follow_up_rate=30000)

    def test_what_changes_is_shown_line_by_line_before_it_is_saved(self, rollout, client_for):
        log(rollout, minutes=60, activity="follow_up")
        url, browser = f"/projetos/{rollout.pk}/horas/politica/", client_for(rollout.people["pm"])
        typed = {
            "effective_from": "2026-03-01", "training_allowance": "4h00", "homologation_allowance": "6h00",
            "hourly_rate": "200,00", "increment": "1", "rounding": "none",
        }  # fmt: skip
        shown = browser.post(url, typed)
        assert shown.status_code == 409
        page = shown.content.decode()
        assert "O que muda nos apontamentos já registrados" in page
        assert re.search(r"R\$\s250,00[\s\S]*R\$\s200,00", page[page.index("Com a nova política") :])
        assert said(rollout) == [(1, 60, "billable", 25000)]
        log(rollout, start=MARCH + timedelta(days=1), minutes=30, activity="follow_up")
        anew = browser.post(url, {**typed, "shown_effects": shown.context["receipt"]})
        assert anew.status_code == 409
        assert browser.post(url, {**typed, "shown_effects": anew.context["receipt"]}).status_code == 302
        assert said(rollout) == [(1, 60, "billable", 20000), (2, 30, "billable", 10000)]

    def test_the_clients_leads_are_told(self, rollout):
        change(rollout, date(2026, 3, 1), hourly_rate=30000)
        event = rollout.events.get(kind="hours.policy_changed")
        notices.consume(event)
        assert {notice.user for notice in Notice.objects.filter(event=event)} == {rollout.people["client"]}


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

"""The timer: one a person, kept by the server; stopped, it proposes what it measured."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.core import clock
from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.hours.logging import timers
from apps.hours.models import Proposal, TimeEntry, Timer
from tests.hours.factories import TimerFactory
from tests.hours.test_actions import a_nonconformity
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 8, 13, tzinfo=UTC)


@pytest.fixture
def rollout():
    with clock.at(NOW):
        yield RolloutFactory()


@pytest.fixture
def analyst(rollout):
    return rollout.people["analyst"]


def after(**elapsed):
    return clock.at(NOW + timedelta(**elapsed))


def test_the_database_holds_one_timer_a_person(rollout, analyst):
    TimerFactory(person=analyst, rollout=rollout)
    with pytest.raises(IntegrityError), transaction.atomic():
        TimerFactory(person=analyst, rollout=rollout)


@pytest.mark.parametrize(
    ("elapsed", "minutes"), [({"seconds": 20}, 1), ({"minutes": 59, "seconds": 59}, 59), ({"hours": 12}, 720)]
)
def test_stopping_proposes_whole_minutes_and_at_least_one(rollout, analyst, elapsed, minutes):
    timers.start(rollout, by=analyst, note="Reteste")
    with after(**elapsed):
        proposal = timers.stop(by=analyst)
    assert (proposal.minutes, proposal.started_at, proposal.note) == (minutes, NOW, "Reteste")
    assert not Timer.objects.exists()
    assert not TimeEntry.objects.exists()


def test_a_timer_of_over_twelve_hours_asks_what_happened(rollout, analyst, client_for):
    timers.start(rollout, by=analyst)
    with after(hours=12, seconds=1):
        assert "Ligado há mais de 12 horas" in client_for(analyst).get("/").content.decode()
        page = client_for(analyst).post("/horas/cronometro/parar/", follow=True).content.decode()
    assert Proposal.objects.get().minutes is None
    assert "O que aconteceu?" in page


def test_another_rollout_stops_the_first_and_keeps_its_time(rollout, analyst):
    other = RolloutFactory()
    timers.start(rollout, by=analyst)
    with after(minutes=30):
        timers.start(other, by=analyst)
    assert Timer.objects.get().rollout == other
    kept = Proposal.objects.get()
    assert (kept.rollout, kept.minutes, kept.state) == (rollout, 30, "open")


def test_discarding_leaves_nothing(rollout, analyst):
    timers.start(rollout, by=analyst)
    timers.discard(by=analyst)
    timers.discard(by=analyst)
    assert not Timer.objects.exists()
    assert not Proposal.objects.exists()


def test_stopping_what_another_device_stopped_is_said(analyst):
    with pytest.raises(Refusal, match="outro aparelho"):
        timers.stop(by=analyst)


@pytest.mark.parametrize(
    ("stage", "activity"),
    [(Stage.TRAINING, "training"), (Stage.HOMOLOGATION, "homologation"), (Stage.DEVELOPMENT, "internal")],
)
def test_the_activity_is_the_usual_one_of_the_stage(rollout, analyst, stage, activity):
    assert timers.start(at_stage(rollout, stage), by=analyst).activity == activity


def test_a_nonconformity_is_of_this_rollout_and_makes_it_homologation(rollout, analyst):
    found = a_nonconformity(rollout)
    assert timers.start(rollout, by=analyst, nonconformity=found).activity == "homologation"
    with pytest.raises(Invalid, match="outro projeto"):
        timers.start(RolloutFactory(), by=analyst, nonconformity=found)
    with pytest.raises(Invalid, match="homologação"):
        timers.start(rollout, by=analyst, nonconformity=found, activity="training")


@pytest.mark.parametrize("who", ["client", "integrator", "platform"])
def test_only_presence_has_a_timer(rollout, who, client_for):
    with pytest.raises(NotAllowed):
        timers.start(rollout, by=rollout.people[who])
    page = client_for(rollout.people[who]).get(f"/projetos/{rollout.pk}/horas/").content.decode()
    assert "quick-log-place" not in page
    assert "cronometro" not in page


def test_it_shows_on_every_page_until_it_is_stopped_and_goes_on_from_where_one_was(rollout, analyst, client_for):
    browser, here = client_for(analyst), f"/projetos/{rollout.pk}/historico/"
    answer = browser.post(f"/projetos/{rollout.pk}/horas/cronometro/", {"next": here})
    assert (answer.status_code, answer.url) == (302, here)
    assert 'data-elapsed-since="2026-04-08T10:00:00-03:00"' in browser.get("/").content.decode()
    elsewhere = browser.post("/horas/cronometro/descartar/", {"next": "https://example.com/"})
    assert elsewhere.url == "/horas/"
    assert "data-elapsed-since" not in browser.get(here).content.decode()

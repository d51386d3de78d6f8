"""The integrator's room: date, progress, delivery, and what the gates make of them."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from apps.core import clock, workdays
from apps.core.process import Gate, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.stages.development import actions, queries
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    return at_stage(RolloutFactory(), Stage.DEVELOPMENT)


def keys(rollout, gate):
    return {need.key for need in gates.unmet(Rollout.objects.get(pk=rollout.pk), gate)}


def in_days(days):
    return clock.today() + timedelta(days=days)


def test_the_gate_to_development_asks_for_a_date(rollout):
    rollout = at_stage(rollout, Stage.KICKOFF)
    assert "development:due_date" in keys(rollout, Gate.START_DEVELOPMENT)
    actions.set_due_date(rollout, by=rollout.people["integrator"], date=in_days(30))
    assert "development:due_date" not in keys(rollout, Gate.START_DEVELOPMENT)


def test_a_changed_date_needs_a_reason_and_keeps_the_old_one(rollout):
    integrator = rollout.people["integrator"]
    actions.set_due_date(rollout, by=integrator, date=in_days(10))
    with pytest.raises(Invalid) as refusal:
        actions.set_due_date(rollout, by=integrator, date=in_days(20))
    assert refusal.value.field == "reason"
    actions.set_due_date(rollout, by=integrator, date=in_days(20), reason="API mudou")
    assert [due.date for due in rollout.due_dates.all()] == [in_days(10), in_days(20)]
    assert queries.due_date(rollout).date == in_days(20)


@pytest.mark.parametrize("days", [-1, 10])
def test_a_past_date_and_the_same_date_are_refused(rollout, days):
    integrator = rollout.people["integrator"]
    actions.set_due_date(rollout, by=integrator, date=in_days(10))
    with pytest.raises(Invalid):
        actions.set_due_date(rollout, by=integrator, date=in_days(days), reason="x")


def test_the_date_is_fixed_once_development_is_over(rollout):
    rollout = at_stage(rollout, Stage.TRAINING)
    with pytest.raises(Refusal, match="já terminou"):
        actions.set_due_date(rollout, by=rollout.people["integrator"], date=in_days(1))


def test_lateness_counts_days_until_the_delivery(rollout):
    integrator = rollout.people["integrator"]
    actions.set_due_date(rollout, by=integrator, date=in_days(2))
    with clock.at(clock.now() + timedelta(days=5)):
        assert queries.days_late(rollout) == workdays.between(in_days(-3), clock.today()) > 0
        actions.declare_delivery(rollout, by=integrator, version="1.0", notes="Tudo")
        assert queries.days_late(rollout) == 0


def test_the_gate_to_training_asks_for_a_delivery(rollout):
    assert keys(rollout, Gate.START_TRAINING) == {"development:delivery"}
    actions.declare_delivery(rollout, by=rollout.people["integrator"], version="1.0", notes="Tudo")
    assert keys(rollout, Gate.START_TRAINING) == set()


def test_after_a_return_a_new_version_is_due(rollout):
    integrator = rollout.people["integrator"]
    actions.declare_delivery(rollout, by=integrator, version="1.0", notes="Tudo")
    Rollout.objects.filter(pk=rollout.pk).update(stage_entered_at=clock.now())
    assert keys(rollout, Gate.START_TRAINING) == {"development:delivery"}
    with pytest.raises(Invalid, match="já foi entregue"):
        actions.declare_delivery(rollout, by=integrator, version="1.0", notes="De novo")
    actions.declare_delivery(rollout, by=integrator, version="1.1", notes="Corrigido")
    assert keys(rollout, Gate.START_TRAINING) == set()


@pytest.mark.parametrize("stage", [Stage.KICKOFF, Stage.TRAINING, Stage.HOMOLOGATION])
def test_progress_belongs_to_the_development_stage(rollout, stage):
    rollout = at_stage(rollout, stage)
    with pytest.raises(Refusal):
        actions.log_progress(rollout, by=rollout.people["integrator"], percent=10, text="x")


@pytest.mark.parametrize("stage", [Stage.KICKOFF, Stage.TRAINING])
def test_before_the_homologation_a_delivery_belongs_to_the_development_stage(rollout, stage):
    rollout = at_stage(rollout, stage)
    with pytest.raises(Refusal):
        actions.declare_delivery(rollout, by=rollout.people["integrator"], version="1.0", notes="x")


@pytest.mark.parametrize("stage", [Stage.HOMOLOGATION, Stage.ACCEPTANCE, Stage.GO_LIVE])
def test_a_newer_version_is_delivered_later_too(rollout, stage, client_for):
    rollout = at_stage(rollout, stage)
    page = f"/projetos/{rollout.pk}/desenvolvimento/"
    integrator = client_for(rollout.people["integrator"])
    assert "Declarar entregue" in integrator.get(page).content.decode()
    answer = integrator.post(page + "entrega/", {"version": "1.1", "notes": "Corrige a troca"}, follow=True)
    assert "A equipe decide na homologação" in answer.content.decode()
    assert Rollout.objects.get(pk=rollout.pk).connector_version == "1.1"


@pytest.mark.parametrize("percent", [-1, 101])
def test_progress_is_a_percentage(rollout, percent):
    with pytest.raises(Invalid):
        actions.log_progress(rollout, by=rollout.people["integrator"], percent=percent, text="x")


@pytest.mark.parametrize("who", ["manager", "pm", "analyst", "client", "platform", "stranger"])
def test_only_the_integrator_reports(rollout, who):
    with pytest.raises(NotAllowed):
        actions.log_progress(rollout, by=rollout.people[who], percent=10, text="x")


class TestThePage:
    def test_an_integrator_reports_and_delivers(self, rollout, client_for):
        browser = client_for(rollout.people["integrator"])
        base = f"/projetos/{rollout.pk}/desenvolvimento/"
        assert browser.post(base + "prazo/", {"date": in_days(9).isoformat()}).status_code == 302
        assert browser.post(base + "andamento/", {"percent": 40, "text": "Produtos ok"}).status_code == 302
        assert browser.post(base + "entrega/", {"version": "1.0", "notes": "Completo"}).status_code == 302
        page = browser.get(base).content.decode()
        assert "Produtos ok" in page
        assert "1.0" in page

    def test_what_was_typed_is_still_there_when_it_is_refused(self, rollout, client_for):
        browser = client_for(rollout.people["integrator"])
        answer = browser.post(
            f"/projetos/{rollout.pk}/desenvolvimento/andamento/", {"percent": 400, "text": "Quase lá"}
        )
        assert answer.status_code == 422
        assert "Quase lá" in answer.content.decode()

    def test_others_read_and_cannot_write(self, rollout, client_for):
        url = f"/projetos/{rollout.pk}/desenvolvimento/"
        assert client_for(rollout.people["client"]).get(url).status_code == 200
        assert (
            client_for(rollout.people["client"]).post(url + "andamento/", {"percent": 1, "text": "x"}).status_code
            == 403
        )
        assert client_for(rollout.people["stranger"]).get(url).status_code == 404


@pytest.mark.parametrize("language", ["en", "pt-br"])
def test_the_events_read_in_the_language_of_their_reader(rollout, language):
    integrator = rollout.people["integrator"]
    with translation.override(language):
        actions.set_due_date(rollout, by=integrator, date=date(2030, 1, 31))
        actions.set_due_date(rollout, by=integrator, date=date(2030, 2, 28), reason="API mudou")

    def read(reader_language):
        with translation.override(reader_language):
            return [event.describe() for event in rollout.events.order_by("sequence")]

    assert read("pt-br") == [
        "deu o prazo de entrega: 31/01/2030",
        "mudou o prazo de 31/01/2030 para 28/02/2030: API mudou",
    ]
    assert read("en") == [
        "gave the delivery date: 31/01/2030",
        "changed the date from 31/01/2030 to 28/02/2030: API mudou",
    ]

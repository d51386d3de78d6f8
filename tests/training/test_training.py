"""Sessions are planned, held with attendance, or cancelled; the gate to homologation reads that."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from apps.core import clock
from apps.core.process import Gate, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.stages.training import actions, term
from apps.stages.training.models import Topic
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    rollout = at_stage(RolloutFactory(), Stage.TRAINING)
    Topic.objects.create(rollout=rollout, position=1, title={"pt": "Pedidos", "en": "Orders"}, minutes=45)
    return rollout


def plan(rollout, hours=-3):
    when = clock.now() + timedelta(hours=hours)
    return actions.plan_session(rollout, by=rollout.people["analyst"], scheduled_at=when, planned_minutes=120)


def someone(rollout):
    return [{"name": "Rita", "company": rollout.company("client").trade_name, "position": "TI"}]


def hold(rollout, session, **kwargs):
    kwargs = {"held_minutes": 110, "attendance": someone(rollout), "topics": rollout.training_topics.all(), **kwargs}
    return actions.record_held(session, by=rollout.people["analyst"], **kwargs)


def missing(rollout):
    needs = gates.unmet(Rollout.objects.get(pk=rollout.pk), Gate.START_HOMOLOGATION)
    return {need.key for need in needs if need.key.startswith("training:")}


def test_the_gate_asks_until_sessions_are_held_and_topics_covered(rollout):
    assert missing(rollout) == {"training:held", "training:topics"}
    session = plan(rollout)
    assert missing(rollout) == {"training:held", "training:planned", "training:topics"}
    hold(rollout, session)
    assert missing(rollout) == set()
    assert term.TRAINING.of(rollout)[0]["attendance"][0]["name"] == "Rita"


def test_only_the_topics_may_be_waived(rollout):
    needs = gates.unmet(rollout, Gate.START_HOMOLOGATION)
    assert {need.key for need in needs if need.waivable} == {"training:topics"}


def test_a_session_needs_somebody_of_the_client(rollout):
    with pytest.raises(Invalid, match="presença"):
        hold(rollout, plan(rollout), attendance=[{"name": "Ana", "company": "Presence", "position": ""}])


def test_a_session_cannot_be_held_before_its_time(rollout):
    with pytest.raises(Refusal, match="não começou"):
        hold(rollout, plan(rollout, hours=3))


def test_a_session_is_held_or_cancelled_once(rollout):
    session = plan(rollout)
    actions.cancel_session(session, by=rollout.people["pm"], reason="Cliente sem equipe")
    with pytest.raises(Refusal):
        hold(rollout, session)
    assert missing(rollout) == {"training:held", "training:topics"}


def test_cancelling_needs_a_reason(rollout):
    with pytest.raises(Invalid):
        actions.cancel_session(plan(rollout), by=rollout.people["pm"], reason="")


@pytest.mark.parametrize("held_minutes", [0, 721])
def test_a_session_lasts_between_a_minute_and_twelve_hours(rollout, held_minutes):
    with pytest.raises(Invalid):
        hold(rollout, plan(rollout), held_minutes=held_minutes)


@pytest.mark.parametrize("stage", [Stage.KICKOFF, Stage.HOMOLOGATION])
def test_sessions_are_planned_around_the_training_stage(rollout, stage):
    with pytest.raises(Refusal):
        plan(at_stage(rollout, stage))


@pytest.mark.parametrize("who", ["client", "integrator", "platform", "stranger"])
def test_only_presence_conducts(rollout, who):
    with pytest.raises(NotAllowed):
        actions.plan_session(rollout, by=rollout.people[who], scheduled_at=clock.now(), planned_minutes=60)


class TestThePage:
    def test_presence_plans_and_records(self, rollout, client_for):
        browser = client_for(rollout.people["analyst"])
        base = f"/projetos/{rollout.pk}/treinamento/"
        when = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
        assert browser.post(base + "agendar/", {"scheduled_at": when, "planned_minutes": "2h"}).status_code == 302
        session = rollout.training_sessions.get()
        client = rollout.company("client").trade_name
        data = {
            "held_minutes": "1h50",
            "attendance": f"Rita Souza; {client}; TI",
            "topics": [t.pk for t in Topic.objects.all()],
        }
        assert browser.post(f"{base}{session.pk}/realizada/", data).status_code == 302
        assert "Rita Souza" in browser.get(base).content.decode()

    def test_a_line_of_attendance_without_company_is_explained_and_kept(self, rollout, client_for):
        session = plan(rollout)
        answer = client_for(rollout.people["pm"]).post(
            f"/projetos/{rollout.pk}/treinamento/{session.pk}/realizada/",
            {"held_minutes": "1h", "attendance": "Só um nome"},
        )
        assert answer.status_code == 422
        assert answer.content.decode().count("Só um nome") >= 2

    def test_cancelling_through_the_page(self, rollout, client_for):
        session = plan(rollout)
        url = f"/projetos/{rollout.pk}/treinamento/{session.pk}/cancelar/"
        assert client_for(rollout.people["stranger"]).post(url, {"reason": "x"}).status_code == 404
        assert client_for(rollout.people["client"]).post(url, {"reason": "x"}).status_code == 403
        assert client_for(rollout.people["pm"]).post(url, {"reason": "Feriado"}).status_code == 302


@pytest.mark.parametrize("language", ["en", "pt-br"])
def test_the_events_read_in_the_language_of_their_reader(rollout, language):
    start = timezone.make_aware(timezone.datetime(2030, 1, 31, 14, 30))
    with translation.override(language):
        session = actions.plan_session(rollout, by=rollout.people["analyst"], scheduled_at=start, planned_minutes=120)
        with clock.at(start + timedelta(hours=2)):
            hold(rollout, session)

    def read(reader_language):
        with translation.override(reader_language):
            return [event.describe() for event in rollout.events.order_by("sequence")]

    assert read("pt-br") == ["agendou a sessão 1 para 31/01/2030 14:30", "registrou a sessão 1: 1h50, 1 presentes"]
    assert read("en") == ["scheduled session 1 for 31/01/2030 14:30", "recorded session 1: 1h50, 1 present"]

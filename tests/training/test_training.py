"""Sessions are planned, held with attendance, or cancelled; the gate to homologation reads that."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from apps.core import clock
from apps.core.process import CLOSED, Gate, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.meetings import actions, attendance
from apps.meetings.people import Guest
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.stages.training import term
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
    return actions.plan(rollout, "training", by=rollout.people["analyst"], planned_start=when, planned_minutes=120)


def hold(rollout, session, **kwargs):
    more = {"topics": rollout.training_topics.all()}
    kwargs = {"minutes": 110, "present": [("client", Guest("Rita", position="TI"))], "more": more, **kwargs}
    return attendance.record(
        rollout, "training", by=rollout.people["analyst"], meeting=session, started_at=session.starts_at, **kwargs
    )


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
        hold(rollout, plan(rollout), present=[("presence", Guest("Ana"))])


def test_a_session_cannot_be_held_before_its_time(rollout):
    with pytest.raises(Refusal, match="não começou"):
        hold(rollout, plan(rollout, hours=3))


def test_a_session_is_held_or_cancelled_once(rollout):
    session = plan(rollout)
    actions.cancel(session, by=rollout.people["pm"], reason="Cliente sem equipe")
    with pytest.raises(Refusal):
        hold(rollout, session)
    assert missing(rollout) == {"training:held", "training:topics"}


def test_cancelling_needs_a_reason(rollout):
    with pytest.raises(Invalid):
        actions.cancel(plan(rollout), by=rollout.people["pm"], reason="")


@pytest.mark.parametrize("minutes", [0, 721])
def test_a_session_lasts_between_a_minute_and_twelve_hours(rollout, minutes):
    with pytest.raises(Invalid):
        hold(rollout, plan(rollout), minutes=minutes)


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage not in CLOSED])
def test_sessions_are_planned_and_held_at_any_stage(rollout, stage):
    rollout = at_stage(rollout, stage)
    assert hold(rollout, plan(rollout)).minutes == 110


def test_a_cancelled_project_has_no_more_sessions(rollout):
    with pytest.raises(Refusal, match="encerrado"):
        plan(at_stage(rollout, Stage.CANCELLED))


@pytest.mark.parametrize("who", ["client", "integrator", "platform", "stranger"])
def test_only_presence_conducts(rollout, who):
    with pytest.raises(NotAllowed):
        actions.plan(rollout, "training", by=rollout.people[who], planned_start=clock.now(), planned_minutes=60)


class TestThePage:
    def test_presence_plans_and_records(self, rollout, client_for):
        browser = client_for(rollout.people["analyst"])
        base = f"/projetos/{rollout.pk}/reunioes/"
        when = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
        plan = {"planned_start": when, "planned_minutes": "2h"}
        assert browser.post(base + "agendar/?kind=training", plan).status_code == 302
        session = rollout.meetings.get()
        data = {
            "started_at": when,
            "minutes": "1h50",
            "guests_client": "Rita Souza; TI",
            "topics": [t.pk for t in Topic.objects.all()],
        }
        assert browser.post(f"{base}{session.pk}/realizada/", data).status_code == 302
        assert "Rita Souza" in browser.get(f"/projetos/{rollout.pk}/treinamento/").content.decode()

    def test_a_line_of_attendance_without_a_name_is_explained_and_kept(self, rollout, client_for):
        session = plan(rollout)
        answer = client_for(rollout.people["pm"]).post(
            f"/projetos/{rollout.pk}/reunioes/{session.pk}/realizada/",
            {"started_at": "2026-01-05T10:00", "minutes": "1h", "guests_client": "; só a função"},
        )
        assert answer.status_code == 422
        assert answer.content.decode().count("; só a função") >= 2

    def test_cancelling_through_the_page(self, rollout, client_for):
        session = plan(rollout)
        url = f"/projetos/{rollout.pk}/reunioes/{session.pk}/cancelar/"
        assert client_for(rollout.people["stranger"]).post(url, {"reason": "x"}).status_code == 404
        assert client_for(rollout.people["client"]).post(url, {"reason": "x"}).status_code == 403
        assert client_for(rollout.people["pm"]).post(url, {"reason": "Feriado"}).status_code == 302


@pytest.mark.parametrize("language", ["en", "pt-br"])
def test_the_events_read_in_the_language_of_their_reader(rollout, language):
    start = timezone.make_aware(timezone.datetime(2030, 1, 31, 14, 30))
    with translation.override(language):
        session = actions.plan(
            rollout, "training", by=rollout.people["analyst"], planned_start=start, planned_minutes=120
        )
        with clock.at(start + timedelta(hours=2)):
            hold(rollout, session)

    def read(reader_language):
        with translation.override(reader_language):
            return [event.describe() for event in rollout.events.order_by("sequence")]

    assert read("pt-br") == [
        "agendou a sessão 1 do treinamento para 31/01/2030 14:30",
        "registrou a sessão 1 do treinamento: 1h50, 1 presentes",
    ]
    assert read("en") == [
        "scheduled training session 1 for 31/01/2030 14:30",
        "recorded training session 1: 1h50, 1 present",
    ]

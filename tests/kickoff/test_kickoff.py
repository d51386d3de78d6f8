"""The kickoff: held, agreed, published; and what the gate to development makes of it."""

from datetime import timedelta

import pytest

from apps.core import clock
from apps.core.process import Gate, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.meetings import actions as meetings
from apps.meetings import attendance
from apps.meetings.people import Guest
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.stages.kickoff import actions, term
from tests.kickoff.factories import agree, hold, write
from tests.meetings.factories import MeetingFactory
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db


def missing(rollout):
    needs = gates.unmet(Rollout.objects.get(pk=rollout.pk), Gate.START_DEVELOPMENT)
    return {need.key.removeprefix("kickoff:") for need in needs if need.key.startswith("kickoff:")}


def test_the_gate_asks_for_each_thing_until_it_is_done(rollout, kickoff):
    pm = rollout.people["pm"]
    assert missing(rollout) == {"held", "model", "fields", "minutes"}
    hold(kickoff, pm)
    assert missing(rollout) == {"model", "fields", "minutes"}
    actions.choose_model(kickoff, by=pm, model="polling")
    assert missing(rollout) == {"fields", "minutes"}
    agree(kickoff, pm)
    assert missing(rollout) == {"minutes"}
    minutes = actions.publish_minutes(kickoff, by=pm, minutes="Combinado o escopo.")
    assert missing(rollout) == {"minutes_answer:client", "minutes_answer:integrator"}
    for party in ("client", "integrator"):
        actions.answer_minutes(minutes, by=rollout.people[party], party=party, agrees=True)
    assert missing(rollout) == set()
    assert term.KICKOFF.of(rollout)["methods"][0]["fields"] == 1


def test_changing_what_was_agreed_asks_for_new_minutes(rollout, kickoff):
    pm = rollout.people["pm"]
    hold(kickoff, pm)
    actions.publish_minutes(kickoff, by=pm, minutes="Ata")
    actions.note_agenda(kickoff.agenda.get(), by=pm, notes="Só estoque")
    assert "minutes" in missing(rollout)


class TestRefusals:
    def test_minutes_before_the_meeting(self, rollout, kickoff):
        with pytest.raises(Refusal, match="realização"):
            actions.publish_minutes(kickoff, by=rollout.people["pm"], minutes="Ata")

    def test_empty_minutes(self, rollout, kickoff):
        hold(kickoff, rollout.people["pm"])
        with pytest.raises(Invalid):
            actions.publish_minutes(kickoff, by=rollout.people["pm"], minutes=" ")

    def test_a_meeting_without_the_client(self, rollout, kickoff):
        with pytest.raises(Invalid, match="cliente"):
            hold(kickoff, rollout.people["pm"], parties=("presence", "integrator"))

    def test_a_meeting_in_the_future(self, rollout, kickoff):
        with pytest.raises(Invalid, match="futuro"):
            attendance.record(
                rollout, "kickoff", by=rollout.people["pm"], started_at=clock.now() + timedelta(hours=1), minutes=60,
                present=[],
            )  # fmt: skip

    def test_a_model_that_is_not_on_offer(self, rollout, kickoff):
        with pytest.raises(Invalid):
            actions.choose_model(kickoff, by=rollout.people["pm"], model="telepathy")

    def test_anything_once_development_began(self, rollout, kickoff):
        at_stage(rollout, Stage.DEVELOPMENT)
        with pytest.raises(Refusal, match="encerrada"):
            actions.choose_model(kickoff, by=rollout.people["pm"], model="polling")

    def test_the_same_participant_twice(self, rollout, kickoff):
        meeting = MeetingFactory(rollout=rollout, kind="kickoff")
        meetings.invite(meeting, by=rollout.people["pm"], present=[("client", Guest("Rita"))])
        with pytest.raises(Invalid):
            meetings.invite(meeting, by=rollout.people["pm"], present=[("client", Guest("Rita"))])

    @pytest.mark.parametrize("who", ["client", "integrator", "platform", "stranger"])
    def test_anybody_but_presence(self, rollout, kickoff, who):
        with pytest.raises(NotAllowed):
            actions.choose_model(kickoff, by=rollout.people[who], model="polling")


class TestThePage:
    def post(self, browser, rollout, path, **data):
        return browser.post(f"/projetos/{rollout.pk}/reuniao/{path}", data)

    def plan(self, browser, rollout, when):
        data = {"planned_start": when, "planned_minutes": "1h"}
        assert browser.post(f"/projetos/{rollout.pk}/reunioes/agendar/?kind=kickoff", data).status_code == 302
        meeting = rollout.meetings.get(kind="kickoff")
        return meeting, f"/projetos/{rollout.pk}/reunioes/{meeting.pk}/"

    def test_a_project_manager_conducts_the_meeting(self, rollout, kickoff, client_for):
        browser = client_for(rollout.people["pm"])
        when = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
        method = kickoff.methods.get()
        meeting, page = self.plan(browser, rollout, when)
        for party in ("client", "presence", "integrator"):
            assert browser.post(page + "convidar/", {f"guests_{party}": f"P {party}"}).status_code == 302
        out = meeting.attendees.get(party="integrator")
        assert browser.post(f"{page}pessoas/{out.pk}/retirar/").status_code == 302
        listed = [str(row.pk) for row in meeting.attendees.all()]
        record = {"started_at": when, "minutes": "1h", "listed_guests": listed}
        assert browser.post(page + "realizada/", record).status_code == 302
        assert self.post(browser, rollout, "modelo/", model="polling").status_code == 302
        assert self.post(browser, rollout, "metodos/", methods=[method.pk]).status_code == 302
        write(kickoff, rollout.people["integrator"], {"platform_field": "skuId"}, method=method)
        assert self.post(browser, rollout, f"pauta/{kickoff.agenda.get().pk}/", notes="Tudo").status_code == 302
        assert self.post(browser, rollout, "ata/", minutes="Ata da reunião").status_code == 302
        assert missing(rollout) == {"minutes_answer:client", "minutes_answer:integrator"}
        page = client_for(rollout.people["client"]).get(f"/projetos/{rollout.pk}/reuniao/").content.decode()
        assert "Ata da reunião" in page
        assert "Publicar ata" not in page

    def test_a_stranger_finds_nothing(self, rollout, kickoff, client_for):
        assert client_for(rollout.people["stranger"]).get(f"/projetos/{rollout.pk}/reuniao/").status_code == 404

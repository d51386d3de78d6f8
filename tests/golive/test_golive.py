"""The checklist, the client's confirmation, Presence's release, and the last gate."""

from types import SimpleNamespace

import pytest

from apps.blueprints.catalogues import content
from apps.blueprints.catalogues.credentials import ProbeStep
from apps.core.process import Gate, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.prerequisites import actions as prerequisites
from apps.prerequisites.models import Probe
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.stages.golive import actions
from tests.blueprints import shipped
from tests.golive.factories import ChecklistItemFactory, IncidentFactory, a_rollout_going_live, all_say_go
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    rollout = a_rollout_going_live()
    all_say_go(rollout)
    return rollout


def item(rollout, key="load"):
    return rollout.golive_items.get(key=key)


def missing(rollout):
    needs = gates.unmet(Rollout.objects.get(pk=rollout.pk), Gate.COMPLETE)
    return {(need.key.removeprefix("golive:"), need.owed_by) for need in needs}


def test_the_last_gate_asks_for_list_confirmation_and_release(rollout):
    people = rollout.people
    assert missing(rollout) == {("item:load", "integrator"), ("confirmation", "client"), ("release", "presence")}
    actions.check_item(item(rollout), by=people["integrator"])
    actions.confirm(rollout, by=people["client"])
    assert missing(rollout) == {("release", "presence")}
    actions.record_release(rollout, by=people["pm"])
    assert missing(rollout) == set()


def test_a_point_can_be_reopened(rollout):
    actions.check_item(item(rollout), by=rollout.people["integrator"], note="1200 SKUs")
    with pytest.raises(Refusal):
        actions.check_item(item(rollout), by=rollout.people["integrator"])
    actions.uncheck_item(item(rollout), by=rollout.people["analyst"])
    assert ("item:load", "integrator") in missing(rollout)
    with pytest.raises(Refusal):
        actions.uncheck_item(item(rollout), by=rollout.people["analyst"])


def test_the_client_confirms_only_a_finished_list(rollout):
    with pytest.raises(Refusal, match="em aberto"):
        actions.confirm(rollout, by=rollout.people["client"])


def test_presence_releases_only_what_the_client_confirmed_and_once(rollout):
    with pytest.raises(Refusal, match="não confirmou"):
        actions.record_release(rollout, by=rollout.people["pm"])
    actions.check_item(item(rollout), by=rollout.people["analyst"])
    actions.confirm(rollout, by=rollout.people["client"])
    with pytest.raises(Refusal):
        actions.confirm(rollout, by=rollout.people["client"])
    actions.record_release(rollout, by=rollout.people["pm"])
    with pytest.raises(Refusal):
        actions.record_release(rollout, by=rollout.people["pm"])


def test_an_open_severe_incident_keeps_the_release_closed(rollout):
    people = rollout.people
    actions.check_item(item(rollout), by=people["analyst"])
    actions.confirm(rollout, by=people["client"])
    incident = IncidentFactory(rollout=rollout)
    assert ("incident:1", "integrator") in missing(rollout)
    with pytest.raises(Refusal) as refused:
        actions.record_release(rollout, by=people["pm"])
    assert "INC-1" in refused.value.details[0]
    incident.severity = "minor"
    incident.save()
    actions.record_release(rollout, by=people["pm"])


def test_a_point_that_asks_for_a_note_is_not_ticked_without_one(rollout):
    ChecklistItemFactory(rollout=rollout, key="counted", proof="note")
    with pytest.raises(Invalid) as refused:
        actions.check_item(item(rollout, "counted"), by=rollout.people["integrator"], note="  ")
    assert refused.value.field == "note"
    actions.check_item(item(rollout, "counted"), by=rollout.people["integrator"], note="4812 = 4812")
    assert item(rollout, "counted").note == "4812 = 4812"


class TestProbedCredentials:
    """The point about the production credentials takes the platform's answer for proof, not somebody's word."""

    @pytest.fixture
    def rollout(self, rollout, monkeypatch):
        ChecklistItemFactory(rollout=rollout, key="credentials", proof="probe")
        self.steps = [ProbeStep(url="https://api.loja.example/")]
        monkeypatch.setattr(actions.probes, "of", lambda _item: SimpleNamespace(steps=self.steps))
        self.item = PrerequisiteFactory(rollout=rollout, key="production_credentials", credential=True)
        return rollout

    def tick(self, rollout, note=""):
        actions.check_item(item(rollout, "credentials"), by=rollout.people["integrator"], note=note)

    def delivered(self, rollout):
        submission = prerequisites.submit(
            self.item, by=rollout.people["client"], values={"account": "a", "token": "segredo"}
        )
        prerequisites.accept(self.item, by=rollout.people["analyst"])
        return submission

    def test_they_must_have_been_accepted(self, rollout):
        with pytest.raises(Refusal, match="entregues e aceitas"):
            self.tick(rollout, "funcionou aqui")

    def test_they_must_have_been_tried(self, rollout):
        self.delivered(rollout)
        with pytest.raises(Refusal, match="testadas"):
            self.tick(rollout, "funcionou aqui")

    @pytest.mark.parametrize("outcome", ["wrong", "lacking", "elsewhere", "unreachable", "unclear", "withheld"])
    def test_they_must_have_worked_when_last_tried(self, rollout, outcome):
        delivered = self.delivered(rollout)
        Probe.objects.create(submission=delivered, outcome="valid", status=200)
        Probe.objects.create(submission=delivered, outcome=outcome)
        with pytest.raises(Refusal, match="não deu certo"):
            self.tick(rollout, "funcionou aqui")

    def test_the_answer_is_kept_and_stands_on_the_timeline(self, rollout, client_for):
        Probe.objects.create(submission=self.delivered(rollout), outcome="valid", status=200)
        self.tick(rollout)
        evidence = item(rollout, "credentials").evidence
        assert (evidence["outcome"], evidence["status"], evidence["delivery"]) == ("valid", 200, 1)
        assert rollout.events.last().data["outcome"] == "valid"
        page = client_for(rollout.people["client"]).get(f"/projetos/{rollout.pk}/producao/").content.decode()
        assert "Funciona na plataforma" in page
        actions.uncheck_item(item(rollout, "credentials"), by=rollout.people["analyst"])
        assert item(rollout, "credentials").evidence == {}

    def test_where_nothing_can_be_asked_a_note_says_how_it_was_tried(self, rollout):
        self.steps = []
        with pytest.raises(Invalid):
            self.tick(rollout)
        self.tick(rollout, "Leitura de pedidos pelo conector, às 10h")

    def test_a_manager_may_waive_it_when_the_platform_cannot_answer(self, rollout):
        needs = gates.unmet(Rollout.objects.get(pk=rollout.pk), Gate.COMPLETE)
        assert {need.key for need in needs if need.waivable} == {"golive:item:credentials"}


def test_the_page_shows_a_refused_point_with_its_reason(rollout, client_for):
    row = ChecklistItemFactory(rollout=rollout, key="counted", proof="note")
    answer = client_for(rollout.people["integrator"]).post(f"/projetos/{rollout.pk}/producao/{row.pk}/concluir/")
    assert answer.status_code == 422
    assert "este item pede uma prova" in answer.content.decode()


def test_the_blueprint_asks_for_what_a_go_live_needs():
    shipped.load()
    items = {item.key: item for item in content.golive().items}
    proofs = {key: items[key].proof for key in ("parameters", "full_load", "price_check", "first_orders", "rollback")}
    assert set(proofs.values()) == {"note"}
    assert items["credentials"].proof == "probe"
    assert all(item.title["pt"] and item.title["en"] and item.help["en"] for item in items.values())


def test_it_belongs_to_its_stage(rollout):
    at_stage(rollout, Stage.ACCEPTANCE)
    with pytest.raises(Refusal):
        actions.check_item(item(rollout), by=rollout.people["analyst"])


@pytest.mark.parametrize(
    ("permission", "allowed"),
    [
        ("golive.check", {"manager", "pm", "analyst", "integrator"}),
        ("golive.propose", {"manager", "pm"}),
        ("golive.note_incident", {"manager", "pm", "analyst", "client", "client_member", "integrator", "platform"}),
        ("golive.confirm", {"client"}),
        ("golive.record", {"manager", "pm"}),
    ],
)
def test_who_may(rollout, permission, allowed):
    thing = item(rollout) if permission == "golive.check" else rollout
    assert {name for name, user in rollout.people.items() if user.has_perm(permission, thing)} == allowed


def test_a_client_cannot_tick_the_integrators_point(rollout):
    with pytest.raises(NotAllowed):
        actions.check_item(item(rollout), by=rollout.people["client"])


def test_the_page_is_for_the_four_only(rollout, client_for):
    url = f"/projetos/{rollout.pk}/producao/"
    assert client_for(rollout.people["client"]).get(url).status_code == 200
    assert client_for(rollout.people["stranger"]).get(url).status_code == 404
    assert client_for(rollout.people["stranger"]).post(f"{url}confirmar/").status_code == 404

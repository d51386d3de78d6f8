"""What people do to a rollout as a whole, and what is refused."""

from dataclasses import replace

import pytest
from django.urls import reverse

from apps.core import plugins
from apps.core.process import Gate, PartyRole, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.core.requirements import Requirement
from apps.rollouts import actions, gates, timeline
from apps.rollouts.models import Rollout
from tests.companies.factories import CompanyFactory
from tests.rollouts.asking import rules_of_the_test
from tests.rollouts.factories import PlatformFactory, RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    return RolloutFactory()


@pytest.fixture
def checkers(monkeypatch):
    """Gates that ask only what the test says: ``checkers[gate]`` is a list to put checkers in."""
    return rules_of_the_test(monkeypatch)


def missing(*, waivable=False, owed_by=PartyRole.CLIENT, key="test:thing", text="Entregar a coisa"):
    def checker(rollout):
        yield Requirement(key, text, owed_by, rollout.stage_entered_at, "/x", waivable)

    return checker


def fresh(rollout):
    people = rollout.people
    rollout = Rollout.objects.get(pk=rollout.pk)
    rollout.people = people
    return rollout


def advance(rollout, gate, **kwargs):
    rollout = fresh(rollout)
    return actions.advance(rollout, gate, **{"by": rollout.people["pm"], "seen_version": rollout.version, **kwargs})


class TestAdvancing:
    def test_walks_the_whole_path_when_nothing_is_missing(self, rollout, checkers):
        for gate in list(Gate)[:6]:
            advance(rollout, gate)
        rollout = fresh(rollout)
        assert rollout.stage == Stage.COMPLETED
        assert rollout.closed_at is not None
        assert rollout.holder == ""
        assert timeline.verify(rollout) is None

    @pytest.mark.parametrize("gate", list(Gate)[:6])
    def test_is_refused_at_every_gate_with_the_requirement_and_its_debtor(self, rollout, checkers, gate):
        stages = dict(zip(list(Gate)[:6], Stage, strict=False))
        rollout = at_stage(rollout, stages[gate])
        checkers[gate].append(missing())
        with pytest.raises(actions.GateClosed) as refusal:
            advance(rollout, gate)
        assert refusal.value.details == ["Cliente: Entregar a coisa"]
        assert fresh(rollout).stage == stages[gate]
        assert rollout.events.count() == 0

    def test_a_gate_of_another_stage_is_refused(self, rollout, checkers):
        with pytest.raises(Refusal, match="não se aplica"):
            advance(rollout, Gate.START_GO_LIVE)

    def test_a_rollout_on_hold_does_not_move(self, rollout, checkers):
        actions.hold(rollout, by=rollout.people["pm"], caused_by="client", reason="Férias", seen_version=0)
        with pytest.raises(Refusal, match="em pausa"):
            advance(rollout, Gate.START_DEVELOPMENT)

    def test_the_second_of_two_is_told_what_the_first_did(self, rollout, checkers):
        seen = rollout.version
        advance(rollout, Gate.START_DEVELOPMENT)
        with pytest.raises(actions.Stale) as refusal:
            advance(rollout, Gate.START_DEVELOPMENT, seen_version=seen)
        assert "Desenvolvimento" in refusal.value.details[0]
        assert str(rollout.people["pm"]) in refusal.value.details[0]

    def test_an_unrelated_event_does_not_make_the_page_stale(self, rollout, checkers):
        checkers[Gate.START_DEVELOPMENT].append(missing(waivable=True))
        actions.waive(rollout, Gate.START_DEVELOPMENT, "test:thing", by=rollout.people["manager"], reason="Já temos")
        advance(rollout, Gate.START_DEVELOPMENT, seen_version=0)
        assert fresh(rollout).stage == Stage.DEVELOPMENT

    def test_the_stage_cannot_be_written_past_the_machine(self, rollout):
        with pytest.raises(AttributeError):
            rollout.stage = Stage.COMPLETED


class TestSendingBack:
    @pytest.mark.parametrize(
        ("stage", "gate", "target"),
        [
            (Stage.DEVELOPMENT, Gate.RETURN_TO_KICKOFF, Stage.KICKOFF),
            (Stage.HOMOLOGATION, Gate.RETURN_TO_DEVELOPMENT, Stage.DEVELOPMENT),
            (Stage.ACCEPTANCE, Gate.RETURN_TO_HOMOLOGATION, Stage.HOMOLOGATION),
        ],
    )
    def test_goes_back_with_a_reason(self, rollout, checkers, stage, gate, target):
        rollout = at_stage(rollout, stage)
        actions.send_back(rollout, gate, by=rollout.people["pm"], seen_version=0, reason="Falha grave")
        assert fresh(rollout).stage == target
        assert "Falha grave" in rollout.events.get().describe()

    def test_needs_a_reason(self, rollout, checkers):
        rollout = at_stage(rollout, Stage.HOMOLOGATION)
        with pytest.raises(Invalid, match="motivo"):
            actions.send_back(rollout, Gate.RETURN_TO_DEVELOPMENT, by=rollout.people["pm"], seen_version=0, reason="  ")

    def test_is_refused_from_a_stage_that_has_no_way_back(self, rollout, checkers):
        with pytest.raises(Refusal, match="não se aplica"):
            actions.send_back(rollout, Gate.RETURN_TO_DEVELOPMENT, by=rollout.people["pm"], seen_version=0, reason="x")


class TestHolding:
    def test_passes_the_ball_to_the_party_that_caused_it(self, rollout):
        actions.hold(rollout, by=rollout.people["pm"], caused_by="platform", reason="API fora", seen_version=0)
        assert fresh(rollout).holder == PartyRole.PLATFORM

    def test_cannot_be_held_twice(self, rollout):
        actions.hold(rollout, by=rollout.people["pm"], caused_by="client", reason="Férias", seen_version=0)
        with pytest.raises(Refusal, match="já está em pausa"):
            actions.hold(rollout, by=rollout.people["pm"], caused_by="client", reason="Férias", seen_version=1)

    def test_resuming_ends_the_hold(self, rollout):
        actions.hold(rollout, by=rollout.people["pm"], caused_by="client", reason="Férias", seen_version=0)
        actions.resume(rollout, by=rollout.people["pm"], seen_version=1)
        assert fresh(rollout).open_hold is None

    def test_resuming_what_runs_is_refused(self, rollout):
        with pytest.raises(Refusal, match="não está em pausa"):
            actions.resume(rollout, by=rollout.people["pm"], seen_version=0)


class TestCancelling:
    def test_closes_the_rollout_and_its_hold_for_good(self, rollout):
        actions.hold(rollout, by=rollout.people["pm"], caused_by="client", reason="Férias", seen_version=0)
        actions.cancel(rollout, by=rollout.people["pm"], reason="Cliente desistiu", seen_version=1)
        rollout = fresh(rollout)
        assert (rollout.stage, rollout.open_hold, rollout.holder) == (Stage.CANCELLED, None, "")
        with pytest.raises(Refusal, match="encerrado"):
            actions.hold(rollout, by=rollout.people["pm"], caused_by="client", reason="De novo", seen_version=2)


class TestWaiving:
    def test_opens_the_gate_and_is_on_the_timeline(self, rollout, checkers):
        checkers[Gate.START_DEVELOPMENT].append(missing(waivable=True))
        actions.waive(rollout, Gate.START_DEVELOPMENT, "test:thing", by=rollout.people["manager"], reason="Já temos")
        assert gates.unmet(rollout, Gate.START_DEVELOPMENT) == []
        assert "Entregar a coisa" in rollout.events.get().describe()

    def test_what_is_not_waivable_is_refused(self, rollout, checkers):
        checkers[Gate.START_DEVELOPMENT].append(missing())
        with pytest.raises(Refusal, match="não pode ser dispensada"):
            actions.waive(rollout, Gate.START_DEVELOPMENT, "test:thing", by=rollout.people["manager"], reason="x")

    def test_what_is_not_missing_is_refused(self, rollout, checkers):
        with pytest.raises(Refusal, match="não existe mais"):
            actions.waive(rollout, Gate.START_DEVELOPMENT, "test:thing", by=rollout.people["manager"], reason="x")

    def test_can_be_withdrawn_while_its_gate_lies_ahead(self, rollout, checkers):
        checkers[Gate.START_DEVELOPMENT].append(missing(waivable=True))
        waiver = actions.waive(rollout, Gate.START_DEVELOPMENT, "test:thing", by=rollout.people["manager"], reason="x")
        actions.withdraw_waiver(waiver, by=rollout.people["manager"])
        assert len(gates.unmet(rollout, Gate.START_DEVELOPMENT)) == 1

    def test_cannot_be_withdrawn_after_its_gate_was_passed(self, rollout, checkers):
        checkers[Gate.START_DEVELOPMENT].append(missing(waivable=True))
        waiver = actions.waive(rollout, Gate.START_DEVELOPMENT, "test:thing", by=rollout.people["manager"], reason="x")
        advance(rollout, Gate.START_DEVELOPMENT)
        with pytest.raises(Refusal, match="fica no registro"):
            actions.withdraw_waiver(waiver, by=rollout.people["manager"])


class TestCreating:
    @pytest.fixture
    def cast(self, rollout):
        return {
            "client": rollout.company("client"),
            "platform": PlatformFactory(),
            "platform_company": rollout.company("platform"),
            "integrator": rollout.company("integrator"),
            "project_manager": rollout.people["pm"],
        }

    @pytest.fixture(autouse=True)
    def nothing_to_copy(self, monkeypatch, checkers):
        house = [
            replace(plugin, starts=plugin.starts if plugin.app == "rollouts" else ()) for plugin in plugins.plugins()
        ]
        monkeypatch.setattr(plugins, "_discovered", lambda: tuple(house))

    def test_begins_at_kickoff_with_four_parties_and_one_event(self, rollout, cast):
        created = actions.create_rollout(by=rollout.people["pm"], **cast)
        assert created.stage == Stage.KICKOFF
        assert {party.role for party in created.parties.all()} == set(PartyRole.values)
        assert [event.kind for event in created.events.all()] == ["rollouts.created"]

    @pytest.mark.parametrize("who", ["platform_company", "client"])
    def test_the_integrator_may_be_the_platform_or_the_client(self, rollout, cast, who):
        created = actions.create_rollout(by=rollout.people["pm"], **{**cast, "integrator": cast[who]})
        assert created.company("integrator") == cast[who]

    def test_the_integrator_may_not_be_another_client(self, rollout, cast):
        with pytest.raises(Invalid) as refusal:
            actions.create_rollout(by=rollout.people["pm"], **{**cast, "integrator": CompanyFactory()})
        assert refusal.value.field == "integrator"

    def test_the_client_must_be_a_client(self, rollout, cast):
        with pytest.raises(Invalid) as refusal:
            actions.create_rollout(by=rollout.people["pm"], **{**cast, "client": rollout.company("platform")})
        assert refusal.value.field == "client"

    def test_the_project_manager_must_be_one(self, rollout, cast):
        with pytest.raises(Invalid):
            actions.create_rollout(by=rollout.people["pm"], **{**cast, "project_manager": rollout.people["analyst"]})

    @pytest.mark.parametrize("who", ["analyst", "client", "integrator", "platform"])
    def test_only_project_managers_may(self, rollout, cast, who):
        with pytest.raises(NotAllowed):
            actions.create_rollout(by=rollout.people[who], **cast)


def test_the_page_and_the_api_give_the_list_that_refuses_the_transition(rollout, checkers, client_for):
    checkers[Gate.START_DEVELOPMENT].append(missing())
    browser = client_for(rollout.people["pm"])
    answer = browser.get(f"/api/rollouts/{rollout.pk}/gate/").json()
    assert [(item["text"], item["owed_by"]) for item in answer["requirements"]] == [("Entregar a coisa", "client")]
    assert answer["open"] is False
    assert b"Entregar a coisa" in browser.get(rollout.get_absolute_url()).content
    refused = browser.post(
        reverse("rollouts:advance", args=[rollout.pk]), {"gate": Gate.START_DEVELOPMENT, "seen_version": 0}
    )
    assert refused.status_code == 409
    assert "Entregar a coisa" in refused.content.decode()

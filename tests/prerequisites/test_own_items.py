"""A rollout's own items, the day on which an item is due, and waivers from the item."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.process import Gate, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.prerequisites import actions, own_items
from apps.prerequisites.models import Prerequisite
from apps.rollouts import actions as rollouts
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory, at_stage, planned

pytestmark = pytest.mark.django_db

ASKED = {"title": "Logo da loja", "owner": "client", "gate": "start_development", "kind": "document"}


@pytest.fixture
def today():
    with clock.at(clock.instant_of(date(2026, 8, 3), time(10))):
        yield


def asked_at(rollout, gate=Gate.START_DEVELOPMENT):
    return [need.key for need in gates.unmet(Rollout.objects.get(pk=rollout.pk), gate)]


class TestAdding:
    def test_the_gate_asks_for_it_and_its_owner_delivers_it(self):
        rollout = RolloutFactory()
        item = own_items.add(rollout, by=rollout.people["pm"], **ASKED)
        assert item.key == "own-logo-da-loja"
        assert item.requirement_key in asked_at(rollout)
        actions.submit(item, by=rollout.people["client"], link="https://exemplo.com.br/logo")
        actions.accept(item, by=rollout.people["pm"])
        assert item.requirement_key not in asked_at(rollout)

    def test_two_of_the_same_title_have_two_keys(self):
        rollout = RolloutFactory()
        keys = [own_items.add(rollout, by=rollout.people["pm"], **ASKED).key for _ in range(2)]
        assert keys == ["own-logo-da-loja", "own-logo-da-loja-2"]

    def test_a_credential_keeps_its_secret_fields_in_the_vault(self):
        rollout = RolloutFactory()
        fields = [{"label": "Usuário", "secret": False}, {"label": "Chave", "secret": True}]
        item = own_items.add(rollout, by=rollout.people["pm"], **{**ASKED, "kind": "credential", "fields": fields})
        submission = actions.submit(item, by=rollout.people["client"], values={"own_1": "ana", "own_2": "s3cr3t"})
        assert submission.values == {"own_1": "ana"}
        assert [secret.field for secret in submission.secrets.all()] == ["own_2"]

    def test_a_credential_without_fields_is_refused(self):
        rollout = RolloutFactory()
        with pytest.raises(Invalid, match="pelo menos um campo"):
            own_items.add(rollout, by=rollout.people["pm"], **{**ASKED, "kind": "credential"})

    def test_a_gate_that_was_passed_is_refused(self):
        rollout = at_stage(RolloutFactory(), Stage.DEVELOPMENT)
        with pytest.raises(Invalid, match="ficou para trás"):
            own_items.add(rollout, by=rollout.people["pm"], **ASKED)

    @pytest.mark.parametrize("person", ["analyst", "client", "integrator", "platform"])
    def test_only_a_project_manager_adds_changes_and_withdraws(self, person):
        item = PrerequisiteFactory(is_own=True)
        by = item.rollout.people[person]
        for act in (
            lambda: own_items.add(item.rollout, by=by, **ASKED),
            lambda: own_items.edit(item, by=by, **ASKED),
            lambda: own_items.withdraw(item, by=by, reason="x"),
            lambda: own_items.set_due(item, by=by, due=None, reason="x"),
        ):
            with pytest.raises(NotAllowed):
                act()

    def test_the_form_takes_a_credential_without_javascript(self, client):
        rollout = RolloutFactory()
        client.force_login(rollout.people["pm"])
        data = {**ASKED, "kind": "credential", "field_1": "Conta", "field_3": "<b>Chave</b>", "secret_3": "on"}
        assert client.post(reverse("prerequisites:add", args=[rollout.pk]), data).status_code == 302
        item = rollout.prerequisites.get()
        assert [(row["name"], row["label"], row["secret"]) for row in item.fields] == [
            ("own_1", {"pt": "Conta"}, False), ("own_2", {"pt": "<b>Chave</b>"}, True),
        ]  # fmt: skip
        room = client.get(reverse("prerequisites:room", args=[rollout.pk])).content.decode()
        assert "<b>Chave</b>" not in room

    def test_a_refused_form_comes_back_with_what_was_typed(self, client):
        rollout = RolloutFactory()
        client.force_login(rollout.people["pm"])
        answer = client.post(reverse("prerequisites:add", args=[rollout.pk]), {**ASKED, "kind": "credential"})
        assert answer.status_code == 422
        assert "Logo da loja" in answer.content.decode()


class TestChangingAndWithdrawing:
    def test_it_can_be_changed_until_something_was_delivered(self):
        item = own_items.add((rollout := RolloutFactory()), by=rollout.people["pm"], **ASKED)
        own_items.edit(item, by=rollout.people["pm"], **{**ASKED, "title": "Logo em SVG"})
        item = Prerequisite.objects.get(pk=item.pk)
        assert (str(item.title), item.key) == ("Logo em SVG", "own-logo-da-loja")
        actions.submit(item, by=rollout.people["client"], link="https://exemplo.com.br")
        with pytest.raises(Refusal, match="Já houve entrega"):
            own_items.edit(item, by=rollout.people["pm"], **ASKED)

    def test_withdrawn_it_asks_no_gate_takes_no_delivery_and_stays_in_the_room(self, client):
        item = own_items.add((rollout := RolloutFactory()), by=rollout.people["pm"], **ASKED)
        own_items.withdraw(item, by=rollout.people["pm"], reason="A loja mantém o logo atual")
        assert item.requirement_key not in asked_at(rollout)
        with pytest.raises(Refusal, match="foi retirado"):
            actions.submit(item, by=rollout.people["client"], link="https://exemplo.com.br")
        with pytest.raises(Refusal, match="já foi retirado"):
            own_items.withdraw(item, by=rollout.people["pm"], reason="x")
        client.force_login(rollout.people["client"])
        assert "mantém o logo atual" in client.get(reverse("prerequisites:room", args=[rollout.pk])).content.decode()
        assert "mantém o logo atual" in rollout.events.last().describe()

    def test_withdrawing_needs_a_reason(self):
        item = PrerequisiteFactory(is_own=True)
        with pytest.raises(Invalid):
            own_items.withdraw(item, by=item.rollout.people["pm"], reason=" ")

    def test_an_item_of_the_platforms_list_is_neither_changed_nor_withdrawn(self):
        item = PrerequisiteFactory()
        for act in (own_items.edit, own_items.withdraw):
            with pytest.raises(Refusal, match="lista da plataforma"):
                act(item, by=item.rollout.people["pm"], **(ASKED if act is own_items.edit else {"reason": "x"}))


@pytest.mark.usefixtures("today")
class TestDueDays:
    def test_it_is_due_some_business_days_before_its_stage(self):
        item = PrerequisiteFactory(rollout=planned(), days_before=3)
        assert item.due == date(2026, 8, 12)  # development is planned for Monday the 17th
        need = next(need for need in gates.unmet(item.rollout, Gate.START_DEVELOPMENT) if need.key.endswith(item.key))
        assert need.due == item.due

    def test_it_moves_with_the_plan(self):
        item = PrerequisiteFactory(rollout=planned(), days_before=3)
        item.rollout.planned_stages.filter(stage="development").update(starts=date(2026, 8, 24))
        assert Prerequisite.objects.get(pk=item.pk).due == date(2026, 8, 19)

    def test_without_a_plan_there_is_none(self):
        assert PrerequisiteFactory().due is None

    def test_in_review_it_is_no_longer_due(self):
        item = PrerequisiteFactory(rollout=planned(), state="submitted")
        need = next(need for need in gates.unmet(item.rollout, Gate.START_DEVELOPMENT) if need.key.endswith(item.key))
        assert need.due is None

    def test_a_day_of_its_own_stays_whatever_the_plan_does_and_can_be_given_back(self):
        item = PrerequisiteFactory(rollout=planned())
        pm = item.rollout.people["pm"]
        own_items.set_due(item, by=pm, due=date(2026, 8, 6), reason="A plataforma fecha dia 7")
        item.rollout.planned_stages.filter(stage="development").update(starts=date(2026, 9, 1))
        assert Prerequisite.objects.get(pk=item.pk).due == date(2026, 8, 6)
        own_items.set_due(item, by=pm, due=None, reason="Abriu de novo")
        assert Prerequisite.objects.get(pk=item.pk).due == date(2026, 8, 28)
        assert [event.kind for event in item.rollout.events.all()] == [
            "prerequisites.due_changed", "prerequisites.due_by_plan",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("due", "reason", "says"),
        [(date(2026, 8, 2), "x", "passado"), (date(2026, 8, 6), " ", "por que"), (None, "x", "Este já é o prazo")],
    )
    def test_what_is_refused(self, due, reason, says):
        item = PrerequisiteFactory(rollout=planned())
        with pytest.raises(Invalid, match=says):
            own_items.set_due(item, by=item.rollout.people["pm"], due=due, reason=reason)

    def test_a_settled_item_has_no_other_day(self):
        item = PrerequisiteFactory(rollout=planned(), state="accepted")
        with pytest.raises(Refusal, match="em aberto"):
            own_items.set_due(item, by=item.rollout.people["pm"], due=date(2026, 8, 6), reason="x")

    def test_the_room_says_how_far_it_is_and_when_the_next_reminder_goes(self, client):
        item = PrerequisiteFactory(rollout=planned(), days_before=3)
        client.force_login(item.rollout.people["client"])
        room = client.get(reverse("prerequisites:room", args=[item.rollout.pk])).content.decode()
        assert "vence em 9 dias" in room
        assert "próximo lembrete em 09/08/2026" in room


class TestWaivingFromTheItem:
    def test_a_manager_waives_it_for_its_own_gate_and_takes_it_back(self, client):
        item = PrerequisiteFactory(gate="start_go_live", waivable=True)
        rollout = item.rollout
        client.force_login(rollout.people["manager"])
        args = [rollout.pk, item.pk]
        assert (
            client.post(reverse("prerequisites:waive", args=args), {"reason": "Sem produção ainda"}).status_code == 302
        )
        assert item.requirement_key not in asked_at(rollout, Gate.START_GO_LIVE)
        assert "Sem produção ainda" in client.get(reverse("prerequisites:room", args=[rollout.pk])).content.decode()
        assert not gates.early(Rollout.objects.get(pk=rollout.pk), [])
        assert client.post(reverse("prerequisites:unwaive", args=args)).status_code == 302
        assert item.requirement_key in asked_at(rollout, Gate.START_GO_LIVE)

    def test_a_waiver_of_a_gate_that_was_passed_stays(self):
        item = PrerequisiteFactory(waivable=True)
        manager = item.rollout.people["manager"]
        waiver = rollouts.waive(
            item.rollout, Gate.START_DEVELOPMENT, item.requirement_key, by=manager, reason="x"
        )  # fmt: skip
        waiver.rollout = at_stage(item.rollout, Stage.DEVELOPMENT)
        with pytest.raises(Refusal, match="já foi feita"):
            rollouts.withdraw_waiver(waiver, by=manager)

    def test_what_is_not_waivable_is_refused_on_the_page(self, client):
        item = PrerequisiteFactory(waivable=False)
        client.force_login(item.rollout.people["manager"])
        answer = client.post(reverse("prerequisites:waive", args=[item.rollout.pk, item.pk]), {"reason": "x"})
        assert answer.status_code == 409


def test_the_room_asks_the_database_as_often_for_many_items_as_for_few(client, django_assert_max_num_queries):
    rollout = planned()
    client.force_login(rollout.people["pm"])
    url = reverse("prerequisites:room", args=[rollout.pk])
    client.get("/")  # What the first request alone asks is not counted.
    counts = []
    for _ in range(2):
        for _ in range(6):
            actions.submit(PrerequisiteFactory(rollout=rollout, credential=True), by=rollout.people["client"],
                           values={"account": "x", "token": "y"})  # fmt: skip
        with django_assert_max_num_queries(60) as asked:
            client.get(url)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_next_reminder_is_for_what_is_still_owed():
    with clock.at(clock.instant_of(date(2026, 8, 3), time(10))):
        item = PrerequisiteFactory(rollout=planned(), due_set=clock.today() - timedelta(days=2))
        assert item.next_reminder == date(2026, 8, 8)
        item.state = "submitted"
        assert item.next_reminder is None

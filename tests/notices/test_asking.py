"""Somebody of Presence has those reminded who owe something, in the projects that they choose."""

from datetime import timedelta

import pytest

from apps.accounts import personal_data
from apps.companies.models import Role
from apps.core import clock
from apps.core.models import UnfinishedWork
from apps.core.process import Gate, PartyRole, Stage
from apps.core.refusals import NotAllowed, Refusal
from apps.notices import asking
from apps.notices.models import AskedReminder
from apps.notices.tasks import remind, send_notices
from apps.rollouts import actions, gates
from tests import read_model
from tests.companies.factories import a_person
from tests.notices.factories import PreferenceFactory
from tests.rollouts.asking import rules_of_the_test
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def owe(monkeypatch):
    """``owe(rollout, key, by, due)``: something at the first gate, owed by a party, be it due by a day or not."""
    requirements = []
    rules = rules_of_the_test(monkeypatch)
    rules[Gate.START_DEVELOPMENT].append(
        lambda rollout: [requirement for pk, requirement in requirements if pk == rollout.pk]
    )

    def owe(rollout, key, by=PartyRole.CLIENT, due=None):
        requirement = gates.Requirement(key, f"Entregar {key}", by, clock.now(), "/x/", True, due=due)
        requirements.append((rollout.pk, requirement))
        read_model.written()
        read_model.follow()

    owe.settle = lambda: (requirements.clear(), read_model.written(), read_model.follow())
    return owe


@pytest.fixture
def rollout():
    return RolloutFactory()


def sent(mailoutbox):
    send_notices()
    return {message.to[0]: message.body for message in mailoutbox}


def test_each_person_gets_one_message_with_all_that_they_owe_due_or_not(owe, rollout, mailoutbox):
    other = RolloutFactory(client=rollout.company("client"))
    owe(rollout, "a")
    owe(rollout, "b", due=clock.today() + timedelta(days=40))
    owe(rollout, "c", PartyRole.INTEGRATOR)
    owe(other, "d")
    pm = rollout.people["pm"]
    people = rollout.company("client").memberships.count() + 1  # those of the client and the integrator's one
    assert asking.remind_now([rollout, other], by=pm) == people
    bodies = sent(mailoutbox)
    assert len(mailoutbox) == people
    client = bodies[rollout.people["client"].email]
    assert [key for key in "abcd" if f"Entregar {key}\n" in client] == ["a", "b", "d"]
    assert f"{pm}, da Presence, pede a sua atenção" in client
    assert "aberta desde" in client
    assert "vence em 40 dias" in client
    assert "Entregar c" in bodies[rollout.people["integrator"].email]


def test_the_timeline_of_each_project_says_whom_and_of_how_much(owe, rollout, mailoutbox):
    owe(rollout, "a")
    owe(rollout, "c", PartyRole.INTEGRATOR)
    asking.remind_now([rollout], by=rollout.people["pm"])
    event = rollout.events.get()
    assert event.actor == rollout.people["pm"]
    assert event.describe() == "lembrou as empresas do que falta: Integrador, Cliente (2 pendências)"


def test_once_a_day_a_project_and_beside_the_reminder_of_the_day(owe, rollout, mailoutbox):
    owe(rollout, "a", due=clock.today())
    asking.remind_now([rollout], by=rollout.people["pm"])
    with pytest.raises(Refusal, match="Não há ninguém a lembrar"):
        asking.remind_now([rollout], by=rollout.people["manager"])
    remind()
    sent(mailoutbox)
    assert len(mailoutbox) == 4  # two people, twice
    with clock.at(clock.now() + timedelta(days=1)):
        assert asking.remind_now([rollout], by=rollout.people["pm"]) == 2


def test_what_is_settled_before_it_is_sent_is_not_in_it(owe, rollout, mailoutbox):
    owe(rollout, "a")
    asking.remind_now([rollout], by=rollout.people["pm"])
    owe.settle()
    assert sent(mailoutbox) == {}
    assert not AskedReminder.objects.filter(sent_at=None, dropped_at=None).exists()


def test_who_switched_reminders_off_is_left_alone(owe, rollout, mailoutbox):
    owe(rollout, "a")
    PreferenceFactory(user=rollout.people["client"], reminders=False)
    assert asking.remind_now([rollout], by=rollout.people["pm"]) == 1
    assert set(sent(mailoutbox)) == {rollout.people["client_member"].email}


def test_nothing_stands_in_the_timeline_when_nobody_is_reminded(owe, rollout):
    owe(rollout, "a")
    for key in ("client", "client_member"):
        PreferenceFactory(user=rollout.people[key], reminders=False)
    with pytest.raises(Refusal):
        asking.remind_now([rollout], by=rollout.people["pm"])
    assert not rollout.events.exists()


def test_the_name_of_who_asked_is_left_out_once_their_account_is_erased(owe, rollout, mailoutbox):
    asker = a_person(rollout.company("presence"), Role.PROJECT_MANAGER)
    owe(rollout, "a")
    asking.remind_now([rollout], by=asker)
    personal_data.erase(asker)
    assert not AskedReminder.objects.exclude(asked_by=None).exists()
    assert "Os projetos esperam por você" in sent(mailoutbox)[rollout.people["client"].email]


def test_a_message_whose_project_was_given_up_by_the_reminders_of_the_day_is_sent(owe, rollout, mailoutbox):
    owe(rollout, "a")
    asking.remind_now([rollout], by=rollout.people["pm"])
    UnfinishedWork.objects.create(kind="notices.remind", key=str(rollout.pk), next_try_at=None, given_up_at=clock.now())
    assert len(sent(mailoutbox)) == 2  # What became of the reminders of the day is nothing to it.


def test_an_error_while_it_is_read_has_it_sent_later(owe, rollout, mailoutbox, monkeypatch):
    owe(rollout, "a")
    asking.remind_now([rollout], by=rollout.people["pm"])
    with monkeypatch.context() as broken:
        broken.setattr("apps.notices.queries.still_owed", lambda *args, **kwargs: 1 / 0)
        assert sent(mailoutbox) == {}
    assert AskedReminder.objects.filter(sent_at=None, dropped_at=None).count() == 2
    with clock.at(clock.now() + timedelta(hours=1)):
        assert len(sent(mailoutbox)) == 2


def test_a_project_of_which_nobody_is_told_is_left_out_and_can_be_reminded_of_later(owe, rollout):
    other = RolloutFactory()
    owe(rollout, "a")
    owe(other, "b")
    for key in ("client", "client_member"):
        PreferenceFactory(user=rollout.people[key], reminders=False)
    assert asking.remind_now([rollout, other], by=rollout.people["manager"]) == 2
    assert not rollout.events.exists()
    assert other.events.get().describe() == "lembrou as empresas do que falta: Cliente (1 pendência)"


class TestWhoIsLeftOut:
    def why_not(self, rollout):
        (ask,) = asking.asks([type(rollout).objects.get(pk=rollout.pk)])
        return ask.why_not

    def test_a_project_that_waits_for_presence_alone(self, owe, rollout):
        owe(rollout, "a", PartyRole.PRESENCE)
        assert self.why_not(rollout) == "espera só pela Presence"

    def test_one_on_hold(self, owe, rollout):
        owe(rollout, "a")
        actions.hold(rollout, by=rollout.people["pm"], caused_by="client", reason="x", seen_version=rollout.version)
        assert self.why_not(rollout) == "está em pausa"

    def test_one_that_is_closed(self):
        assert self.why_not(at_stage(RolloutFactory(), Stage.COMPLETED)) == "está encerrado"

    def test_the_others_are_reminded_all_the_same(self, owe, rollout):
        owe(rollout, "a")
        completed = at_stage(RolloutFactory(), Stage.COMPLETED)
        assert asking.remind_now([completed, rollout], by=rollout.people["pm"]) == 2
        assert not completed.events.filter(kind="notices.reminded").exists()


@pytest.mark.parametrize("person", ["analyst", "client", "integrator", "platform"])
def test_nobody_else_has_others_reminded(owe, rollout, person):
    owe(rollout, "a")
    with pytest.raises(NotAllowed):
        asking.remind_now([rollout], by=rollout.people[person])

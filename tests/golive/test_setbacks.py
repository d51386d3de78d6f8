"""What stops being true at the go-live is asked for again, and the timeline says why."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.process import Gate, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.prerequisites import actions as prerequisites
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.stages.golive import actions, incidents, queries, setbacks, windows
from apps.stages.golive.models import Release, Window
from tests.golive.factories import ChecklistItemFactory, a_rollout_going_live, all_say_go
from tests.prerequisites.factories import PrerequisiteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    """Everything was done: the window agreed, the list ticked, the client has confirmed."""
    rollout = a_rollout_going_live()
    all_say_go(rollout)
    for item in rollout.golive_items.all():
        actions.check_item(item, by=rollout.people["analyst"], note="feito")
    actions.confirm(rollout, by=rollout.people["client"])
    return rollout


@pytest.fixture
def credentials(rollout):
    item = PrerequisiteFactory(
        rollout=rollout, credential=True, key="production_credentials", environment="production",
        gate=Gate.START_GO_LIVE,
    )  # fmt: skip
    prerequisites.submit(item, by=rollout.people["client"], values={"account": "a", "token": "t"})
    prerequisites.accept(item, by=rollout.people["analyst"])
    return Prerequisite.objects.get(pk=item.pk)


def missing(rollout):
    return {need.key for need in gates.unmet(Rollout.objects.get(pk=rollout.pk), Gate.COMPLETE)}


def begin(rollout):
    """The window began an hour ago."""
    now = clock.now()
    Window.objects.filter(rollout=rollout).update(starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1))


class TestRollingBack:
    def test_asks_for_another_window_for_what_was_ticked_since_and_for_the_word_again(self, rollout):
        before = ChecklistItemFactory(
            rollout=rollout, key="ready", done_at=clock.now() - timedelta(days=2), done_by=rollout.people["pm"]
        )
        begin(rollout)
        assert missing(rollout) == {"golive:release"}
        setbacks.roll_back(rollout, by=rollout.people["pm"], reason="Pedidos duplicados")
        before.refresh_from_db()
        assert before.done_at
        assert missing(rollout) == {"golive:window", "golive:item:load", "golive:confirmation", "golive:release"}
        assert queries.window_in_force(rollout) is None
        event = rollout.events.get(kind="golive.rolled_back")
        assert event.describe() == "desfez a entrada em produção da janela 1: Pedidos duplicados"

    def test_another_window_is_agreed_after_it(self, rollout):
        begin(rollout)
        setbacks.roll_back(rollout, by=rollout.people["pm"], reason="x")
        start = clock.now() + timedelta(days=1)
        window = Window.objects.create(
            rollout=rollout, number=2, starts_at=start, ends_at=start + timedelta(hours=1),
            proposed_by=rollout.people["pm"],
        )  # fmt: skip
        assert queries.window_in_force(rollout) == window

    def test_nothing_is_undone_before_a_window_begins_without_a_reason_or_by_others(self, rollout):
        with pytest.raises(Refusal, match="não há entrada a desfazer"):
            setbacks.roll_back(rollout, by=rollout.people["pm"], reason="x")
        begin(rollout)
        with pytest.raises(Invalid):
            setbacks.roll_back(rollout, by=rollout.people["pm"], reason=" ")
        for who in ("analyst", "client", "integrator"):
            with pytest.raises(NotAllowed):
                setbacks.roll_back(rollout, by=rollout.people[who], reason="x")

    def test_the_page_offers_it_once_the_window_began_and_keeps_the_reason_it_refuses(self, rollout, client_for):
        browser, room = client_for(rollout.people["pm"]), reverse("golive:room", args=[rollout.pk])
        assert "Desfazer a entrada" not in browser.get(room).content.decode()
        begin(rollout)
        assert "Desfazer a entrada" in browser.get(room).content.decode()
        url = reverse("golive:roll_back", args=[rollout.pk])
        assert browser.post(url, {"rollback-reason": ""}).status_code == 422
        assert browser.post(url, {"rollback-reason": "Sem estoque"}).status_code == 302
        assert "deixou de valer" in browser.get(room).content.decode()


class TestACredential:
    def test_that_stops_working_is_asked_for_by_the_last_gate_and_unticks_what_it_proved(self, rollout, credentials):
        rollout.golive_items.filter(key="load").update(proof="probe")
        assert credentials.requirement_key not in missing(rollout)
        assert prerequisites.take_back(credentials.last, Submission.Stopped.WRONG)
        assert missing(rollout) == {
            credentials.requirement_key, "golive:item:load", "golive:confirmation", "golive:release"
        }  # fmt: skip
        event = rollout.events.get(kind="golive.point_reopened")
        assert event.actor is None
        assert rollout.events.get(kind="golive.release_withdrawn").data == {"because": "credentials"}

    def test_sent_back_by_presence_does_the_same(self, rollout, credentials):
        rollout.golive_items.filter(key="load").update(proof="probe")
        prerequisites.reopen(credentials, by=rollout.people["pm"], reason="Usuário trocado")
        assert {credentials.requirement_key, "golive:item:load"} < missing(rollout)

    def test_of_the_homologation_unticks_nothing(self, rollout):
        rollout.golive_items.filter(key="load").update(proof="probe")
        item = PrerequisiteFactory(rollout=rollout, credential=True, key="homologation_credentials")
        prerequisites.submit(item, by=rollout.people["client"], values={"account": "a", "token": "t"})
        prerequisites.accept(item, by=rollout.people["analyst"])
        prerequisites.reopen(item, by=rollout.people["pm"], reason="x")
        assert missing(rollout) == {"golive:release"}


class TestTheConfirmation:
    def withdrawn(self, rollout):
        release = Release.objects.get(rollout=rollout)
        assert release.confirmed_at is None
        return rollout.events.get(kind="golive.release_withdrawn").data["because"]

    def test_falls_with_a_no(self, rollout):
        window = rollout.golive_windows.get()
        windows.answer(
            window, role="client", by=rollout.people["client"], answer="no_go", reason="Falta foto", owner="client"
        )
        assert self.withdrawn(rollout) == "no_go"

    def test_falls_with_a_severe_incident_and_stays_with_a_light_one(self, rollout):
        said = {"what": "Sem frete", "owner": "integrator", "since": clock.now(), "by": rollout.people["client"]}
        incidents.note(rollout, severity="minor", **said)
        assert Release.objects.get(rollout=rollout).confirmed_at
        incidents.note(rollout, severity="severe", **said)
        assert self.withdrawn(rollout) == "incident"

    def test_falls_with_a_mandatory_point_that_is_opened_again(self, rollout):
        actions.uncheck_item(rollout.golive_items.get(key="news"), by=rollout.people["analyst"])
        assert Release.objects.get(rollout=rollout).confirmed_at
        actions.uncheck_item(rollout.golive_items.get(key="load"), by=rollout.people["analyst"])
        assert self.withdrawn(rollout) == "point"

    def test_can_be_given_again(self, rollout):
        actions.uncheck_item(rollout.golive_items.get(key="load"), by=rollout.people["analyst"])
        actions.check_item(rollout.golive_items.get(key="load"), by=rollout.people["analyst"])
        actions.confirm(rollout, by=rollout.people["client"])
        actions.record_release(rollout, by=rollout.people["pm"])
        assert missing(rollout) == set()
        assert rollout.stage == Stage.GO_LIVE

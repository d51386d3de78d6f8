"""The chain: one event an action, nothing changed, nothing removed."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from apps.rollouts import actions, events, timeline
from apps.rollouts.models import Event
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    rollout = RolloutFactory()
    pm = rollout.people["pm"]
    actions.hold(rollout, by=pm, caused_by="client", reason="Férias coletivas", seen_version=0)
    actions.resume(rollout, by=pm, seen_version=1)
    actions.hold(rollout, by=pm, caused_by="platform", reason="Instabilidade", seen_version=2)
    rollout.refresh_from_db()
    return rollout


@pytest.fixture
def without_trigger(rollout):
    """Somebody with the keys of the database took the trigger away."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER rollouts_event_fixed ON rollouts_event")


def test_each_action_leaves_one_event_linked_to_the_one_before(rollout):
    events = list(rollout.events.all())
    assert [event.sequence for event in events] == [1, 2, 3]
    assert [event.previous for event in events] == [timeline.GENESIS, events[0].hash, events[1].hash]
    assert rollout.version == 3
    assert timeline.verify(rollout) is None


@pytest.mark.parametrize("attack", [lambda e: e.update(kind="x"), lambda e: e.delete()], ids=["update", "delete"])
def test_the_database_refuses_to_touch_an_event(rollout, attack):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        attack(Event.objects.filter(rollout=rollout))


@pytest.mark.usefixtures("without_trigger")
class TestVerifying:
    def test_a_changed_event_is_named(self, rollout):
        Event.objects.filter(rollout=rollout, sequence=2).update(party="client")
        assert timeline.verify(rollout).sequence == 2

    def test_a_removed_event_is_named(self, rollout):
        Event.objects.filter(rollout=rollout, sequence=2).delete()
        assert timeline.verify(rollout).sequence == 2

    def test_a_removed_last_event_is_named(self, rollout):
        Event.objects.filter(rollout=rollout, sequence=3).delete()
        assert timeline.verify(rollout).sequence == 3

    def test_a_rewritten_event_with_a_matching_hash_breaks_the_next_link(self, rollout):
        event = rollout.events.get(sequence=1)
        event.data = {"caused_by": "integrator", "reason": "x"}
        event.hash = timeline.canonical.sha256(event.hashed())
        event.save()
        assert timeline.verify(rollout).sequence == 2

    def test_the_command_fails_and_names_the_first_broken_link(self, rollout):
        Event.objects.filter(rollout=rollout, sequence=2).update(party="client")
        err = StringIO()
        with pytest.raises(CommandError, match="BROKEN") as refusal:
            call_command("verify_timeline", stderr=err, stdout=StringIO())
        assert refusal.value.returncode == 4
        assert f"{rollout.code}: broken at event #2" in err.getvalue()


def test_the_command_says_what_it_proved(rollout):
    out = StringIO()
    call_command("verify_timeline", stdout=out)
    assert "1 timelines hold, 3 events" in out.getvalue()


def test_the_command_refuses_an_unknown_rollout(rollout):
    with pytest.raises(CommandError, match="No such rollout"):
        call_command("verify_timeline", "999999")


def test_an_event_cannot_be_recorded_without_the_lock(rollout):
    with pytest.raises(RuntimeError):
        timeline.record(rollout, events.Resumed(), rollout.people["pm"])


def test_an_event_says_for_whom_its_actor_acted(rollout):
    assert {event.party for event in rollout.events.all()} == {"presence"}

"""Copies of a project are projects like any other: whole, apart from the original, and with a timeline that verifies."""

import pytest

from apps.prerequisites import actions
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts import timeline
from apps.rollouts.models import Event, Rollout
from presence_rollout.ops.multiply import multiply, repeat_events
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    rollout = RolloutFactory()
    for _number in range(2):
        actions.submit(PrerequisiteFactory(rollout=rollout), by=rollout.people["client"], text="Feito")
    rollout.refresh_from_db()
    return rollout


def test_a_copied_project_has_everything_of_its_own_and_a_timeline_that_verifies(rollout):
    other = RolloutFactory()
    multiply(Rollout.objects.filter(pk=rollout.pk), 3)
    copies = Rollout.objects.exclude(pk__in=[rollout.pk, other.pk])
    assert copies.count() == 3
    for copy in copies:
        assert copy.companies() == rollout.companies()
        assert copy.prerequisites.count() == Submission.objects.filter(prerequisite__rollout=copy).count() == 2
        assert copy.events.count() == copy.version == rollout.version > 0
        assert timeline.verify(copy) is None
    assert other.prerequisites.count() == 0
    hashes = Event.objects.values_list("hash", flat=True)
    assert len(set(hashes)) == len(hashes)


def test_rows_within_a_project_get_names_of_their_own(rollout):
    multiply(rollout.prerequisites.all(), 4)
    assert rollout.prerequisites.count() == 2 * 5
    assert rollout.prerequisites.values("key").distinct().count() == 2 * 5
    assert Submission.objects.filter(prerequisite__rollout=rollout).count() == 2 * 5


def test_what_happened_again_continues_the_timeline(rollout):
    before = rollout.version
    repeat_events(rollout, 2)
    rollout.refresh_from_db()
    assert rollout.version == before * 3
    assert timeline.verify(rollout) is None


def test_what_comes_after_the_copies_is_numbered_beyond_them(rollout):
    multiply(Rollout.objects.filter(pk=rollout.pk), 2)
    item = PrerequisiteFactory(rollout=rollout)
    actions.submit(item, by=rollout.people["client"], text="Feito")
    assert item.pk == max(Prerequisite.objects.values_list("pk", flat=True))


def test_no_row_copies_nothing(rollout):
    multiply(Rollout.objects.none(), 3)
    assert Rollout.objects.get() == rollout

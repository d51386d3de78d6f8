"""A worker that is killed while it archives a rollout, and two at once: on a real PostgreSQL."""

import pytest

from apps.files.models import StoredFile
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.stages.golive.dossier import actions as dossiers
from apps.stages.golive.dossier import verification
from apps.stages.golive.models import Dossier
from apps.stages.golive.tasks import make_dossier
from tests.acceptance.factories import content_of
from tests.golive.factories import a_completed_rollout
from tests.services.killed import kill_at
from tests.services.test_concurrency import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def test_a_killed_worker_leaves_no_half_dossier_and_the_next_one_makes_it_whole():
    rollout = a_completed_rollout()
    kept, version = StoredFile.objects.count(), rollout.events.count()
    kill_at("apps.rollouts.timeline.record", make_dossier.delay, rollout.pk)
    assert (Dossier.objects.count(), StoredFile.objects.count(), rollout.events.count()) == (0, kept, version)
    dossier = dossiers.make(rollout.pk)
    assert verification.examine(content_of(dossier.whole)).problems == []
    assert timeline.verify(Rollout.objects.get(pk=rollout.pk)) is None


def test_two_workers_at_one_rollout_make_one_dossier():
    rollout = a_completed_rollout()
    outcomes = at_once(lambda: dossiers.make(rollout.pk), lambda: dossiers.make(rollout.pk))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Dossier", "NoneType"], outcomes
    assert rollout.events.filter(kind="golive.dossier").count() == 1

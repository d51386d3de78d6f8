"""A worker that is killed while it archives a rollout, and two at once: on a real PostgreSQL."""

import os
import signal
import subprocess
import sys

import pytest
from django.db import connection

from apps.files.models import StoredFile
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.stages.golive import dossiers, verification
from apps.stages.golive.models import Dossier
from presence_rollout.ops.services import wait_until
from tests.acceptance.factories import content_of
from tests.golive.factories import a_completed_rollout
from tests.services.test_concurrency import at_once, this_database_url

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

# Archives a rollout up to the last write of the transaction, says so, and waits there to be killed.
STUCK = """
import sys, time
from pathlib import Path
import django
django.setup()
from django.conf import settings
settings.MEDIA_ROOT = sys.argv[2]
from apps.rollouts import timeline
from apps.stages.golive import dossiers
def stuck(*args, **data):
    Path(sys.argv[3]).touch()
    time.sleep(60)
timeline.record = stuck
dossiers.make(int(sys.argv[1]))
"""


@pytest.fixture(autouse=True)
def on_postgresql():
    assert connection.vendor == "postgresql", "make test gives these tests a real PostgreSQL"


def test_a_killed_worker_leaves_no_half_dossier_and_the_next_one_makes_it_whole(settings, tmp_path):
    rollout = a_completed_rollout()
    kept, version, reached = StoredFile.objects.count(), rollout.events.count(), tmp_path / "reached"
    env = {**os.environ, "DATABASE_URL": this_database_url(), "DJANGO_SETTINGS_MODULE": "presence_rollout.settings"}
    command = [sys.executable, "-c", STUCK, str(rollout.pk), str(settings.MEDIA_ROOT), str(reached)]
    worker = subprocess.Popen(command, env=env)
    try:
        wait_until(reached.exists, "The worker", worker)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(30)
    assert (Dossier.objects.count(), StoredFile.objects.count(), rollout.events.count()) == (0, kept, version)
    dossier = dossiers.make(rollout.pk)
    assert verification.examine(content_of(dossier.whole)).problems == []
    assert timeline.verify(Rollout.objects.get(pk=rollout.pk)) is None


def test_two_workers_at_one_rollout_make_one_dossier():
    rollout = a_completed_rollout()
    outcomes = at_once(lambda: dossiers.make(rollout.pk), lambda: dossiers.make(rollout.pk))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Dossier", "NoneType"], outcomes
    assert rollout.events.filter(kind="golive.dossier").count() == 1

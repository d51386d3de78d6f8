"""Queues apart, time limits, and messages that are not delivered again without end."""

from fnmatch import fnmatch

import pytest
from celery import current_app
from django.conf import settings

from apps.core.background import work


@pytest.fixture(scope="module")
def tasks():
    current_app.loader.import_default_modules()
    current_app.autodiscover_tasks(force=True)
    ours = {name: task for name, task in current_app.tasks.items() if name.startswith("apps.")}
    assert {"apps.notices.tasks.send_notices", "apps.stages.acceptance.tasks.seal_term"} <= set(ours)
    return ours


def test_every_task_has_its_queue_by_name(tasks):
    named = {queue.name for queue in settings.CELERY_TASK_QUEUES}
    router = current_app.amqp.Router()
    for name in tasks:
        assert any(fnmatch(name, pattern) for pattern in settings.CELERY_TASK_ROUTES), name
        assert router.route({}, name)["queue"].name in named, name


def test_the_four_kinds_of_work_have_queues_of_their_own():
    router = current_app.amqp.Router()
    for task, queue in {
        "apps.notices.tasks.send_notices": "notices",
        "apps.prerequisites.tasks.look_into_document": "documents",
        "apps.prerequisites.tasks.probe_submission": "probes",
        "apps.stages.acceptance.tasks.seal_term": "seals",
    }.items():
        assert router.route({}, task)["queue"].name == queue


def test_a_message_is_not_delivered_again_while_its_task_may_still_wait_or_run(tasks):
    longest = settings.CELERY_TASK_TIME_LIMIT
    for name, task in tasks.items():
        assert (task.time_limit or longest) <= longest, name
        soft = task.soft_time_limit or settings.CELERY_TASK_SOFT_TIME_LIMIT
        assert soft < (task.time_limit or longest), name
    assert longest < work.lease().total_seconds()
    # Prefetched behind one that takes its whole time, and then its own.
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > 2 * longest + 600


def test_what_kills_its_process_is_not_handed_over_again_for_ever(tasks):
    assert not any(task.reject_on_worker_lost for task in tasks.values())
    assert all(task.acks_on_failure and task.acks_on_timeout for task in tasks.values())


def test_sweeps_leave_their_last_item_as_much_time_as_a_task_of_its_own():
    assert settings.CELERY_TASK_SOFT_TIME_LIMIT - work.SWEEP_SECONDS >= 150


def test_sweeps_do_not_pile_up_while_the_workers_are_away():
    sweeps = {name: row for name, row in settings.CELERY_BEAT_SCHEDULE.items() if isinstance(row["schedule"], int)}
    assert {"tell-of-events", "render-waiting-terms"} <= set(sweeps)
    for name, sweep in sweeps.items():
        assert sweep["options"]["expires"] <= max(60, sweep["schedule"]), name

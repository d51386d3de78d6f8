"""The Celery application: JSON messages only, tasks found in each app's ``tasks.py``."""

import logging
import os
from typing import Any

from celery import Celery, Task
from celery.signals import before_task_publish, worker_process_init, worker_ready
from django.conf import settings

from presence_rollout import work

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "presence_rollout.settings")

logger = logging.getLogger(__name__)
PERIODIC = {entry["task"]: name for name, entry in work.SCHEDULE.items()}
"""The entry of the schedule that each periodic task belongs to, by the task's name."""


class OneAtATime(Task):
    """The class of every task. A task of ``SCHEDULE`` runs once at a time over all workers: called while another run of it is
    going on, it returns None at once and does nothing, since that run finds the same work; how it went is kept
    (``core.background.runs``). Any other task just runs."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.name not in PERIODIC:
            return super().__call__(*args, **kwargs)
        from apps.core.background import locks, runs

        with locks.alone(f"task {self.name}") as alone:
            if alone:
                with runs.record_run(PERIODIC[self.name]):
                    return super().__call__(*args, **kwargs)
        logger.info("%s is at work already.", self.name)
        return None


@worker_ready.connect
def say_what_is_wrong_with_the_keys(**kwargs: Any) -> None:
    """A worker with other keys than the database's says so when it starts, not at the first credential."""
    from apps.vault import key_check

    key_check.log_at_start()


app = Celery("presence_rollout", task_cls=OneAtATime)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.add_defaults(work.CONFIGURATION)
app.autodiscover_tasks()


@worker_process_init.connect
def _begin_process(**kwargs: object) -> None:
    """Each process of a worker, not whoever imports this to hand over a task."""
    from apps.core.database import timeouts
    from presence_rollout import telemetry

    telemetry.begin()
    timeouts.limit(settings.TASK_DATABASE_LIMITS)


@before_task_publish.connect
def _name_the_request(headers: dict[str, Any], **kwargs: object) -> None:
    """A task bears the id of the request that handed it over, for its lines in the log."""
    from apps.core.watch.ids import request_id

    if value := request_id():
        headers["request_id"] = value

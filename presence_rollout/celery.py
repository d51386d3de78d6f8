"""The Celery application: JSON messages only, tasks found in each app's ``tasks.py``."""

import logging
import os
from typing import Any

from celery import Celery, Task

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


app = Celery("presence_rollout", task_cls=OneAtATime)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

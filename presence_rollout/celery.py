"""The Celery application: JSON messages only, tasks found in each app's ``tasks.py``."""

import logging
import os
from typing import Any

from celery import Celery, Task
from celery.signals import worker_ready

from presence_rollout import work

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "presence_rollout.settings")

logger = logging.getLogger(__name__)
PERIODIC = {entry["task"] for entry in work.SCHEDULE.values()}


class OneAtATime(Task):
    """The class of every task. A task of ``SCHEDULE`` runs once at a time over all workers: called while another run of it is
    going on, it returns None at once and does nothing, since that run finds the same work. Any other task just runs."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.name not in PERIODIC:
            return super().__call__(*args, **kwargs)
        from apps.core.background import locks

        with locks.alone(f"task {self.name}") as alone:
            if alone:
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
app.autodiscover_tasks()

"""A real worker of Celery, and one that is killed in the middle of what it does."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from celery import current_app
from django.conf import settings

from presence_rollout.ops.services import spawn, stop, wait_until
from tests.services.test_concurrency import this_database_url

OPTIONS = ["worker", "--pool", "solo", "--loglevel", "warning"]
PREFORK = ["--concurrency", "1", "--loglevel", "warning"]
# A worker that, where it calls sys.argv[1], leaves the file sys.argv[2] and goes no further.
STUCK = f"""
import sys, time
from importlib import import_module
from pathlib import Path
import django
django.setup()
from presence_rollout.celery import app
def stuck(*args, **kwargs):
    Path(sys.argv[2]).touch()
    time.sleep(600)
module, _dot, name = sys.argv[1].rpartition(".")
setattr(import_module(module), name, stuck)
app.worker_main({OPTIONS!r})
"""


def kill_at(where: str, job, *arguments) -> None:
    """Hand ``job`` to a worker and kill it, SIGKILL, as it comes to the function ``where``."""
    reached = Path(settings.MEDIA_ROOT).parent / "reached"
    current_app.control.purge()  # What other tests left in the queue is not for this worker.
    job(*arguments)
    worker = _spawn([sys.executable, "-c", STUCK, where, reached])
    try:
        wait_until(reached.exists, "The worker", worker)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(30)


@contextmanager
def a_real_worker() -> Iterator[None]:
    """Within the block a worker does what is in the queue."""
    worker = _spawn([sys.executable, "-m", "celery", "-A", "presence_rollout", *OPTIONS])
    try:
        yield
    finally:
        stop(worker)


# A prefork worker for the queues sys.argv[1] in whose children the function sys.argv[2] is what sys.argv[3] says.
CHANGED = f"""
import os, signal, sys, time
from importlib import import_module
import django, redis
django.setup()
from django.conf import settings
from presence_rollout.celery import app
queues, where, how = sys.argv[1:4]
module, _dot, name = where.rpartition(".")
real = getattr(import_module(module), name)
def held(*args):
    store = redis.Redis.from_url(settings.REDIS_URL)
    store.lpush("test-reached", 1)
    store.blpop("test-released", 300)
    return real(*args)
def endless(*args):
    while True:
        try:
            time.sleep(600)
        except Exception:
            pass
def killed(*args):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(import_module(module), name, globals()[how])
app.worker_main(["worker", "--queues", queues, "--hostname", f"{{how}}@%h", *{PREFORK!r}])
"""


@contextmanager
def a_changed_worker(queues: str, where: str, how: str) -> Iterator[None]:
    """Within the block a worker serves ``queues``; its function ``where`` is ``held`` (until something is pushed to the key
    ``test-released``), ``endless`` (deaf to its soft time limit) or ``killed``."""
    worker = _spawn([sys.executable, "-c", CHANGED, queues, where, how])
    try:
        yield
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(30)


@contextmanager
def a_worker_of(queues: str) -> Iterator[None]:
    """Within the block a worker does what is in ``queues``."""
    options = ["worker", "--queues", queues, "--hostname", "quick@%h", *PREFORK]
    worker = _spawn([sys.executable, "-m", "celery", "-A", "presence_rollout", *options])
    try:
        yield
    finally:
        stop(worker)


def _spawn(command: list) -> subprocess.Popen:
    """On the test's own database and with its own folder of files."""
    env = {
        **os.environ,
        "DATABASE_URL": this_database_url(),
        "DJANGO_SETTINGS_MODULE": "presence_rollout.settings",
        "VAR_DIR": str(Path(settings.MEDIA_ROOT).parent),
    }
    return spawn(command, env, stdout=subprocess.DEVNULL)

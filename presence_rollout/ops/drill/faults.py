"""What the drill does to a production that works, and what may be seen of it meanwhile."""

import errno
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from presence_rollout.ops.drill.installation import Installation

HOLD_SECONDS = 6.0
"""How long something is away or frozen."""
DOUBLED_SECONDS = 25.0
"""How long two beats run: longer than the pauses between what they ask for most often."""


@dataclass(frozen=True)
class Fault:
    """``cause`` is a block within which something is wrong. ``statuses`` are what may be answered until everything works
    again, besides the usual: 503 or 507; 0 is no answer, of a process that was killed in the middle of it. ``stops`` are the
    kinds of writes that cannot go on meanwhile, None all of them. With ``sends_again`` a worker may have sent a message and
    not recorded it: each of the two at work sends that one again (docs/notices.md)."""

    name: str
    cause: Callable[[Installation], "Iterator[None]"]
    statuses: frozenset[int] = frozenset()
    seconds: float = HOLD_SECONDS
    stops: frozenset[str] | None = frozenset()
    sends_again: bool = False


def freeze_mail(installation: Installation) -> Iterator[None]:
    yield from _stopped(installation.mail.pid if installation.mail else 0)


def freeze_redis(installation: Installation) -> Iterator[None]:
    yield from _stopped(installation.redis.pid if installation.redis else 0)


def kill_redis(installation: Installation) -> Iterator[None]:
    assert installation.redis is not None
    installation.redis.kill()
    installation.redis.wait()
    yield
    installation.start_redis()


def kill_workers(installation: Installation) -> Iterator[None]:
    for unit in installation.named("worker"):
        unit.kill()
    yield


def kill_web(installation: Installation) -> Iterator[None]:
    """One of the web processes altogether; of the other what serves the pages, which its parent starts anew."""
    first, *others = installation.named("web")
    first.kill()
    for unit in others:
        process = unit.process
        assert process is not None
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)
    yield


def kill_postgres(installation: Installation) -> Iterator[None]:
    installation.kill_postgres()
    yield
    installation.start_postgres()


def kill_pool(installation: Installation) -> Iterator[None]:
    assert installation.pool is not None
    installation.pool.process.kill()
    installation.pool.process.wait()
    yield
    installation.start_pool()


def double_beat(installation: Installation) -> Iterator[None]:
    unit = installation.second_beat()
    yield
    installation.remove(unit)


def fill_disk(installation: Installation) -> Iterator[None]:
    """The disk of the files, to its last byte."""
    filler = installation.files / "filler"
    with filler.open("wb", buffering=0) as file:
        size = 1024 * 1024
        while size:
            try:
                file.write(b"\0" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                size //= 2
    yield
    filler.unlink()


def _stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)


@contextmanager
def caused(fault: Fault, installation: Installation) -> Iterator[None]:
    """Within the block the fault lasts, its seconds at least; after it what was away is there again."""
    steps = fault.cause(installation)
    next(steps)
    begun = time.monotonic()
    try:
        yield
        time.sleep(max(0.0, fault.seconds - (time.monotonic() - begun)))
    finally:
        next(steps, None)


NEEDS_WORKERS = frozenset({"sign-in"})
FAULTS = [
    Fault("mail server frozen", freeze_mail, stops=NEEDS_WORKERS, seconds=12, sends_again=True),
    Fault("Redis frozen", freeze_redis, stops=NEEDS_WORKERS),
    Fault("Redis killed", kill_redis, stops=NEEDS_WORKERS),
    Fault("workers killed", kill_workers, seconds=0, stops=None, sends_again=True),
    Fault("beat runs twice", double_beat, seconds=DOUBLED_SECONDS),
    Fault("disk of the files full", fill_disk, statuses=frozenset({507}), stops=frozenset({"upload"})),
    Fault("web processes killed", kill_web, seconds=0, stops=None, statuses=frozenset({0})),
    Fault("PostgreSQL killed", kill_postgres, statuses=frozenset({503}), stops=None, sends_again=True),
]
POOL_KILLED = Fault("PgBouncer killed", kill_pool, statuses=frozenset({503}), stops=None, sends_again=True)
"""For an installation that has one."""

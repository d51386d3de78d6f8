"""Redis for a clone that has none, and processes that never outlive their parent. ``postgres`` is beside it."""

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from presence_rollout.ops import bootstrap

PR_SET_PDEATHSIG = 1


def end_with_parent(number: int = signal.SIGTERM) -> None:
    """Between fork and exec: a session of its own, and signal ``number`` from the kernel should the parent be killed."""
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


def spawn(command: Sequence[object], env: Mapping[str, str] | None = None, **kwargs) -> subprocess.Popen:
    return subprocess.Popen(
        [str(part) for part in command],
        env=dict(env) if env is not None else None,
        stdin=subprocess.DEVNULL,
        preexec_fn=end_with_parent,
        **kwargs,
    )


def stop(process: subprocess.Popen, patience: float = 10) -> None:
    """SIGTERM to the process's whole group, SIGKILL to what is left of it after ``patience`` seconds."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def start_redis(folder: Path, port: int | None = None) -> tuple[subprocess.Popen, str]:
    """A Redis of our own on ``port`` of the loopback (a free one when left out), its data in ``folder``. Gives the process
    and its URL."""
    import redis

    program = bootstrap.redis_server()
    if program is None:
        raise RuntimeError("No redis-server or valkey-server was found. Install one, or set REDIS_URL.")
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    options = ["--bind", "127.0.0.1", "--port", port, "--dir", folder, "--save", "60 1", "--loglevel", "warning"]
    # By this name Debian's program serves (bootstrap.REDIS_OF_DEBIAN).
    process = spawn(["redis-server", *options], executable=program, stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    wait_until(lambda: redis.Redis.from_url(url).ping(), "Redis", process)
    return process, url


def wait_until(ready, service: str, process: subprocess.Popen | None = None, seconds: float = 60) -> None:
    """Ask ``ready()`` until it answers true; RuntimeError when ``process`` ends or time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"{service} ended at once with exit code {process.returncode}.")
        try:
            if ready():
                return
        except Exception:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{service} did not answer within {seconds:.0f} seconds.")

"""`make run`: PostgreSQL, Redis, web and two workers, one with beat, under one supervisor, and nothing left behind."""

import http.client
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from apps.demo import sign_ins
from presence_rollout.ops import postgres, services

ROOT = Path(__file__).resolve().parents[2]
# What is quick never waits for what a document or a platform takes. In production each queue has a worker of its own
# (docs/production.md): here that would be five times 160 MB.
WORKERS = {"quick": ("notices,seals,upkeep", "--beat"), "slow": ("documents,probes", "")}
BIN = Path(sys.executable).parent


def environment() -> dict[str, str]:
    """The environment of everything started here. Development is the default: DEBUG=1 unless it is given."""
    env = dict(os.environ)
    env.setdefault("DEBUG", "1")
    env.setdefault("PORT", "8000")
    env.setdefault("VAR_DIR", str(ROOT / "var"))
    env["DJANGO_SETTINGS_MODULE"] = "presence_rollout.settings"
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [env.get("PYTHONPATH")])])
    return env


def is_development(env: dict[str, str]) -> bool:
    return env["DEBUG"].strip().lower() in ("1", "true", "yes", "on")


def main() -> int:
    env = environment()
    port = int(env["PORT"])
    address = f"http://127.0.0.1:{port}"
    if not services.port_is_free(port):
        sys.exit(f"✗ Port {port} is taken. Stop what listens there, or choose another: make run PORT={port + 1}")
    var = Path(env["VAR_DIR"])
    var.mkdir(parents=True, exist_ok=True)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())

    running: dict[str, subprocess.Popen] = {}
    database: postgres.Server | None = None
    failed = ""
    try:
        if not env.get("DATABASE_URL"):
            database = postgres.start(var / "postgres")
            running["PostgreSQL"], env["DATABASE_URL"] = database.process, database.url
        if subprocess.run(
            [sys.executable, "-m", "presence_rollout.ops.prepare"], cwd=ROOT, env=env, check=False
        ).returncode:
            raise RuntimeError("The database could not be made ready; it says why above.")
        if not env.get("REDIS_URL"):
            running["Redis"], env["REDIS_URL"] = services.start_redis(var / "redis")
        stand_in = 0
        if is_development(env) and not env.get("PLATFORM_STAND_IN"):
            stand_in = services.free_port()
            env["PLATFORM_STAND_IN"] = f"http://127.0.0.1:{stand_in}"
        # The first page waits for the web process alone: all else starts when it answers.
        server = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", port, "--no-access-log"]
        server += ["--log-level", "warning", "--blocking-threads", str(os.cpu_count() or 1), "--backpressure", "64"]
        running["web"] = services.spawn([BIN / "granian", *server, "presence_rollout.wsgi:application"], env, cwd=ROOT)
        services.wait_until(lambda: _answers(port), "The web application", running["web"])
        if stand_in:
            command = [sys.executable, "manage.py", "stand_in", stand_in]
            running["the platforms' stand-in"] = services.spawn(command, env, cwd=ROOT)
        # As root, celery warns of pickled tasks; ours are JSON only.
        quiet = env | {"PYTHONWARNINGS": "ignore::UserWarning:celery.platforms"}
        for name, (queues, beat) in WORKERS.items():
            worker: list[object] = ["worker", "--hostname", f"{name}@%h", "--queues", queues, "--concurrency", "1"]
            worker += ["--loglevel", "warning", *([beat, "--schedule", var / "beat"] if beat else [])]
            running[f"Celery ({name})"] = services.spawn(
                [BIN / "celery", "-A", "presence_rollout", "--quiet", *worker], quiet, cwd=ROOT
            )
        _greet(env, address)
        while not stopping.wait(0.5) and not failed:
            failed = next((name for name, process in running.items() if process.poll() is not None), "")
        if failed:
            print(
                f"✗ {failed} ended unexpectedly (exit code {running[failed].returncode}); stopping the rest.",
                flush=True,
            )
    except (RuntimeError, postgres.Unusable) as error:
        print(f"✗ {error}", flush=True)
        failed = "start"
    finally:
        for name, process in reversed(running.items()):
            if name != "PostgreSQL":
                services.stop(process)
        if database is not None:
            database.stop()
    print("stopped." if not failed else "stopped after a failure.", flush=True)
    return 1 if failed else 0


def _answers(port: int) -> bool:
    """Whether the sign-in page is served; with HTTPS on, whether it sends the visitor there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/conta/login/")
        return connection.getresponse().status in (200, 301)
    finally:
        connection.close()


def _greet(env: dict[str, str], address: str) -> None:
    print(f"\nPresence Rollout  {address}\n", flush=True)
    if is_development(env):
        print(sign_ins.table(), flush=True)
    print("\nCtrl-C stops everything.", flush=True)


if __name__ == "__main__":
    sys.exit(main())

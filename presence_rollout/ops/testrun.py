"""`make test`: the checks, then the suite; beside them the tests that need services of their own, and those in the browser.

All are on one PostgreSQL, each in a database of its own, so that neither core waits while another part is at work."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from presence_rollout.ops import check, postgres, services

ROOT = Path(__file__).resolve().parents[2]
WORKERS = ("gw0", "gw1")
BESIDE = ("browser", "services")
BOTH_CORES = ("-n", str(len(WORKERS)), "--dist", "worksteal")


def migrated(env: dict[str, str], url: str) -> None:
    """Migrate the database at ``url``. It takes as long as many tests, so theirs are copies of one."""
    for command in ("migrate", "createcachetable"):
        arguments = [sys.executable, "manage.py", command, "--verbosity", "0"]
        subprocess.run(arguments, cwd=ROOT, env={**env, "DATABASE_URL": url}, check=True)


def copies(env: dict[str, str], url: str) -> dict[str, str]:
    """The environment of tests on the server at ``url``: databases that were migrated once and copied, one for each worker,
    one for the tests that run alone, and one for the application in front of which the browser stands."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    parts = urlsplit(url)
    name = f"test_{parts.path.strip('/')}"
    template, browser = f"{name}_template", f"{name}_browser"
    names = [name, browser, *(f"{name}_{worker}" for worker in WORKERS)]
    with psycopg.connect(url, autocommit=True) as server:
        for database in (template, *names):
            server.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(database)))
        server.execute(SQL("CREATE DATABASE {}").format(Identifier(template)))
        migrated(env, urlunsplit(parts._replace(path=f"/{template}")))
        for database in names:
            server.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(database), Identifier(template)))
        server.execute(SQL("DROP DATABASE {}").format(Identifier(template)))
    return {
        **env,
        "DATABASE_URL": url,
        "MIGRATED_TESTS": name,
        "BROWSER_DATABASE_URL": urlunsplit(parts._replace(path=f"/{browser}")),
    }


def pytest(env: dict[str, str], *arguments: str) -> bool:
    """The tests of ``arguments``. They give way to what goes on beside them: there somebody waits for a page or a process,
    and on two cores would wait for long."""
    command = ["nice", "-n", "5", sys.executable, "-m", "pytest", "-q", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=env, check=False)
    return done.returncode == 0


def files_marked(title: str) -> list[str]:
    """The test files in which something is marked ``title``: who runs only those need not import the hundreds beside."""
    paths = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(path) for path in paths if f"pytest.mark.{title}" in path.read_text()]


def start_pytest(env: dict[str, str], log: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """The same beside what comes next; what it says goes to ``log``."""
    with log.open("wb") as out:
        command = [sys.executable, "-m", "pytest", "-q", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)


def main() -> int:
    started = time.monotonic()
    outcome: dict[str, bool] = {}
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="presence-rollout-") as name:
        folder = Path(name)
        env = {**os.environ, "DEBUG": "1"}
        beside: dict[str, tuple[subprocess.Popen[bytes], Path]] = {}
        server = None
        redis: list[subprocess.Popen] = []

        def apart(title: str) -> dict[str, str]:
            """What ``title`` shares with no other part: its broker and its files."""
            process, address = services.start_redis(folder / f"redis-{title}")
            redis.append(process)
            return {"REDIS_URL": address, "VAR_DIR": str(folder / f"var-{title}")}

        def part(title: str, run: Callable[[], bool]) -> None:
            print(f"── {title}", flush=True)
            began = time.monotonic()
            outcome[title] = run()
            seconds[title] = time.monotonic() - began

        try:
            url = os.environ.get("DATABASE_URL", "")
            if not url:
                server = postgres.start(folder / "postgres", throwaway=True)
                url = server.url
            env = copies({**env, **apart("suite")}, url)
            # What waits for other processes begins first, and goes on beside what only computes.
            for title in BESIDE:
                log = folder / f"{title}.log"
                beside[title] = (start_pytest({**env, **apart(title)}, log, "-m", title, *files_marked(title)), log)
            part("checks", lambda: check.main() == 0)
            part("suite", lambda: pytest(env, *BOTH_CORES, "-m", " and ".join(f"not {title}" for title in BESIDE)))
            for title, (process, log) in beside.items():
                part(title, lambda process=process: process.wait() == 0)
                print(log.read_text(errors="replace"), flush=True)
        finally:
            for process, _log in beside.values():
                if process.poll() is None:
                    process.kill()
            for process in redis:
                services.stop(process)
            if server is not None:
                server.stop()
    for title, passed in outcome.items():
        print(f"{'✓' if passed else '✗'} {title} ({seconds[title]:.0f} s)", flush=True)
    print(f"── {time.monotonic() - started:.0f} s", flush=True)
    return 0 if all(outcome.values()) and len(outcome) == 2 + len(BESIDE) else 1


if __name__ == "__main__":
    sys.exit(main())

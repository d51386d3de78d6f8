"""`make test`: the checks, then the suite; beside them the tests that need services of their own, and those in the browser.

All are on one PostgreSQL, each in a database of its own, so that neither core waits while another part is at work."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from presence_rollout.ops import check, postgres, prepare, services

ROOT = Path(__file__).resolve().parents[2]
WORKERS = ("gw0", "gw1")
BESIDE = ("browser", "services")
NOT_BESIDE = " and ".join(f"not {title}" for title in BESIDE)
BOTH_CORES = ("-n", str(len(WORKERS)), "--dist", "worksteal")


class Databases:
    """Those of one run on the server at ``url``: one for each worker, one for the tests that run alone, one that holds the
    demonstration and one for the application in front of which the browser stands. To migrate one, or to build the
    demonstration, takes as long as many tests: each is done once, and copied."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = f"test_{urlsplit(url).path.strip('/')}"
        self.demonstration, self.browser = f"{self.name}_demonstration", f"{self.name}_browser"
        self.of_workers = [f"{self.name}_{worker}" for worker in WORKERS]

    def address(self, database: str) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{database}"))

    def migrate(self, env: dict[str, str]) -> None:
        """Make them all, but for the browser's, whose copy waits for the demonstration."""
        template = f"{self.name}_template"
        copied = [self.name, self.demonstration, *self.of_workers]
        for database in (template, self.browser, *copied):
            self._execute("DROP DATABASE IF EXISTS {}", database)
        self._execute("CREATE DATABASE {}", template)
        run_commands({**env, "DATABASE_URL": self.address(template)}, *prepare.SCHEMA)
        for database in copied:
            self._execute("CREATE DATABASE {} TEMPLATE {}", database, template)
        self._execute("DROP DATABASE {}", template)

    def copy_demonstration(self) -> None:
        self._execute("CREATE DATABASE {} TEMPLATE {}", self.browser, self.demonstration)

    def _execute(self, statement: str, *names: str) -> None:
        import psycopg
        from psycopg.sql import SQL, Identifier

        with psycopg.connect(self.url, autocommit=True) as server:
            server.execute(SQL(statement).format(*map(Identifier, names)))


def run_commands(env: dict[str, str], *commands: str) -> None:
    """Management commands, all in one process: to import the application takes longer than most of them."""
    subprocess.run([sys.executable, "-m", "presence_rollout.ops.prepare", *commands], cwd=ROOT, env=env, check=True)


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
    with tempfile.TemporaryDirectory(prefix="presence-rollout-") as name, ThreadPoolExecutor() as threads:
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

        def begin(title: str) -> None:
            """Start the tests marked ``title``, which go on beside what comes next."""
            log = folder / f"{title}.log"
            beside[title] = (start_pytest({**env, **surroundings[title]}, log, "-m", title, *files_marked(title)), log)

        def part(title: str, run: Callable[[], bool]) -> None:
            print(f"── {title}", flush=True)
            began = time.monotonic()
            outcome[title] = run()
            seconds[title] = time.monotonic() - began

        def build_demonstration() -> None:
            """The browser begins as soon as it is there."""
            run_commands({**env, **surroundings["demonstration"]}, "demo")
            env["DEMONSTRATION_AT"] = datetime.now(UTC).isoformat()
            databases.copy_demonstration()
            begin("browser")

        try:
            url = os.environ.get("DATABASE_URL", "")
            if not url:
                server = postgres.start(folder / "postgres", throwaway=True)
                url = server.url
            databases = Databases(url)
            surroundings = {title: apart(title) for title in ("suite", *BESIDE)}
            databases.migrate({**env, **surroundings["suite"]})
            files = str(folder / "var-demonstration")
            surroundings["demonstration"] = {
                "DATABASE_URL": databases.address(databases.demonstration),
                "VAR_DIR": files,
            }
            env |= {
                "DATABASE_URL": url,
                "MIGRATED_TESTS": databases.name,
                "BROWSER_DATABASE_URL": databases.address(databases.browser),
                "DEMONSTRATION": databases.demonstration,
                "DEMONSTRATION_FILES": files,
            }
            # What waits for other processes begins first, and goes on beside what only computes.
            demonstration = threads.submit(build_demonstration)
            begin("services")
            part("checks", lambda: check.main() == 0)
            demonstration.result()
            part("suite", lambda: pytest({**env, **surroundings["suite"]}, *BOTH_CORES, "-m", NOT_BESIDE))
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

"""`make test`: the checks, then the suite on SQLite, on PostgreSQL, with real services, and in the browser."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from presence_rollout.ops import check, services

ROOT = Path(__file__).resolve().parents[2]
WORKERS = ("gw0", "gw1")


def migrated(env: dict[str, str], url: str) -> None:
    """Migrate the database at ``url``. It takes as long as many tests, so theirs are copies of one."""
    for command in ("migrate", "createcachetable"):
        arguments = [sys.executable, "manage.py", command, "--verbosity", "0"]
        subprocess.run(arguments, cwd=ROOT, env={**env, "DATABASE_URL": url}, check=True)


def on_sqlite(env: dict[str, str], folder: Path) -> dict[str, str]:
    """The environment of tests on SQLite; each worker has a database of its own there."""
    template, name = folder / "template.sqlite3", folder / "tests.sqlite3"
    migrated(env, f"sqlite:///{template}")
    for worker in WORKERS:
        shutil.copy(template, f"{name}_{worker}")
    return {**env, "DATABASE_URL": f"sqlite:///{template}", "MIGRATED_TESTS": str(name)}


def on_postgres(env: dict[str, str], url: str) -> dict[str, str]:
    """The same on the server at ``url``, with one more database for the tests that run alone."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    parts = urlsplit(url)
    name = f"test_{parts.path.strip('/')}"
    template, copies = f"{name}_template", [name, *(f"{name}_{worker}" for worker in WORKERS)]
    with psycopg.connect(url, autocommit=True) as server:
        for database in (template, *copies):
            server.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(database)))
        server.execute(SQL("CREATE DATABASE {}").format(Identifier(template)))
        migrated(env, urlunsplit(parts._replace(path=f"/{template}")))
        for database in copies:
            server.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(database), Identifier(template)))
        server.execute(SQL("DROP DATABASE {}").format(Identifier(template)))
    return {**env, "DATABASE_URL": url, "MIGRATED_TESTS": name}


def without_waiting_for_the_disk(url: str) -> None:
    """Have a server whose data nobody keeps answer before anything is on the disk."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.execute(f"ALTER SYSTEM SET {setting} = off")
        server.execute("SELECT pg_reload_conf()")


def pytest(env: dict[str, str], *arguments: str) -> bool:
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", *arguments], cwd=ROOT, env=env, check=False)
    return done.returncode == 0


def start_pytest(env: dict[str, str], log: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """The same beside what comes next; what it says goes to ``log``."""
    with log.open("wb") as out:
        command = [sys.executable, "-m", "pytest", "-q", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)


def main() -> int:
    started = time.monotonic()
    outcome: dict[str, bool] = {}
    with tempfile.TemporaryDirectory(prefix="presence-rollout-") as name, ThreadPoolExecutor() as beside:
        folder = Path(name)
        env = {
            **os.environ,
            "DEBUG": "1",
            "VAR_DIR": str(folder / "var"),
        }
        browser = postgres = redis = None
        try:
            url = os.environ.get("DATABASE_URL", "")
            if not url.startswith("postgres"):
                postgres = services.start_postgres(folder / "postgres")
                url = postgres.get_uri()
                without_waiting_for_the_disk(url)
            redis, redis_url = services.start_redis(folder / "redis")
            on_server = beside.submit(on_postgres, {**env, "REDIS_URL": redis_url}, url)
            sqlite = on_sqlite(env, folder)
            # What takes longest begins first: the browser, beside all the others.
            browser_log = folder / "browser.log"
            browser = start_pytest(sqlite, browser_log, "-m", "browser")
            print("── checks", flush=True)
            outcome["checks"] = check.main() == 0
            print("── suite on SQLite", flush=True)
            outcome["SQLite"] = pytest(sqlite, "-n", "2", "-m", "not services and not browser and not walk")
            real = on_server.result()
            print("── suite on PostgreSQL", flush=True)
            outcome["PostgreSQL"] = pytest(real, "-n", "2", "-m", "not services and not browser")
            print("── concurrency and a real worker on PostgreSQL and Redis", flush=True)
            outcome["services"] = pytest(real, "-m", "services")
            print("── browser", flush=True)
            outcome["browser"] = browser.wait() == 0
            print(browser_log.read_text(errors="replace"), flush=True)
        finally:
            if browser is not None and browser.poll() is None:
                browser.kill()
            if redis is not None:
                services.stop(redis)
            if postgres is not None:
                postgres.cleanup()
    print(f"── {time.monotonic() - started:.0f} s", flush=True)
    for part, passed in outcome.items():
        print(f"{'✓' if passed else '✗'} {part}", flush=True)
    return 0 if all(outcome.values()) and len(outcome) == 5 else 1


if __name__ == "__main__":
    sys.exit(main())

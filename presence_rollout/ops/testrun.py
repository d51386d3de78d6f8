"""`make test`: the checks, then the suite on SQLite, on PostgreSQL, with real services, and in the browser."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from presence_rollout.ops import check, services

ROOT = Path(__file__).resolve().parents[2]


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
    with tempfile.TemporaryDirectory(prefix="presence-rollout-") as name:
        folder = Path(name)
        env = {
            **os.environ,
            "DEBUG": "1",
            "VAR_DIR": str(folder / "var"),
        }
        sqlite = {**env, "DATABASE_URL": f"sqlite:///{folder}/tests.sqlite3"}
        print("── checks", flush=True)
        outcome["checks"] = check.main() == 0
        # The browser mostly waits: it runs beside the others.
        browser_log = folder / "browser.log"
        in_browser = {**env, "DATABASE_URL": f"sqlite:///{folder}/browser.sqlite3"}
        browser = start_pytest(in_browser, browser_log, "-m", "browser")
        print("── suite on SQLite", flush=True)
        outcome["SQLite"] = pytest(sqlite, "-n", "2", "-m", "not services and not browser and not walk")
        postgres = None
        redis = None
        try:
            url = os.environ.get("DATABASE_URL", "")
            if not url.startswith("postgres"):
                postgres = services.start_postgres(folder / "postgres")
                url = postgres.get_uri()
            redis, redis_url = services.start_redis(folder / "redis")
            real = {**env, "DATABASE_URL": url, "REDIS_URL": redis_url}
            print("── suite on PostgreSQL", flush=True)
            outcome["PostgreSQL"] = pytest(real, "-n", "2", "-m", "not services and not browser")
            print("── concurrency and a real worker on PostgreSQL and Redis", flush=True)
            outcome["services"] = pytest(real, "-m", "services")
            print("── browser", flush=True)
            outcome["browser"] = browser.wait() == 0
            print(browser_log.read_text(errors="replace"), flush=True)
        finally:
            if browser.poll() is None:
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

"""`make check`: the quick checks, in the order in which they are cheapest to fail."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "checks-only-" + "0123456789abcdef" * 4,
    "ALLOWED_HOSTS": "rollout.example.com",
    "SITE_URL": "https://rollout.example.com",
}


def commands() -> list[tuple[str, list[str], dict[str, str]]]:
    templates = [str(path) for path in sorted((ROOT / "templates").rglob("*.html"))]
    manage = [sys.executable, "manage.py"]
    keyset = subprocess.run(
        [*manage, "new_keyset"], cwd=ROOT, env={**os.environ, "DEBUG": "1"}, capture_output=True, text=True, check=True
    ).stdout.strip()
    seal = Path(tempfile.mkdtemp()) / "seal.p12"
    subprocess.run([*manage, "new_seal", seal], cwd=ROOT, env={**os.environ, "DEBUG": "1"}, check=True)
    return [
        ("format", [f"{BIN}/ruff", "format", "--check", "--quiet", "."], {}),
        ("lint", [f"{BIN}/ruff", "check", "--quiet", "."], {}),
        ("template tags", [f"{BIN}/djade", "--target-version", "5.2", "--check", *templates], {}),
        ("template layout", [f"{BIN}/djangofmt", "--check", "templates"], {}),
        ("plain words", [sys.executable, "-m", "presence_rollout.ops.plain_words"], {}),
        ("days of instants", [sys.executable, "-m", "presence_rollout.ops.plain_days"], {}),
        ("import floors", [f"{BIN}/lint-imports"], {}),
        ("types", [f"{BIN}/mypy", "apps", "presence_rollout"], {}),
        ("models and migrations", [*manage, "makemigrations", "--check", "--dry-run"], {"DEBUG": "1"}),
        ("migrations beside the release before", [sys.executable, "-m", "presence_rollout.ops.safe_migrations"], {}),
        ("blueprint files", [*manage, "load_blueprints", "--check"], {"DEBUG": "1"}),
        (
            "production settings",
            [*manage, "check", "--deploy", "--fail-level", "WARNING"],
            {**PRODUCTION, "VAULT_KEYSET": keyset, "TERM_SEAL_FILE": str(seal)},
        ),
        ("index of rules", [sys.executable, "-m", "presence_rollout.ops.index", "--check"], {"DEBUG": "1"}),
        ("translations", [sys.executable, "-m", "presence_rollout.ops.messages", "check"], {}),
    ]


def main() -> int:
    failed = []
    for name, command, extra in commands():
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "presence_rollout.settings",
            "DEBUG": "1",
            **extra,
        }
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        print(f"{'✗' if done.returncode else '✓'} {name}", flush=True)
        if done.returncode:
            print(done.stdout + done.stderr, flush=True)
            failed.append(name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""A production in a folder: the commands of docs/production.md, on a PostgreSQL, a Redis and a mail server of their own."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

from presence_rollout.ops import documented, pgbouncer, postgres, services
from presence_rollout.ops.visitor import HOST, Visitor

WEBS = 2
RESTART_SECONDS = 3
"""RestartSec of the units in deploy/systemd."""
LOCALE = ("PATH", "HOME", "LANG")
"""All that the processes have of the environment around the drill."""


@dataclass
class Unit:
    """One process of the installation, started anew when it ends, as systemd does."""

    name: str
    command: list[str]
    env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    ended_at: float | None = None

    def kill(self) -> None:
        """It and all of its children, at once."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


@dataclass
class Installation:
    """``files`` is the folder of the store, whose disk may be one of its own. So many ``workers`` each have all queues, which
    starts sooner than one for each. With ``pooled`` a PgBouncer stands before the database, in transaction mode."""

    folder: Path
    workers: int | None = None
    pooled: bool = False
    ports: list[int] = field(default_factory=lambda: [services.free_port() for _number in range(WEBS)])
    units: list[Unit] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.var, self.mails = self.folder / "var", self.folder / "mails"
        self.files = self.var / "files"
        self.files.mkdir(parents=True)
        self.log = (self.folder / "log").open("ab")
        self.postgres: postgres.Server | None = None
        self.pool: pgbouncer.Pool | None = None
        self.redis: subprocess.Popen[bytes] | None = None
        self.mail: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, daemon=True)

    # --- What the application stands on ---

    def start_postgres(self) -> None:
        self.postgres = postgres.start(self.folder / "postgres")

    def kill_postgres(self) -> None:
        """The server and each of its processes, in the middle of whatever they write."""
        server = self.postgres
        assert server is not None
        children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
        server.process.kill()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        server.process.wait()

    def start_pool(self) -> None:
        """Before the web processes and the workers, which are told of it; commands ask the server itself."""
        assert self.postgres is not None
        port = self.pool.port if self.pool else None
        self.pool = pgbouncer.start(self.folder / "pgbouncer", self.postgres, port)
        for names, database in (("web", "rollout"), ("worker", "rollout_tasks")):
            for unit in self.named(names):
                unit.env = {"DATABASE_POOLED": "1", "DATABASE_URL": self.pool.of(database)}

    def start_redis(self) -> None:
        port = int(self.env["REDIS_URL"].rpartition(":")[2].partition("/")[0]) if "REDIS_URL" in self.env else None
        self.redis, self.env["REDIS_URL"] = services.start_redis(self.folder / "redis", port)

    def start_mail(self) -> None:
        port = self.env.setdefault("EMAIL_PORT", str(services.free_port()))
        command = [sys.executable, "-m", "presence_rollout.ops.drill.mail_server", port, self.mails]
        self.mail = services.spawn(command, cwd=documented.ROOT)
        services.wait_until(lambda: not services.port_is_free(int(port)), "The mail server", self.mail)

    # --- The application ---

    def prepare(self) -> dict[str, Any]:
        """What it stands on, and a database that holds a project; what ``scene`` says of it."""
        clean = {name: value for name, value in os.environ.items() if name in LOCALE}
        self.start_postgres()
        assert self.postgres is not None
        secret, keyset = (self._shell(line, clean) for line in documented.block("secrets"))
        self.env |= {
            **clean, "DEBUG": "0", "SECRET_KEY": secret, "VAULT_KEYSET": keyset, "DATABASE_URL": self.postgres.url,
            "VAR_DIR": str(self.var), "SITE_URL": f"https://{HOST}", "ALLOWED_HOSTS": HOST, "BEHIND_PROXY": "1",
            "EMAIL_HOST": "127.0.0.1", "EMAIL_USE_TLS": "0", "DEFAULT_FROM_EMAIL": f"Presence Rollout <rollout@{HOST}>",
            # Who writes has no telephone with numbers that change.
            "REQUIRE_MFA": "0",
            # As root, celery warns of pickled tasks; ours are JSON only.
            "PYTHONWARNINGS": "ignore::UserWarning:celery.platforms",
        }  # fmt: skip
        self.start_redis()
        self.start_mail()
        for line in documented.block("prepare"):
            self._shell(line, self.env)
        return self.scene("build")

    def start(self) -> dict[str, Any]:
        """Everything, ready to be written into; what ``scene`` says of it."""
        scene = self.prepare()
        for line in documented.block("processes"):
            self.units += self._units(line)
        if self.workers is not None:
            self._share_queues(self.workers)
        if self.pooled:
            self.start_pool()
        for unit in self.units:
            self._spawn(unit)
        for port, unit in zip(self.ports, self.named("web"), strict=True):
            services.wait_until(
                lambda port=port: Visitor(port).get("/health/ready").status == 200, unit.name, unit.process
            )
        self._supervisor.start()
        return scene

    def scene(self, command: str) -> dict[str, Any]:
        return json.loads(self._shell(f".venv/bin/python -m presence_rollout.ops.drill.scene {command}", self.env))

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [".venv/bin/python", "manage.py", *words]
        return subprocess.run(command, cwd=documented.ROOT, env=self.env, capture_output=True, text=True, check=False)

    def named(self, *names: str) -> list[Unit]:
        """Its units whose names begin with one of these."""
        return [unit for unit in self.units if unit.name.startswith(names)]

    def second_beat(self) -> Unit:
        """The clock once more, as on a machine that somebody forgot."""
        (beat,) = self.named("beat")
        command = [word.replace(str(self.var / "beat"), str(self.var / "second-beat")) for word in beat.command]
        unit = Unit("second beat", command)
        self.units.append(unit)
        self._spawn(unit)
        return unit

    def remove(self, unit: Unit) -> None:
        self.units.remove(unit)
        if unit.process is not None:
            services.stop(unit.process)

    def received_mails(self) -> Counter[str]:
        """How many messages came to the mail server, by address."""
        return Counter(message_from_bytes(path.read_bytes())["To"] for path in self.mails.glob("*.eml"))

    def code_for(self, address: str) -> str:
        """The newest code that was mailed to an address; empty before one came."""
        texts = [
            (path.stat().st_mtime, content)
            for path in self.mails.glob("*.eml")
            if f"To: {address}" in (content := path.read_text(errors="replace"))
        ]
        for _at, text in sorted(texts, reverse=True):
            if match := re.search(r"(?m)^ +([A-Z0-9-]{6,})\r?$", text):
                return match[1]
        return ""

    def stop_application(self) -> None:
        """The web processes, workers and beat: each finishes what it is at."""
        self._stopping.set()
        processes = [unit.process for unit in self.units if unit.process is not None]
        for process in processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in processes:
            services.stop(process, 20)
        self.units = []

    def stop(self) -> None:
        self.stop_application()
        for process in (self.mail, self.redis, self.pool.process if self.pool else None):
            if process is not None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGCONT)
                services.stop(process)
        if self.postgres is not None:
            self.postgres.stop()
        self.log.close()

    def _units(self, line: str) -> list[Unit]:
        words = shlex.split(line.replace("$VAR_DIR", str(self.var)))
        if "granian" in line:
            place = words.index("--port") + 1
            return [Unit(f"web {port}", [*words[:place], str(port), *words[place + 1 :]]) for port in self.ports]
        if "beat" in line:
            return [Unit("beat", words)]
        return [Unit(f"worker {words[words.index('--queues') + 1]}", words)]

    def _share_queues(self, workers: int) -> None:
        """So many workers in place of one for each queue."""
        one_for_each = self.named("worker")
        queues = ",".join(unit.name.removeprefix("worker ") for unit in one_for_each)
        self.units = [unit for unit in self.units if unit not in one_for_each]
        for number in range(1, workers + 1):
            command = list(one_for_each[0].command)
            command[command.index("--queues") + 1] = queues
            command[command.index("--hostname") + 1] = f"all-{number}@%h"
            self.units.append(Unit(f"worker {number}", command))

    def _spawn(self, unit: Unit) -> None:
        unit.ended_at = None
        unit.process = services.spawn(
            unit.command, self.env | unit.env, cwd=documented.ROOT, stdout=self.log, stderr=self.log
        )

    def _supervise(self) -> None:
        while not self._stopping.wait(0.1):
            for unit in list(self.units):
                if unit.process is None or unit.process.poll() is None:
                    continue
                unit.ended_at = unit.ended_at or time.monotonic()
                if time.monotonic() - unit.ended_at >= RESTART_SECONDS:
                    self._spawn(unit)

    def _shell(self, line: str, env: dict[str, str]) -> str:
        command = ["sh", "-c", line]
        done = subprocess.run(command, cwd=documented.ROOT, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{line}\n{done.stderr[-3000:]}")
        return done.stdout.strip()

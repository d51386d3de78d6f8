"""Production as docs/production.md starts it: the commands of that page, on a PostgreSQL and a Redis of their own."""

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from psycopg.sql import SQL, Identifier

from presence_rollout.ops import documented, services
from presence_rollout.ops.visitor import HOST, Visitor

MANAGER = "gestora@example.com"


@dataclass(frozen=True)
class Production:
    port: int
    var: Path
    database: str
    processes: dict[str, subprocess.Popen]
    env: dict[str, str]

    def command(self, *words: str) -> str:
        """What ``manage.py`` prints with the settings of production, however it ends."""
        command = [".venv/bin/python", "manage.py", *words]
        done = subprocess.run(command, cwd=documented.ROOT, env=self.env, capture_output=True, text=True, check=False)
        return done.stdout

    def sql(self, statement: str) -> list[tuple]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def without(self, table: str) -> Iterator[None]:
        """Within the block a table is missing, and whatever asks for it fails."""
        self.sql(f"ALTER TABLE {table} RENAME TO away")
        try:
            yield
        finally:
            self.sql(f"ALTER TABLE away RENAME TO {table}")

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """Within the block the database takes nobody in."""
        parts = urlsplit(self.database)
        name = parts.path.strip("/")
        with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as server:
            server.execute(SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(Identifier(name)))
            try:
                server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
                yield
            finally:
                server.execute(SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(Identifier(name)))

    def mailed(self, address: str, pattern: str) -> str:
        """What ``pattern`` matches in a message to ``address``, once one has come."""
        matches: list[str] = []

        def has_come() -> bool:
            for path in (self.var / "mail").glob("*"):
                if f"To: {address}" in (text := path.read_text()):
                    matches.extend(re.findall(pattern, text))
            return bool(matches)

        services.wait_until(has_come, f"A message to {address}")
        return matches[-1]


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """The address of an empty database on the server that the tests were given."""
    url = os.environ.get("DATABASE_URL", "")
    assert url.startswith("postgres"), "make test gives these tests a real PostgreSQL"
    name = f"production_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture(scope="session")
def production(database, tmp_path_factory) -> Iterator[Production]:
    """Every documented command was run, and what it starts is running."""
    var = tmp_path_factory.mktemp("production")
    port = services.free_port()
    redis, redis_url = services.start_redis(var / "redis")
    processes: dict[str, subprocess.Popen] = {}
    log = (var / "log").open("wb")
    try:
        clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        secret, keyset = (run(line, clean) for line in documented.block("secrets"))
        env = {
            **clean,
            "DEBUG": "0",
            "SECRET_KEY": secret,
            "VAULT_KEYSET": keyset,
            "DATABASE_URL": database,
            "REDIS_URL": redis_url,
            "VAR_DIR": str(var),
            "SITE_URL": f"https://{HOST}",
            "ALLOWED_HOSTS": HOST,
            "BEHIND_PROXY": "1",
            "EMAIL_HOST": "",  # So that messages lie in VAR_DIR/mail, where the walk reads them.
            "DEFAULT_FROM_EMAIL": f"Presence Rollout <rollout@{HOST}>",
        }
        assert list(env)[len(clean) :] == documented.settings()
        for line in documented.block("prepare") + documented.block("first"):
            run(line, env)
        for line in documented.block("processes"):
            command = ["sh", "-c", "exec " + line.replace("8000", str(port))]
            processes[name_of(line)] = services.spawn(command, env, cwd=documented.ROOT, stdout=log, stderr=log)
        services.wait_until(lambda: Visitor(port).get("/health/ready").status == 200, "granian", processes["granian"])
        yield Production(port, var, database, processes, env)
    finally:
        for process in processes.values():
            services.stop(process)
        services.stop(redis)
        log.close()


def name_of(line: str) -> str:
    """The program of a line, and of a worker its queue."""
    return next(
        name for name in ("granian", "beat", *(queue.name for queue in settings.CELERY_TASK_QUEUES)) if name in line
    )


def run(line: str, env: dict[str, str]) -> str:
    """What a command of the page prints. It must succeed."""
    done = subprocess.run(["sh", "-c", line], cwd=documented.ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{line}\n{done.stderr[-3000:]}"
    return done.stdout.strip()


@pytest.fixture
def visitor(production) -> Callable[..., Visitor]:
    """``visitor(language="pt-BR")``: somebody who is not signed in."""
    return lambda language="pt-BR": Visitor(production.port, language)


@pytest.fixture(scope="session")
def manager(production) -> Visitor:
    """The first manager, signed in by a mailed code, who agreed to the terms and set up the second factor."""
    person = Visitor(production.port)
    assert person.submit("/conta/login/code/", email=MANAGER).status == 302
    code = production.mailed(MANAGER, r"(?m)^ +([A-Z0-9-]{6,})$")
    assert person.submit("/conta/login/code/confirm/", code=code).status == 302
    asked = person.get("/projetos/")
    assert asked.leads_to == "/termos/aceitar/", asked.leads_to
    assert person.submit(asked.leads_to, terms="on").status == 302
    assert person.get("/projetos/").leads_to == "/conta/2fa/"
    page = person.get("/conta/2fa/totp/activate/")
    seed = re.search(r'break-all">(\w+)<', page.text)[1]
    # A number holds for half a minute, and may end on its way.
    for _time in range(2):
        number = format_hotp_value(hotp_value(seed, int(time.time()) // 30))
        sent = person.fill(page, "/conta/2fa/totp/activate/", code=number)
        if sent.status == 302:
            break
    assert sent.status == 302
    assert person.get("/projetos/").status == 200
    return person

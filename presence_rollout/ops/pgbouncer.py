"""A PgBouncer with the configuration of ``deploy/``, before a server of ``postgres``: for tests."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from presence_rollout.ops import postgres, services

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "pgbouncer.ini"
PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
"""None where there is none."""


@dataclass
class Pool:
    """A running one. ``of`` gives the address of one of its ``[databases]``."""

    process: subprocess.Popen[bytes]
    port: int
    password: str

    def of(self, database: str) -> str:
        return f"postgresql://{postgres.NAME}:{self.password}@127.0.0.1:{self.port}/{database}"


def start(folder: Path, server: postgres.Server, port: int | None = None) -> Pool:
    """Start it on ``port`` of the loopback (a free one when left out); it ends with this process."""
    if PROGRAM is None:
        raise RuntimeError("There is no pgbouncer. Install it (apt-get install pgbouncer).")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    port = port or services.free_port()
    people = folder / "userlist.txt"
    people.touch(mode=0o600)
    people.write_text(f'"{postgres.NAME}" "{server.password}"\n')
    text = SHIPPED.read_text().replace("host=127.0.0.1 port=5432", f"host={server.host} port={server.port}")
    settings = {"listen_port": port, "auth_file": people, "logfile": folder / "log", "pidfile": folder / "pid"}
    lines = [line for line in text.splitlines() if line.partition(" = ")[0] not in settings]
    lines += [f"{name} = {value}" for name, value in settings.items()]
    configuration = folder / "pgbouncer.ini"
    configuration.touch(mode=0o600)
    configuration.write_text("\n".join([*lines, "unix_socket_dir =", ""]))
    prefix = postgres.not_as_root()
    if prefix is None:
        raise RuntimeError("PgBouncer does not run as root, and this machine has no user namespaces.")
    process = services.spawn([*prefix, PROGRAM, "-q", configuration], stdout=subprocess.DEVNULL)
    pool = Pool(process, port, server.password)
    services.wait_until(lambda: not services.port_is_free(port), "PgBouncer", process)
    return pool

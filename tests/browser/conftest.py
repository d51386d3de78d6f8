"""The application as `make run` serves it, with its worker, and Chromium in front of it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import StorageState, sync_playwright

from apps.demo.people import PASSWORD
from presence_rollout.ops import services
from presence_rollout.ops.bootstrap import BROWSERS

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
UNTOUCHED_UNTIL_LOADED = """{
  const untouchable = new CSSStyleSheet();
  untouchable.replaceSync("* { pointer-events: none !important }");
  document.adoptedStyleSheets = [untouchable];
  addEventListener("load", () => { document.adoptedStyleSheets = [] });
}"""
"""A click waits until the page's scripts listen: a machine is quicker than they are, a person is not."""


@pytest.fixture(scope="session")
def var(tmp_path_factory) -> Path:
    """The folder of the running application: its database, files and mail."""
    folder = tmp_path_factory.mktemp("var")
    if files := os.environ.get("DEMONSTRATION_FILES"):
        shutil.copytree(files, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture
def mailed(var, served):
    """``mailed(address, pattern)``: what ``pattern`` finds in the newest message to ``address``, once it has come."""

    def find(address: str, pattern: str) -> str:
        found: list[str] = []

        def came() -> bool:
            messages = sorted((var / "mail").glob("*"), key=lambda path: path.stat().st_mtime, reverse=True)
            texts = [text for path in messages if f"To: {address}" in (text := path.read_text())]
            found[:] = [match[0] for text in texts[:1] if (match := re.search(pattern, text))]
            return bool(found)

        services.wait_until(came, f"A message to {address}")
        return found[0]

    return find


@pytest.fixture(scope="session")
def served(var):
    """The base URL of a running application with demonstration data, in a folder of its own."""
    port = services.free_port()
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "DEBUG")}
    env |= {"PORT": str(port), "VAR_DIR": str(var), "TERM_TRUST_ROOTS": str(var / "roots")}
    if database := os.environ.get("BROWSER_DATABASE_URL"):
        env["DATABASE_URL"] = database
    log = open(Path(env["VAR_DIR"]) / "serve.log", "wb")  # noqa: SIM115 - open as long as the process
    command = [sys.executable, "-m", "presence_rollout.ops.serve"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        services.wait_until(lambda: b"Ctrl-C" in Path(log.name).read_bytes(), "The application", process, seconds=300)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        log.close()
        assert process.returncode == 0, Path(log.name).read_text()[-3000:]
        assert services.port_is_free(port)


@pytest.fixture
def database(var, served) -> str:
    """The address of the running application's database."""
    return os.environ.get("BROWSER_DATABASE_URL") or (var / "postgres" / "url").read_text()


@pytest.fixture(scope="session")
def chromium():
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sessions() -> dict[str, StorageState]:
    """The cookies of people who are signed in already, by address: the door is walked through once for each."""
    return {}


@pytest.fixture
def sign_in(served, chromium, sessions):
    """``sign_in(email, width)``: a page in which that person is signed in and has their first page open; ``anew`` has them
    give their password and go where that leads."""
    contexts = []

    def open_page(email: str, width: int = 1440, scheme: str = "light", anew: bool = False):
        kept = None if anew else sessions.get(email)
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            base_url=served,
            locale="pt-BR",
            color_scheme=scheme,
            reduced_motion="reduce",  # What is measured is not caught half-way from one colour to another.
            storage_state=kept,
        )
        contexts.append(context)
        context.add_init_script(UNTOUCHED_UNTIL_LOADED)
        page = context.new_page()
        page.set_default_timeout(60_000)  # Beside the other suites the machine is busy.
        page.goto("/" if kept else "/conta/login/")
        if "/conta/login/" in page.url:
            page.locator("input[name=login]").fill(email)
            page.locator("input[name=password]").fill(PASSWORD)
            page.locator("form:has(input[name=password]) button[type=submit]").click()
            page.wait_for_url(lambda url: "/conta/" not in url)
            sessions[email] = context.storage_state()
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def shot():
    """``shot(page, name)``: a screenshot of the whole page in the folder ``SCREENSHOTS``, if one is named."""
    if not os.environ.get("SCREENSHOTS"):
        return lambda page, name: None
    folder = Path(os.environ["SCREENSHOTS"])
    folder.mkdir(parents=True, exist_ok=True)
    return lambda page, name: page.screenshot(path=folder / f"{name}.png", full_page=True)

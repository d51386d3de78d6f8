"""A signatory at the browser, from the room of the term to the signature."""

import os
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page

from apps.demo.sign_ins import PASSWORD
from presence_rollout.ops import services

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"^ {4}(\d{6})\s*$", re.MULTILINE)
SIGN_IN = re.compile(r"^ {4}(\S+)\s*$", re.MULTILINE)
_read_messages: set[Path] = set()


def signs(page: Page, email: str, var, look=lambda page, step: None) -> Page:
    """``email``, whose turn it is and who has the room open, reads, confirms and signs; ``look(page, step)`` at each page."""
    page.get_by_role("link", name="Ler e assinar").click()
    page.wait_for_url("**/assinar/*/")
    assert "Resumo de horas" in page.inner_text("article")
    look(page, "ler")
    with page.expect_navigation():
        page.get_by_role("link", name="Continuar para assinar").click()
    if "reauthenticate" in page.url:
        look(page, "confirmar-que-e-voce")
        proves(page, email, var)
    page.wait_for_url("**/confirmar/")
    page.get_by_role("button", name="Enviar código").click()
    page.get_by_text("Último envio").wait_for()
    look(page, "assinar")
    page.get_by_label("Código recebido por e-mail").fill(newest_code(var, email))
    page.get_by_label("Li o termo e concordo").check()
    page.get_by_role("button", name="Assinar", exact=True).click()
    page.wait_for_url(re.compile(r"/termo/$"))
    return page


def proves(page: Page, email: str = "", var: Path | None = None) -> None:
    """They prove that it is them: with the password, or with a code by e-mail where they have none."""
    page.wait_for_url("**/reauthenticate/**")
    if page.locator("input[name=password]").count():
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Confirmar", exact=True).click()
        return
    page.get_by_role("button", name="Enviar código").click()
    page.get_by_text("Último envio").wait_for()
    page.get_by_label("Código recebido por e-mail").fill(newest_code(var, email))
    page.get_by_role("button", name="Usar este código").click()


def comes_with_a_code(page: Page, email: str, var: Path) -> None:
    """``email``, who has no password from here on, signs in with a code by e-mail, and has been signed in for an hour."""
    manage(var, f"User.objects.get(email='{email}'); u.set_unusable_password(); u.save()")
    page.goto("/conta/login/code/")
    page.locator("input[name=email]").fill(email)
    page.locator("form:has(input[name=email]) button[type=submit]").first.click()
    page.wait_for_url("**/code/confirm/**")
    page.locator("input[name=code]").fill(newest_code(var, email, SIGN_IN))
    page.get_by_role("button", name="Confirmar", exact=True).click()
    page.wait_for_url(lambda url: "/conta/" not in url)
    age = "s['account_authentication_methods'] = [{**r, 'at': r['at'] - 3600} for r in s['account_authentication_methods']]"
    key = next(cookie["value"] for cookie in page.context.cookies() if "sessionid" in cookie["name"])
    manage(var, f"User.objects.get(email='{email}'); s = SessionStore('{key}'); {age}; s.save()")


def manage(var: Path, person: str) -> None:
    """Do something to a person ``u`` of the running application that no page does."""
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    if database := os.environ.get("BROWSER_DATABASE_URL"):
        env["DATABASE_URL"] = database
    lines = ["from django.contrib.sessions.backends.db import SessionStore", "from apps.accounts.models import User"]
    code = "\n".join([*lines, f"u = {person}"])
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    subprocess.run(command, cwd=ROOT, env={**env, "DEBUG": "1", "VAR_DIR": str(var)}, check=True)


def newest_code(var, email: str, pattern: re.Pattern[str] = CODE) -> str:
    """The code in a message to ``email`` that was not read before, once a worker has sent it."""
    codes: list[str] = []

    def has_come() -> bool:
        for path in {*(var / "mail").glob("*")} - _read_messages:
            text = path.read_text()
            if f"To: {email}" in text and (code := pattern.search(text)):
                _read_messages.add(path)
                codes.append(code[1])
        return bool(codes)

    services.wait_until(has_come, f"A code for {email}")
    return codes[-1]


def drafts_the_term(manager) -> None:
    """Draft the term on its page, which is open; signatures of an earlier journey are lost, as the page says first."""
    if manager.locator("[data-open-dialog='redraft']").count():
        manager.locator("[data-open-dialog='redraft']").click()
        manager.get_by_label("Por que redigir de novo").fill("O registro mudou.")
        manager.get_by_role("button", name="Redigir e anular as assinaturas").click()
    else:
        manager.locator("#redigir form button[type=submit]").click()
    manager.get_by_text("Aguardando assinaturas").wait_for(timeout=60_000)  # The page asks until the worker is done.

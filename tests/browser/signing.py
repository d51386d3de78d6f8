"""A signatory at the browser, from the room of the term to the signature."""

import re

from playwright.sync_api import Page

from apps.demo.people import PASSWORD

CODE = re.compile(r"^ {4}(\d{6})\s*$", re.MULTILINE)


def signs(page: Page, email: str, var, look=lambda page, step: None) -> Page:
    """``email``, whose turn it is and who has the room open, reads, confirms and signs; ``look(page, step)`` at each page."""
    page.get_by_role("link", name="Ler e assinar").click()
    page.wait_for_url("**/assinar/*/")
    assert "Resumo de horas" in page.inner_text("article")
    look(page, "ler")
    page.get_by_role("link", name="Continuar para assinar").click()
    page.wait_for_load_state()
    if "reauthenticate" in page.url:
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Confirmar").click()
    page.wait_for_url("**/confirmar/")
    page.get_by_role("button", name="Enviar código").click()
    page.get_by_text("Último envio").wait_for()
    look(page, "assinar")
    page.get_by_label("Código recebido por e-mail").fill(newest_code(var, email))
    page.get_by_label("Li o termo e concordo").check()
    page.get_by_role("button", name="Assinar", exact=True).click()
    page.wait_for_url(re.compile(r"/termo/$"))
    return page


def newest_code(var, email: str) -> str:
    """The code in the newest message to ``email`` that has one; it was sent before the page said so."""
    messages = sorted((var / "mail").glob("*"), key=lambda path: path.stat().st_mtime, reverse=True)
    texts = [text for path in messages if f"To: {email}" in (text := path.read_text())]
    return next(found[1] for text in texts if (found := CODE.search(text)))

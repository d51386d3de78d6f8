"""From anywhere to a project, a mistyped company and a command, by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.pages import clean

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_palette_finds_goes_and_remembers(sign_in, shot, width, scheme):
    page = sign_in("gestora@presence.demo", width, scheme)
    page.goto("/projetos/")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette input")).to_be_focused()
    page.locator("#palette-results").get_by_text("Novo projeto").wait_for()
    clean(page)
    page.keyboard.type("aurra")  # Nothing is called so.
    page.get_by_text("Nada se chama").wait_for()
    shot(page, f"procurar-{width}")
    clean(page)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert re.search(r"/projetos/\d+/$", page.url)
    title = page.locator("h1").inner_text()

    page.goto("/empresas/")
    page.keyboard.press("/")
    recent = page.locator("[data-palette-recent]")
    recent.get_by_text(title).wait_for()
    page.keyboard.press("ArrowDown")
    expect(recent.get_by_text(title)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()

    page.keyboard.press("Control+k")
    page.keyboard.type("gantt")
    expect(page.locator("#palette-results .palette-item")).to_have_count(1)
    expect(recent).to_be_hidden()
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/projetos/linha-do-tempo/")


def test_signing_out_forgets_what_was_opened(sign_in):
    page = sign_in("cliente@casa.demo", anew=True)
    page.goto("/projetos/")
    with page.expect_navigation():
        page.locator("[data-project-link]").first.click()
    assert page.evaluate("Object.keys(localStorage).some((key) => key.startsWith('recent:'))")
    page.locator("details:has(form[action$='/conta/logout/']) > summary:visible").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Sair").click()
    assert not page.evaluate("Object.keys(localStorage).some((key) => key.startsWith('recent:'))")


def test_without_scripts_the_page_finds_the_same(served, chromium, sign_in):
    state = sign_in("integrador@conecta.demo").context.storage_state()
    context = chromium.new_context(base_url=served, storage_state=state, java_script_enabled=False, locale="pt-BR")
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name="Procurar").first.click()
    page.locator("#search-text").fill("Aurora")
    page.locator("main").get_by_role("button", name="Procurar").click()
    page.get_by_text("Lojas Aurora × VTEX").first.wait_for()
    context.close()

"""What somebody typed is theirs: it outlives a session that ended and a page that expired, and no other person meets it."""

from urllib.parse import urlsplit

import pytest

from apps.demo.people import PASSWORD
from tests.browser.pages import clean

pytestmark = pytest.mark.browser

TEXT = "Treinamento adiado a pedido da loja, que está em inventário."


def signs_in(page, address):
    page.locator("input[name=login]").fill(address)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").click()
    page.wait_for_url(lambda url: "/conta/" not in url)


def reason(page):
    return page.locator("form[action$='/pausar/'] [name=reason]")


def types_a_reason(page):
    """In the dialog of a project's page in which it is put on hold."""
    page.goto("/projetos/5/")
    page.locator("details:has([data-open-dialog='hold']) > summary").click()
    page.locator("[data-open-dialog='hold']").click()
    reason(page).fill(TEXT)
    return page


def session_ends(page):
    """The browser keeps the cookie of a session that the server no longer knows."""
    host = urlsplit(page.url).hostname
    page.context.add_cookies([{"name": "sessionid", "value": "x" * 32, "domain": host, "path": "/"}])


def sends(page):
    with page.expect_navigation():
        page.locator("form[action$='/pausar/'] button[type=submit]").click()


def test_after_the_session_ended_the_text_and_its_dialog_come_back(sign_in, shot):
    page = types_a_reason(sign_in("gerente@presence.demo", 390))
    session_ends(page)
    sends(page)
    page.get_by_text("Sua sessão terminou").wait_for()
    signs_in(page, "gerente@presence.demo")
    reason(page).wait_for()
    assert page.url.endswith("/projetos/5/")
    assert reason(page).input_value() == TEXT
    clean(page)
    shot(page, "rascunho-de-volta-390")


def test_another_person_who_signs_in_in_the_same_tab_does_not_meet_it(sign_in):
    page = types_a_reason(sign_in("gerente@presence.demo"))
    session_ends(page)
    sends(page)
    signs_in(page, "gestora@presence.demo")
    page.goto("/projetos/5/")
    assert reason(page).input_value() == ""
    assert TEXT not in page.evaluate("JSON.stringify({...sessionStorage})")


def test_signing_out_forgets_it(sign_in):
    page = types_a_reason(sign_in("gerente@presence.demo", anew=True))
    page.keyboard.press("Escape")
    page.locator("details:has(form[action$='/conta/logout/']) > summary:visible").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Sair").click()
    assert TEXT not in page.evaluate("JSON.stringify({...sessionStorage})")


def test_a_page_that_expired_comes_back_with_the_text(sign_in):
    page = types_a_reason(sign_in("gerente@presence.demo"))
    page.context.clear_cookies(name="csrftoken")  # As a sign-in in another tab does.
    sends(page)
    page.get_by_text("Esta página tinha vencido").wait_for()
    assert reason(page).is_visible()
    assert reason(page).input_value() == TEXT


MINUTES = "Combinamos a importação de pedidos a cada cinco minutos e o estoque por loja."


def minutes(page):
    return page.locator("#minutes-form [name=minutes]")


def test_minutes_that_were_previewed_are_there_on_every_way_back(sign_in):
    page = sign_in("gerente@presence.demo", anew=True)
    page.goto("/projetos/9/reuniao/")
    minutes(page).fill(MINUTES)
    preview = page.get_by_role("button", name="Ver prévia")
    with page.expect_navigation():
        preview.click()
    page.get_by_text("Nada foi publicado").wait_for()
    assert minutes(page).input_value() == MINUTES
    page.go_back()
    assert minutes(page).input_value() == MINUTES
    with page.expect_navigation():
        preview.click()
    with page.expect_navigation():
        page.get_by_role("button", name="Voltar ao texto").click()
    assert minutes(page).input_value() == MINUTES
    page.goto("/projetos/9/reuniao/")
    assert minutes(page).input_value() == MINUTES

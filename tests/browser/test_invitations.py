"""An invitation from the project manager's screen to a client's phone, and back to the same link."""

import pytest

from tests.browser.pages import clean

pytestmark = pytest.mark.browser


def test_a_client_who_was_never_here_comes_in_by_the_link_and_lands_on_the_first_page(
    sign_in, chromium, served, mailed, shot
):
    manager = sign_in("gerente2@presence.demo")
    manager.goto("/projetos/9/")
    manager.get_by_role("link", name="Convidar para Lojas Aurora").click()
    manager.get_by_text("Não está na lista? Incluir pessoa").click()
    manager.get_by_label("Nome").fill("Rita Alves")
    manager.get_by_label("E-mail (opcional)").fill("rita@aurora.demo")
    with manager.expect_navigation():
        manager.get_by_role("button", name="Enviar convite").click()
    assert "rita@aurora.demo" in manager.inner_text("#convites")
    shot(manager, "convite-enviado")
    link = mailed("rita@aurora.demo", r"/convite/\S+")

    phone = chromium.new_context(viewport={"width": 390, "height": 800}, base_url=served, locale="pt-BR").new_page()
    phone.goto(link)
    clean(phone)
    phone.get_by_role("button", name="Entrar").click()
    phone.get_by_text("Para entrar é preciso aceitar os termos de uso.").wait_for()
    phone.get_by_label("Li e aceito").check()
    shot(phone, "convite-entrar-390")
    with phone.expect_navigation():
        phone.get_by_role("button", name="Entrar").click()
    phone.goto("/")
    assert "Olá, Rita" in phone.inner_text("main")
    assert "Lojas Aurora × Shopify" in phone.inner_text("main")
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    # Forwarded to somebody who is signed in as another person, the same link changes nothing.
    manager.goto(link)
    assert "Este convite já foi usado" in manager.inner_text("main")
    phone.context.close()

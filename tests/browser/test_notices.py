"""A credential is read at Presence; the client's mail says who did, and why."""

import pytest

from tests.browser.pages import clean
from tests.browser.person import Person

pytestmark = pytest.mark.browser


def test_reading_a_credential_reaches_the_clients_mail_with_who_and_why(sign_in, served, mailed, shot):
    from apps.demo.sign_ins import PASSWORD

    page = sign_in("gerente@presence.demo")
    manager = Person(page, f"{served}/projetos/4/")
    page.goto(f"{served}/projetos/4/{manager.item('Credenciais do ambiente de homologação')}revelar/")
    if "reauthenticate" in page.url:
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("form:has(input[name=password]) button[type=submit]").click()
    page.get_by_text("cada pessoa do cliente recebe um e-mail").wait_for()
    shot(page, "revelar")
    page.get_by_label("Para que precisa dela").fill("Conferir por que os pedidos não chegam")
    page.get_by_role("button", name="Revelar").click()
    page.get_by_text("O cliente é avisado por e-mail de que você a leu, e por quê.").wait_for()

    told = mailed("cliente@infantil.demo", r"(?s)Uma pessoa da Presence leu a credencial.*")
    assert "Marcos Teixeira (Gerente de projeto, Presence)" in told
    assert "Motivo: Conferir por que os pedidos não chegam" in told
    assert f"{served}/projetos/4/pre-requisitos/#item-" in told

    phone = sign_in("cliente@infantil.demo", width=390)
    phone.goto("/conta/avisos/")
    clean(phone)
    phone.get_by_label("Lembretes de prazos").uncheck()
    with phone.expect_navigation():
        phone.get_by_role("button", name="Salvar").click()
    assert not phone.get_by_label("Lembretes de prazos").is_checked()
    shot(phone, "avisos-390")

"""A project manager reads a credential, and the client reads that they did; the certificate of a purge, read and printed."""

import pytest

from apps.demo.people import PASSWORD
from tests.browser.pages import clean

pytestmark = pytest.mark.browser


def test_a_project_manager_reveals_a_credential_and_the_client_reads_why(sign_in, shot):
    page = sign_in("gerente@presence.demo", anew=True)
    page.goto("/projetos/6/pre-requisitos/")
    with page.expect_navigation():
        page.get_by_role("link", name="Revelar a credencial").first.click()
    page.locator("input[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Confirmar").click()
    page.get_by_label("Para que precisa dela").fill("Configurar a homologação no Presence Domain")
    with page.expect_navigation():
        page.get_by_role("button", name="Revelar").click()
    assert "demo-" in page.inner_text("#revelar")
    clean(page)
    shot(page, "credencial-revelada-1440")

    client = sign_in("cliente@aurora.demo", 390)
    client.goto("/projetos/6/historico/")
    assert "Configurar a homologação no Presence Domain" in client.inner_text("main")
    client.goto("/projetos/6/pre-requisitos/")
    assert "guardado no cofre" in client.inner_text("main")
    assert "Revelar a credencial" not in client.inner_text("main")


def test_the_client_reads_the_certificate_of_a_purge_and_takes_the_document(sign_in, shot):
    phone = sign_in("cliente@aurora.demo", 390, "dark")
    phone.goto("/projetos/1/pre-requisitos/")
    assert "expurgado em" in phone.inner_text("main")
    assert "guardado no cofre" not in phone.inner_text("main")
    clean(phone)
    shot(phone, "expurgo-sala-390-escuro")
    with phone.expect_navigation():
        phone.locator("#expurgo").get_by_role("link", name="Ver o certificado").click()
    text = phone.inner_text("main")
    for told in ("Certificado de expurgo", "Segredos destruídos", "SHA-256", "30 dias depois do encerramento"):
        assert told in text
    clean(phone)
    shot(phone, "certificado-de-expurgo-390-escuro")

    desk = sign_in("cliente@aurora.demo")
    desk.goto("/projetos/1/expurgo/")
    clean(desk)
    shot(desk, "certificado-de-expurgo-1440")
    with desk.expect_download() as download:
        desk.get_by_role("link", name="Baixar o PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")

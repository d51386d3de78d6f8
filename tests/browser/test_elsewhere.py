"""A term signed outside the browser, on a phone: the CPF, download, a wrong file first, then the signed one."""

import io

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from apps.demo.people import PASSWORD
from apps.stages.acceptance.certificates import looks
from tests.acceptance.authority import Authority
from tests.browser.pages import clean
from tests.browser.signing import drafts_the_term

pytestmark = pytest.mark.browser

ROOM = "/projetos/3/termo/"


def test_a_client_brings_the_term_that_they_signed_with_their_certificate(sign_in, var, shot, tmp_path):
    manager = sign_in("gerente2@presence.demo")
    manager.goto(ROOM)
    drafts_the_term(manager)
    manager.get_by_role("link", name="Assinar com certificado digital").click()
    manager.get_by_text("TERM_TRUST_ROOTS").wait_for()
    clean(manager)
    shot(manager, "certificado-sem-autoridade-1440")
    authority = Authority(points=False)
    authority.trusted_in(var / "roots")
    manager.reload()
    clean(manager)
    shot(manager, "certificado-1440")

    page = sign_in("cliente@casa.demo", 390, "dark")
    page.goto(ROOM)
    clean(page)
    shot(page, "certificado-sala-390-dark")
    page.get_by_role("link", name="Assinar com certificado digital").click()
    page.wait_for_url("**/certificado/")
    clean(page)
    shot(page, "certificado-390-dark")
    with page.expect_navigation():
        page.get_by_role("link", name="Informar o CPF").click()
    if "reauthenticate" in page.url:
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Confirmar").click()
    page.wait_for_url("**/cpf/")
    page.get_by_label("CPF do seu certificado").fill("123.456.789-00")
    page.get_by_role("button", name="Informar CPF").click()
    page.get_by_text("CPF inválido").wait_for()
    clean(page)
    shot(page, "certificado-cpf-390-dark")
    page.get_by_label("CPF do seu certificado").fill("123.456.789-09")
    page.get_by_role("button", name="Informar CPF").click()
    page.wait_for_url("**/certificado/")
    page.get_by_text("CPF informado em").wait_for()
    clean(page)
    with page.expect_download() as download:
        page.get_by_role("main").get_by_role("link", name=".pdf").first.click()
    path = tmp_path / "termo.pdf"
    download.value.save_as(path)

    page.get_by_label("PDF assinado").set_input_files(path)
    page.get_by_role("button", name="Enviar e conferir").click()
    page.get_by_text("Este arquivo não traz nenhuma assinatura digital").wait_for()
    clean(page)
    shot(page, "certificado-recusado-390-dark")

    card = authority.person("Sônia Ribeiro de Almeida")
    term = path.read_bytes()
    place = looks.place(PdfFileReader(io.BytesIO(term)).get_historical_resolver(0))
    left, bottom = (int(each) + 5 for each in place.box[:2])
    path.write_bytes(card.signs(term, box=(left, bottom, left + 200, bottom + 50), page=place.number))
    page.get_by_label("PDF assinado").set_input_files(path)
    page.get_by_role("button", name="Enviar e conferir").click()
    page.wait_for_url("**/termo/")
    page.get_by_text("Certificado digital de SÔNIA RIBEIRO DE ALMEIDA").wait_for()
    clean(page)
    shot(page, "certificado-aceito-390-dark")
    manager.goto(ROOM)
    clean(manager)
    shot(manager, "certificado-aceito-1440")
    page.locator("#termo a[href^='/verificar/']").click()
    page.get_by_text("Certificado digital de SÔNIA RIBEIRO DE ALMEIDA").wait_for()
    clean(page)
    shot(page, "certificado-verificar-390-dark")

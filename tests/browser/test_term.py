"""The acceptance term on phones: each signatory reads and signs; then anybody verifies the sealed file."""

import hashlib

import pytest

from apps.demo.people import PASSWORD
from presence_rollout.ops import services
from tests.browser.test_portal import clean

pytestmark = pytest.mark.browser

ROOM = "/projetos/3/termo/"
SIGNATORIES = [("integrador@malha.demo", "light"), ("cliente@casa.demo", "dark")]


def test_each_signatory_signs_on_a_phone_and_the_sealed_file_verifies(
    sign_in, mailed, chromium, served, shot, tmp_path
):
    for email, scheme in SIGNATORIES:
        page = sign_in(email, 390, scheme)
        page.goto(ROOM)
        clean(page)
        shot(page, f"termo-sala-390-{scheme}")
        page.get_by_role("link", name="Ler e assinar").click()
        page.wait_for_url("**/assinar/*/")
        assert "Resumo de horas" in page.inner_text("article")
        clean(page)
        shot(page, f"termo-ler-390-{scheme}")
        page.get_by_role("link", name="Continuar para assinar").click()
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Confirmar").click()
        page.wait_for_url("**/confirmar/")
        page.get_by_role("button", name="Enviar código").click()
        page.get_by_text("Último envio").wait_for()
        clean(page)
        shot(page, f"termo-assinar-390-{scheme}")
        page.get_by_label("Código recebido por e-mail").fill(mailed(email, r"\b\d{6}\b"))
        page.get_by_label("Li o termo e concordo").check()
        page.get_by_role("button", name="Assinar", exact=True).click()
        page.wait_for_url(f"**{ROOM}")

    def sealed() -> bool:
        page.goto(ROOM)
        return "Assinado e selado" in page.inner_text("main")

    services.wait_until(sealed, "The seal")
    clean(page)
    shot(page, "termo-selado-390-dark")
    with page.expect_download() as download:
        page.locator("#termo").get_by_role("link", name="T1.pdf").click()
    path = tmp_path / "termo.pdf"
    download.value.save_as(path)

    anybody = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=served, locale="pt-BR").new_page()
    anybody.goto("/verificar/")
    clean(anybody)
    anybody.locator("input[type=file]").set_input_files(path)
    anybody.get_by_text("Este arquivo é autêntico").wait_for()
    assert hashlib.sha256(path.read_bytes()).hexdigest() in anybody.inner_text("main")
    clean(anybody)
    shot(anybody, "termo-verificado-390-light")
    changed = bytearray(path.read_bytes())
    changed[len(changed) // 2] ^= 1
    path.write_bytes(changed)
    anybody.locator("input[type=file]").set_input_files(path)
    anybody.get_by_text("Este arquivo não confere").wait_for()
    shot(anybody, "termo-nao-confere-390-light")
    anybody.context.close()


def test_the_desk_sees_the_room_and_the_verification(sign_in, shot):
    page = sign_in("gerente@presence.demo", 1440)
    page.goto("/projetos/1/termo/")
    clean(page)
    shot(page, "termo-sala-1440")
    page.locator("#termo a[href^='/verificar/']").click()
    page.wait_for_url("**/verificar/*/")
    assert "Todas as partes assinaram este termo" in page.inner_text("main")
    clean(page)
    shot(page, "termo-verificar-1440")
    page.goto("/projetos/4/termo/previa/")
    clean(page)

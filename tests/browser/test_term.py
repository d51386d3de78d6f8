"""The acceptance term on phones: each signatory reads and signs; then anybody verifies the sealed file."""

import hashlib

import pytest

from tests.browser.pages import clean
from tests.browser.signing import comes_with_a_code, drafts_the_term, signs

pytestmark = pytest.mark.browser

ROOM = "/projetos/3/termo/"
WITHOUT_A_PASSWORD = "cliente@casa.demo"  # noqa: S105
SIGNATORIES = [("integrador@malha.demo", "light"), ("gerente2@presence.demo", "light"), (WITHOUT_A_PASSWORD, "dark")]


def test_each_signatory_signs_on_a_phone_and_the_sealed_file_verifies(sign_in, var, chromium, served, shot, tmp_path):
    manager = sign_in("gerente2@presence.demo")
    manager.goto(ROOM)
    drafts_the_term(manager)
    for email, scheme in SIGNATORIES:

        def look(page, step, scheme=scheme):
            clean(page)
            shot(page, f"termo-{step}-390-{scheme}")

        if email == WITHOUT_A_PASSWORD:
            phone = {"width": 390, "height": 844}
            context = chromium.new_context(viewport=phone, base_url=served, locale="pt-BR", color_scheme=scheme)
            page = context.new_page()
            page.set_default_timeout(30_000)
            comes_with_a_code(page, email, var)
        else:
            page = sign_in(email, 390, scheme)
        page.goto(ROOM)
        look(page, "sala")
        signs(page, email, var, look)

    # The page asks again until the worker is done.
    page.locator("#termo", has_text="Assinado e selado").wait_for(timeout=60_000)
    clean(page)
    shot(page, "termo-selado-390-dark")
    with page.expect_download() as download:
        page.locator("#termo").get_by_role("link", name=".pdf").first.click()
    path = tmp_path / "termo.pdf"
    download.value.save_as(path)

    anybody = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=served, locale="pt-BR").new_page()
    anybody.goto("/verificar/")
    clean(anybody)
    anybody.locator("input[type=file]").set_input_files(path)
    anybody.get_by_text("Este arquivo é o que está guardado aqui").wait_for()
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

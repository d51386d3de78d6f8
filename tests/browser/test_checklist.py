"""A project manager decides five deliveries without a mouse, and asks for something of this rollout alone."""

import re

import pytest

from tests.browser.pages import clean

pytestmark = pytest.mark.browser

PROJECT = "Casa & Cor × Shopify"


def project_of(page):
    page.goto("/projetos/")
    return re.search(r"/projetos/(\d+)/", page.get_by_role("link", name=PROJECT).first.get_attribute("href"))[1]


def reading(page, title):
    page.locator("#reading", has_text=title).wait_for()


def test_five_deliveries_by_keyboard_alone(sign_in, shot):
    page = sign_in("gerente@presence.demo")
    pk = project_of(page)
    page.goto(f"/conferencia/?rollout={pk}")
    assert page.locator("[data-delivery]").count() == 5
    shot(page, "conferencia-1440")
    clean(page)
    titles = page.locator("[data-delivery] a > span:first-child").all_inner_texts()
    for place in range(3):
        reading(page, titles[place])
        page.keyboard.press("x")
        page.keyboard.press("j")
    reading(page, titles[3])
    page.keyboard.press("a")
    page.locator("[data-toast]", has_text="3 entregas aceitas.").wait_for()
    reading(page, "Credenciais do ambiente de homologação")
    assert page.locator("[data-delivery]").count() == 2
    shot(page, "conferencia-comparacao-1440")
    page.keyboard.press("d")
    page.keyboard.type("O token não lê pedidos.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.locator("[data-toast]", has_text="Devolvido").wait_for()
    reading(page, "Regras de frete")
    page.keyboard.press("a")
    page.get_by_text("Nada a conferir").wait_for()
    page.goto(f"/projetos/{pk}/pre-requisitos/")
    item = page.locator("section[id^=item-]", has_text="O token não lê pedidos.").first
    assert "Corrigir só: Token da Admin API" in item.inner_text()
    assert re.search(r"venceu há|vence em|vence hoje", item.inner_text())


def test_an_item_of_this_rollout_alone_and_its_due_day(sign_in, shot):
    page = sign_in("gerente@presence.demo")
    pk = project_of(page)
    page.goto(f"/projetos/{pk}/pre-requisitos/novo/")
    fields = page.locator("[data-credential-fields]")
    assert not fields.is_visible()
    page.get_by_label("O que é preciso entregar").fill("Acesso ao gateway de pagamento")
    page.get_by_label("O que se entrega").select_option("credential")
    assert fields.locator("[data-credential-field]:visible").count() == 1
    page.get_by_label("Campo 1 da credencial").fill("Merchant ID")
    page.get_by_label("Campo 2 da credencial").fill("Chave")
    shot(page, "item-proprio-1440")
    page.get_by_role("button", name="Pedir item").click()
    page.wait_for_url(re.compile("/pre-requisitos/#item-"))
    item = page.locator("section[id^=item-]", has_text="Acesso ao gateway").first
    assert "item deste projeto" in item.inner_text()
    item.get_by_role("button", name="Mudar prazo").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Prazo").fill("2099-01-05")
    dialog.get_by_label("Motivo").fill("Só depois do contrato")
    with page.expect_navigation():
        dialog.get_by_role("button", name="Mudar prazo").click()
    item = page.locator("section[id^=item-]", has_text="Acesso ao gateway").first
    assert "05/01/2099" in item.inner_text()
    assert "próximo lembrete em 02/01/2099" in item.inner_text()
    for width, scheme in ((1440, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        for name, path in (
            ("plano", f"/projetos/{pk}/"), ("plano-datas", f"/projetos/{pk}/plano/"),
            ("pre-requisitos", f"/projetos/{pk}/pre-requisitos/"), ("conferencia", "/conferencia/?scope=all"),
        ):  # fmt: skip
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
            shot(page, f"{name}-{width}-{scheme}")

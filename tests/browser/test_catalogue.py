"""The script from a draft to a rollout: a step moved by keyboard, differences read, a version published, taken, frozen."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.pages import clean

pytestmark = pytest.mark.browser

PROJECT = "Ritmo Esportes × Shopify"


def test_a_draft_is_published_taken_by_a_rollout_with_a_case_of_its_own_and_frozen(sign_in, shot):
    writer, manager = sign_in("gerente2@presence.demo"), sign_in("gestora@presence.demo", 390, "dark")

    writer.goto("/modelos/script/default/")
    writer.get_by_role("link", name="Abrir o rascunho").click()
    writer.get_by_role("link", name=re.compile("PRC-03")).click()
    writer.get_by_label("Resultado esperado · inglês").fill("It starts and ends on time, in an open cart too.")
    first = writer.get_by_label("1 · português", exact=True)
    before = first.input_value()
    writer.wait_for_load_state()  # A key pressed before the scripts listen moves nothing.
    first.press("Alt+ArrowDown")
    second = writer.get_by_label("2 · português", exact=True)
    expect(second).to_have_value(before)
    expect(second).to_be_focused()
    writer.get_by_label("3 · português", exact=True).fill("Conferir o carrinho aberto antes da virada.")
    expect(writer.get_by_label("4 · português", exact=True)).to_be_visible()
    writer.get_by_label("3 · inglês", exact=True).fill("Check the cart that was open before the change.")
    clean(writer)
    shot(writer, "catalogo-caso-1440")
    writer.get_by_role("button", name="Salvar caso").click()
    writer.wait_for_url(re.compile("#PRC-03"))
    writer.get_by_role("button", name="Subir EST-07").click()
    writer.wait_for_url(re.compile("moved=up-EST-07"))
    writer.locator("button[value=EST-07]:focus").wait_for()
    clean(writer)
    shot(writer, "catalogo-rascunho-1440")

    manager.goto("/modelos/roteiro/rascunho/revisao/")
    change = manager.locator("#mudou-PRC-03")
    assert change.locator("ins", has_text="carrinho").count()
    assert change.locator("del").count()
    clean(manager)
    shot(manager, "catalogo-diferencas-390")
    manager.get_by_label("O que mudou").fill("PRC-03 olha também o carrinho aberto.")
    manager.get_by_role("button", name="Publicar versão").click()
    manager.get_by_text("Versão 6 publicada.").wait_for()

    writer.goto("/projetos/")
    link = writer.get_by_role("link", name=PROJECT).first.get_attribute("href")
    project = re.search(r"/projetos/(\d+)/", link)[1]
    room = f"/projetos/{project}/homologacao/"
    writer.goto(room)
    writer.get_by_role("link", name="Ver o que muda").click()
    assert writer.locator("#mudou-PED-28").inner_text().count("novo")
    clean(writer)
    writer.get_by_role("button", name="Trazer a versão 6").click()
    writer.get_by_text("Versão 6", exact=True).wait_for()
    assert writer.locator("#caso-PED-28").count() == 1
    assert writer.locator("#caso-PED-X01", has_text="deste projeto").count() == 1

    writer.get_by_role("link", name="Incluir um caso deste projeto").click()
    form = writer.locator("form[data-keep]")
    form.get_by_label("Título · português").fill("Retirada em quiosque do shopping")
    form.get_by_label("1 · português", exact=True).fill("Comprar com retirada no quiosque.")
    form.get_by_label("Resultado esperado · português").fill("O pedido chega ao quiosque.")
    form.get_by_label("Cliente").check()
    form.get_by_label("Processo").select_option("EXP")
    form.get_by_label("Depende de").fill("EXP-99")
    form.get_by_role("button", name="Incluir caso").click()
    form.get_by_text("Não é um caso deste roteiro: EXP-99.").wait_for()
    assert form.get_by_label("1 · português", exact=True).input_value() == "Comprar com retirada no quiosque."
    clean(writer)
    form.get_by_label("Depende de").fill("EXP-01")
    form.get_by_role("button", name="Incluir caso").click()
    writer.locator("#caso-EXP-X01").wait_for()
    shot(writer, "catalogo-projeto-1440")

    writer.on("dialog", lambda dialog: dialog.accept())
    writer.get_by_role("button", name="Congelar roteiro").click()
    writer.get_by_text("Roteiro congelado.").wait_for()
    assert writer.get_by_role("link", name="Incluir um caso deste projeto").count() == 0
    writer.goto(f"{room}casos/EXP-X01/")
    writer.get_by_role("link", name="EXP-01").click()
    writer.wait_for_url(re.compile("casos/EXP-01/"))

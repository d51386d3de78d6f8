"""Hours nobody argues about: asked for and approved before they are worked; a line contested, answered and resolved."""

import re

import pytest

from tests.browser.pages import clean
from tests.browser.person import Person
from tests.browser.test_portal import matter

pytestmark = pytest.mark.browser

PROJECT = "/projetos/4/"


def test_a_request_is_approved_on_a_phone_and_covers_the_hour_that_is_logged(served, sign_in, shot):
    manager = Person(sign_in("gerente@presence.demo"), served + PROJECT)
    page = manager.visit("horas/")
    manager.sees("sem aprovação do cliente")
    clean(page)
    shot(page, "horas-acordo-1440")
    page.get_by_role("link", name="Pedir horas extras").click()
    form = page.locator("form[action$='/extras/']")
    form.get_by_label("Atividade").select_option("follow_up")
    form.get_by_label("Duração").fill("45m")
    page.locator("#preco", has_text="0h45 · R$").wait_for()
    clean(page)
    form.get_by_label("Para quê").fill("Acompanhar a primeira carga de estoque")
    shot(page, "horas-pedido-1440")
    with page.expect_navigation():
        form.get_by_role("button", name="Enviar ao cliente").click()

    phone = sign_in("cliente@infantil.demo", 390)
    card = matter(phone, "pedido de horas extras: 0h45 de Acompanhamento")
    assert re.search(r"0h45 de Acompanhamento por R\$ \d", card.inner_text())
    card.get_by_label("Não aprovo").check()
    with phone.expect_navigation():
        card.get_by_role("button", name="Responder").click()
    clean(phone)
    card = phone.locator("details.card[open]")
    assert "Diga por que não aprova" in card.inner_text()
    shot(phone, "pedido-cliente-390")
    card.get_by_label("Sim, aprovo as horas e o preço").check()
    with phone.expect_navigation():
        card.get_by_role("button", name="Responder").click()

    started = page.locator("form[action$='/apontar/'] [name=started_at]").input_value()
    day = f"{int(started[:4]) - 1}{started[4:10]}T10:00"
    manager.does(
        "horas/",
        "horas/apontar/",
        activity="follow_up",
        started_at=day,
        minutes="0h45",
        note="Primeira carga de estoque",
    )
    row = page.locator("#linhas tr", has_text="Primeira carga de estoque")
    assert "aprovada pelo cliente" in row.inner_text()
    page = sign_in("gerente@presence.demo", 390, "dark")
    page.goto(PROJECT + "horas/")
    clean(page)
    shot(page, "horas-acordo-390-escuro")


def test_a_line_is_contested_answered_and_resolved(served, sign_in, shot):
    phone = sign_in("cliente@infantil.demo", 390, "dark")
    phone.goto(PROJECT + "horas/")
    row = phone.locator("#linhas tr", has_text="Treinamento: Sessão 2").last
    row.get_by_role("link", name="contestar").click()
    phone.get_by_label("O que está errado").fill("A sessão acabou 20 minutos antes.")
    clean(phone)
    with phone.expect_navigation():
        phone.get_by_role("button", name="Contestar").click()
    assert "Espera a Presence" in phone.inner_text("#acordo")

    manager = sign_in("gerente@presence.demo")
    with manager.expect_navigation():
        waiting = manager.locator("#conferir a", has_text="Responder na contestação 1")
        waiting.filter(has_text="Mundo Infantil").click()
    assert "acabou 20 minutos antes" in manager.inner_text("main")
    manager.get_by_label("Mensagem").fill("A lista de presença tem o fim às 16h. Confere?")
    with manager.expect_navigation():
        manager.get_by_role("button", name="Enviar mensagem").click()
    clean(manager)
    shot(manager, "contestacao-1440")

    phone.goto("/")
    card = matter(phone, "Responder na contestação 1")
    assert "fim às 16h" in card.inner_text()
    card.get_by_label("Continuo contestando").check()
    card.get_by_label("Mensagem").fill("A lista foi assinada antes.")
    with phone.expect_navigation():
        card.get_by_role("button", name="Responder").click()

    manager.reload()
    resolving = manager.locator("#resolver")
    resolving.get_by_label("A linha fica como está").check()
    resolving.get_by_label("O que dizer ao cliente").fill("A gravação mostra o fim às 16h.")
    with manager.expect_navigation():
        resolving.get_by_role("button", name="Resolver").click()
    phone.goto(PROJECT + "horas/contestacoes/1/")
    assert "Mantida" in phone.inner_text("#contestacao")
    clean(phone)
    shot(phone, "contestacao-390-escuro")


def test_the_hours_of_all_projects_are_read(sign_in, shot):
    page = sign_in("gestora@presence.demo")
    page.goto("/leitura/")
    clean(page)
    shot(page, "leitura-1440")
    page.get_by_text("Ver os números").click()
    assert "O que conectores ruins custam à Presence" in page.inner_text("main")
    with page.expect_navigation():
        page.locator("[name=activity]").select_option("training")
    assert page.locator("#custo").count() == 0
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV para o Excel").click()
    assert "Por atividade;Treinamento;" in download.value.path().read_text()
    dark = sign_in("gestora@presence.demo", 390, "dark")
    dark.goto("/leitura/")
    clean(dark)
    shot(dark, "leitura-390-escuro")

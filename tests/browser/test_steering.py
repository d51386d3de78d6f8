"""A status report that goes out and is read, also by who has no account; and projects that come in from a spreadsheet."""

import re

import pytest

from tests.browser.pages import clean

pytestmark = pytest.mark.browser


def test_a_report_is_sent_read_by_the_client_and_shown_by_a_link_without_names(sign_in, chromium, shot):
    manager, client = sign_in("gerente2@presence.demo"), sign_in("cliente@esporte.demo", 390, "dark")
    manager.goto("/projetos/5/relatorios/rascunho/")
    clean(manager)
    shot(manager, "relatorio-rascunho-1440")
    manager.get_by_label("Atenção").check()
    manager.get_by_label("Por quê").fill("O treinamento depende da equipe da loja.")
    manager.get_by_label("Resumo").fill("Seguimos no treinamento, com metade dos tópicos dados.")
    with manager.expect_navigation():
        manager.get_by_role("button", name="Enviar às quatro partes").click()

    client.goto("/projetos/5/relatorios/")
    clean(client)
    with client.expect_navigation():
        client.get_by_role("link", name=re.compile("Relatório nº")).first.click()
    client.get_by_text("Seguimos no treinamento").wait_for()
    clean(client)
    shot(client, "relatorio-390-escuro")

    client.goto("/projetos/5/relatorios/")
    client.get_by_role("button", name="Criar link").click()
    address = client.locator("#link").inner_text().strip()
    anybody = chromium.new_context(viewport={"width": 390, "height": 900}, locale="pt-BR").new_page()
    anybody.goto(re.sub(r"^https?://[^/]+", re.match(r"https?://[^/]+", client.url)[0], address))
    anybody.get_by_text("Seguimos no treinamento").wait_for()
    assert not re.search("Renato|Juliana|Vanessa|@", anybody.inner_text("body"))
    clean(anybody)
    anybody.context.close()


def test_a_spreadsheet_says_what_is_wrong_line_by_line_before_anything_is_written(sign_in, tmp_path, shot):
    page = sign_in("gestora@presence.demo")
    page.goto("/projetos/importar/")
    clean(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Modelo em CSV").click()
    template = tmp_path / "projetos.csv"
    download.value.save_as(template)
    heading = template.read_text(encoding="utf-8-sig").splitlines()[0]
    separator = max(";,", key=heading.count)
    cells = ["11222333000181", "Loja Nova", "VTEX", "11444777000161", "VTEX", "19131243000197", "Hub Novo"]
    row = separator.join([*cells, "ninguem@presence.demo", "Desenvolvimento", "", ""])
    template.write_text(f"{heading}\n{row}\n", encoding="utf-8-sig")
    page.locator("input[type=file]").set_input_files(template)
    with page.expect_navigation():
        page.get_by_role("button", name="Conferir planilha").click()
    page.get_by_text("Nenhum gerente de projeto da Presence entra com este e-mail.").first.wait_for()
    assert page.get_by_role("button", name=re.compile("Importar todos")).count() == 0
    clean(page)
    shot(page, "importar-1440")

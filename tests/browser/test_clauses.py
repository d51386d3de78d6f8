"""A project says a clause in its own words and the client reads how it differs; Presence publishes another template."""

import re

import pytest

from tests.browser.pages import clean

pytestmark = pytest.mark.browser

CLAUSES = "/projetos/3/termo/clausulas/"


def test_a_clause_in_the_projects_own_words_and_a_template_that_is_published(sign_in, shot):
    pm = sign_in("gerente2@presence.demo")
    pm.goto("/projetos/3/termo/")
    pm.locator("#clausulas").get_by_role("link", name="Ler e mudar").click()
    pm.get_by_role("link", name="Mudar Suporte depois da liberação").click()
    pm.wait_for_url("**/clausulas/support/")
    clean(pm)
    typed = pm.get_by_label("Texto").input_value()
    pm.get_by_label("Texto").fill(typed.replace("{integrator}.", "{integrator}, em horário comercial."))
    pm.get_by_label("Motivo").first.fill("Combinado na homologação")
    pm.get_by_role("button", name="Salvar cláusula").click()
    # A term with signatures is out: they are lost by it, which is said first.
    assert "Nada foi alterado ainda" in pm.inner_text("main")
    clean(pm)
    shot(pm, "assinaturas-perdem-o-efeito-1440")
    pm.get_by_role("button", name="Continuar: as assinaturas perdem o efeito").click()
    pm.wait_for_url(re.compile("#clausula-support"))
    assert "mudada neste projeto" in pm.locator("#clausula-support").inner_text()
    clean(pm)
    shot(pm, "clausulas-1440")
    pm.goto("/projetos/3/termo/previa/")
    assert "Malha Middleware S.A., em horário comercial." in pm.inner_text("article")
    assert "Suporte depois da liberação (redação própria deste projeto)" in pm.inner_text("article")

    # The client reads on a phone what differs, how and why.
    phone = sign_in("cliente@casa.demo", 390, "dark")
    phone.goto("/projetos/3/termo/")
    assert "Combinado na homologação" in phone.inner_text("#clausulas")
    phone.locator("#clausulas").get_by_role("link", name="Suporte depois da liberação").click()
    clause = phone.locator("#clausula-support")
    clause.get_by_text("O que difere do modelo").click()
    assert "em horário comercial" in clause.locator("ins").all_inner_texts()[0]
    assert not phone.get_by_role("link", name="Mudar").count()
    clean(phone)
    shot(phone, "clausulas-390-escuro")

    # A Presence manager publishes another version; the project goes on with the one it took until somebody takes it.
    manager = sign_in("gestora@presence.demo")
    manager.goto("/modelos/term/default/")
    manager.get_by_role("button", name="Editar em um rascunho").click()
    manager.get_by_role("link", name="Foro").click()
    clean(manager)
    for language in ("pt", "en"):
        manager.locator(f"[name=text_{language}]").fill("{client}: São Paulo (SP).")
    manager.get_by_role("button", name="Salvar cláusula").click()
    manager.wait_for_url(re.compile("/rascunho/#clausula-forum"))
    clean(manager)
    shot(manager, "modelo-termo-rascunho-1440")
    manager.get_by_role("link", name="Revisar diferenças").click()
    manager.get_by_label("O que mudou").fill("Um foro para todos")
    clean(manager)
    shot(manager, "modelo-termo-revisao-1440")
    manager.get_by_role("button", name="Publicar versão").click()
    manager.wait_for_url("**/modelos/term/default/")
    assert "Um foro para todos" in manager.inner_text("main")

    pm.goto(CLAUSES)
    callout = pm.locator("#modelo")
    assert "Um foro para todos" in callout.inner_text()
    callout.get_by_text("Ver o que muda").click()
    assert "São Paulo (SP)" in callout.inner_text()
    clean(pm)
    shot(pm, "clausulas-modelo-novo-1440")
    callout.get_by_role("button", name=re.compile("Adotar a versão")).click()
    pm.get_by_text("O termo parte agora da versão").wait_for()
    assert "Goiânia" in pm.inner_text("#clausula-forum")
    assert "O modelo mudou esta cláusula depois" in pm.inner_text("#clausula-forum")

"""The directory of a company, and choosing from it, at the desk and on a phone."""

import pytest

from tests.browser.pages import clean

pytestmark = pytest.mark.browser


def of_aurora(page) -> None:
    page.goto("/empresas/?q=aurora")
    page.get_by_role("link", name="Lojas Aurora").click()


def test_a_lead_finds_adds_and_merges_people_of_their_company(sign_in, shot):
    lead = sign_in("cliente@aurora.demo")
    of_aurora(lead)
    clean(lead)
    shot(lead, "pessoas-da-empresa")
    lead.get_by_label("Procurar pessoa").fill("nunes")
    lead.get_by_role("button", name="Procurar").click()
    rosa = lead.locator("#pessoas li", has_text="Rosa Nunes")
    assert rosa.get_by_role("link", name="(47) 3433-1020 ramal 12").get_attribute("href") == "tel:+554734331020;ext=12"
    assert "Olavo" not in lead.inner_text("#pessoas")

    lead.get_by_role("link", name="Incluir pessoa").click()
    lead.get_by_label("Nome").fill("Rosa N.")
    lead.get_by_label("Telefones").fill("47 99988-1020")
    with lead.expect_navigation():
        lead.get_by_role("button", name="Incluir").click()
    clean(lead)
    shot(lead, "pessoa-em-dobro")
    assert lead.get_by_label("Telefones").input_value() == "47 99988-1020"
    lead.get_by_label("É outra pessoa: incluir").check()
    with lead.expect_navigation():
        lead.get_by_role("button", name="Incluir").click()
    lead.get_by_role("link", name="Rosa N.", exact=True).click()
    clean(lead)
    shot(lead, "pessoa")
    lead.on("dialog", lambda dialog: dialog.accept())
    with lead.expect_navigation():
        lead.get_by_role("button", name="É a mesma: unir").click()
    assert "rosa@aurora.demo" in lead.inner_text("main")


def test_a_person_is_chosen_and_another_added_on_a_phone_without_scripts(sign_in, chromium, served, shot):
    desk = sign_in("cliente@aurora.demo")
    phone = chromium.new_context(
        viewport={"width": 390, "height": 800},
        base_url=served,
        locale="pt-BR",
        storage_state=desk.context.storage_state(),
        java_script_enabled=False,
    ).new_page()
    of_aurora(phone)
    phone.get_by_role("link", name="Convidar pessoa").click()
    phone.get_by_label("Pessoa").select_option(label="Olavo Souza · Diretor comercial")
    phone.get_by_text("Não está na lista? Incluir pessoa").click()
    phone.get_by_label("Nome").fill("Célia Prado")
    shot(phone, "convite-sem-script-390")
    phone.get_by_role("button", name="Enviar convite").click()
    assert "Você escolheu Olavo Souza e começou a incluir “Célia Prado”" in phone.inner_text("main")
    phone.get_by_label("Pessoa").select_option("")
    phone.get_by_role("button", name="Enviar convite").click()
    assert "Informe o e-mail: Célia Prado ainda não tem um." in phone.inner_text("main")
    assert phone.get_by_label("Nome").input_value() == "Célia Prado"
    phone.get_by_label("E-mail (opcional)").fill("celia@aurora.demo")
    phone.get_by_role("button", name="Enviar convite").click()
    assert "celia@aurora.demo" in phone.inner_text("#convites")
    phone.context.close()


def test_the_people_of_a_project_fit_a_phone_and_say_who_does_what(sign_in, shot):
    manager = sign_in("gerente2@presence.demo")
    manager.goto("/projetos/9/pessoas/")
    clean(manager)
    shot(manager, "pessoas-do-projeto")
    manager.set_viewport_size({"width": 390, "height": 800})
    manager.goto("/projetos/9/pessoas/")
    clean(manager)
    shot(manager, "pessoas-do-projeto-390")
    assert "Noah Wright" in manager.inner_text("main")
    assert "Conduz o projeto" in manager.inner_text("main")
    of_aurora(manager)
    clean(manager)
    shot(manager, "pessoas-da-empresa-390")

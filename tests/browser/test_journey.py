"""A new rollout in Chromium, by the people of its companies, over the running application and its real worker."""

import re

import pytest

from tests.browser.pages import clean
from tests.browser.signing import drafts_the_term, signs

pytestmark = pytest.mark.browser


def open_rollout(page, title):
    page.goto("/projetos/?situation=all")
    page.get_by_role("link", name=title).first.click()
    page.wait_for_url(re.compile(r"/projetos/\d+/$"))
    return page.url


def test_the_first_pages_of_each_person(sign_in, shot):
    people = {
        "gerente": "gerente@presence.demo", "cliente": "cliente@aurora.demo", "integrador": "integrador@conecta.demo"
    }  # fmt: skip
    for name, email in people.items():
        for width in (1440, 390):
            page = sign_in(email, width, "light" if name == "gerente" else "dark")
            page.goto("/projetos/")
            assert page.locator("h1").inner_text()
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            shot(page, f"projetos-{name}-{width}")
    page = sign_in("gerente@presence.demo")
    for room in (
        "",
        "pre-requisitos/",
        "reuniao/",
        "desenvolvimento/",
        "treinamento/",
        "homologacao/",
        "horas/",
        "termo/",
        "producao/",
        "historico/",
    ):  # noqa: E501
        page.goto(f"/projetos/1/{room}")
        shot(page, f"projeto-{room.strip('/') or 'visao-geral'}-1440")
        clean(page)
    phone = sign_in("cliente@aurora.demo", 390)
    for room in ("", "pre-requisitos/", "homologacao/", "horas/", "termo/"):
        phone.goto(f"/projetos/9/{room}")
        assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), room
        shot(phone, f"projeto-{room.strip('/') or 'visao-geral'}-390")


def test_a_prerequisite_goes_from_the_clients_phone_to_the_reviewer(sign_in, shot):
    client = sign_in("cliente@casa.demo", 390)
    url = open_rollout(client, "Casa & Cor × Shopify")
    client.goto(url + "pre-requisitos/")
    panel = client.locator("[id^=item-]", has_text="Documentação completa").first
    panel.get_by_label("Link").fill("https://exemplo.com.br/api")
    with client.expect_navigation():
        panel.get_by_role("button", name="Entregar").click()
    assert "Em conferência" in client.locator("[id^=item-]", has_text="Documentação completa").first.inner_text()
    manager = sign_in("gerente@presence.demo")
    manager.goto(url)
    assert "Conferir: Documentação completa" in manager.locator("#pendencias").inner_text()
    manager.get_by_role("link", name="Conferir: Documentação completa").click()
    panel = manager.locator("[id^=item-]", has_text="Documentação completa").first
    with manager.expect_navigation():
        panel.get_by_role("button", name="Aceitar").click()
    assert "Aceito" in manager.locator("[id^=item-]", has_text="Documentação completa").first.inner_text()
    shot(manager, "pre-requisitos-conferidos")


def test_a_closed_gate_explains_itself(sign_in):
    page = sign_in("gerente@presence.demo")
    open_rollout(page, "Mundo Infantil × VTEX")
    with page.expect_navigation():
        page.get_by_role("button", name="Iniciar termo de aceite").click()
    assert "A mudança não foi feita" in page.inner_text("main")
    assert "NC-" in page.inner_text("main")


def test_a_term_is_drafted_rendered_by_the_worker_and_signed_on_a_phone(sign_in, shot, var):
    manager = sign_in("gerente2@presence.demo")
    url = open_rollout(manager, "Casa & Cor × Nuvemshop")
    manager.goto(url + "termo/")
    drafts_the_term(manager)
    shot(manager, "termo-pronto")
    for email in ("cliente@casa.demo", "integrador@malha.demo"):
        phone = sign_in(email, 390)
        phone.goto(url + "termo/")
        signs(phone, email, var)
        assert "Assinou" in phone.inner_text("main")


def test_hours_show_their_class_before_they_are_saved(sign_in):
    page = sign_in("analista@presence.demo")
    url = open_rollout(page, "Lojas Aurora × Nuvemshop")
    page.goto(url + "horas/")
    page.get_by_label("Atividade").select_option("follow_up")
    page.get_by_label("Início").fill("2026-01-05T10:00")
    page.get_by_label("Duração").fill("45m")
    page.get_by_label("O que foi feito").click()
    page.locator("#previa", has_text="cobrado, sem franquia").wait_for()
    page.get_by_label("O que foi feito").fill("Dúvidas do cliente")
    with page.expect_navigation():
        page.get_by_role("button", name="Apontar", exact=True).click()
    assert "Dúvidas do cliente" in page.inner_text("#linhas")


def test_english_is_complete_on_the_project_page(sign_in):
    page = sign_in("contato@vtex.demo")
    page.request.post(
        "/idioma/", form={"language": "en", "csrfmiddlewaretoken": page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""},  # noqa: E501
        headers={"Referer": page.url},
    )  # fmt: skip
    page.goto("/projetos/")
    assert "Integration projects" in page.inner_text("main")

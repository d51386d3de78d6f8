"""The first pages: a client who was never trained, on a phone; an integrator; a new project manager; and their doors."""

import re

import pytest

from tests.browser.pages import clean
from tests.browser.person import Person
from tests.browser.signing import proves

pytestmark = pytest.mark.browser


def matter(page, title):
    """The card of the matter with ``title``, opened: what it holds comes when it is."""
    summary = page.locator("summary", has_text=title)
    line = page.locator("details.card", has=summary).first
    if line.get_attribute("hx-get"):
        summary.first.click()
    card = page.locator("details.card[open]:not([hx-get])", has=summary).first
    card.wait_for()
    return card


def test_a_client_who_was_never_trained_serves_the_project_on_a_phone(sign_in, shot):
    phone = sign_in("cliente@aurora.demo", 390)
    clean(phone)
    shot(phone, "inicio-cliente-390")

    # A rejection points at the field and asks only for that; the rest is shown as kept.
    card = matter(phone, "Corrigir: Credenciais do ambiente de homologação")
    assert "não tem permissão de pedidos" in card.inner_text()
    assert card.locator("form input[type=password]").count() == 1
    assert card.locator("input[name=value_shop]").count() == 0
    card.get_by_label("Token da Admin API").fill("shpat_novo_0001")
    with phone.expect_navigation():
        card.get_by_role("button", name="Entregar de novo").click()
    assert "Entregue: Credenciais do ambiente de homologação." in phone.inner_text("#toasts")

    # What is typed is kept by itself and is there on the next visit, from another device too.
    card = matter(phone, "Ambiente de teste e homologação")
    card.get_by_label("Dados de teste que já existem nele").fill("Loja de desenvolvimento, só nossa")
    card.get_by_text("Rascunho guardado").wait_for()
    desk = sign_in("cliente@aurora.demo", 1440, "dark")
    card = matter(desk, "Ambiente de teste e homologação")
    assert card.get_by_label("Dados de teste que já existem nele").input_value() == "Loja de desenvolvimento, só nossa"
    clean(desk)
    shot(desk, "inicio-cliente-1440-escuro")
    card.get_by_label("Endereço do ambiente").fill("https://homolog.aurora.example")
    card.get_by_label("Só este projeto").check()
    with desk.expect_navigation():
        card.get_by_role("button", name="Entregar").click()

    # A date is confirmed; a matter is handed to a colleague, who finds it first.
    phone.goto("/")
    card = matter(phone, "Confirmar a data: Reunião inaugural")
    card.get_by_label("Sim, confirmo").check()
    with phone.expect_navigation():
        card.get_by_role("button", name="Responder").click()
    card = matter(phone, "Credenciais e acesso à produção")
    card.get_by_text("Passar para").click()
    with phone.expect_navigation():
        card.get_by_role("button", name="Fábio Mendes").click()
    colleague = sign_in("equipe@aurora.demo", 390, "dark")
    assert "Com você" in colleague.inner_text("main")
    assert "Credenciais e acesso à produção" in colleague.inner_text("main")
    clean(colleague)
    shot(colleague, "inicio-equipe-390-escuro")


def test_what_came_back_is_sent_again_from_the_phones_camera_or_files(sign_in, tmp_path):
    reviewer = sign_in("analista@presence.demo")
    reviewer.goto("/projetos/9/pre-requisitos/")
    panel = reviewer.locator("section[id^=item-]", has_text="Documentação completa").first
    panel.get_by_role("button", name="Devolver").first.click()
    dialog = reviewer.locator("dialog[open]")
    dialog.get_by_label("O que precisa ser corrigido").fill("Este link pede senha. Mande o arquivo.")
    dialog.get_by_label("Arquivo ou link").check()
    with reviewer.expect_navigation():
        dialog.get_by_role("button", name="Devolver").click()

    phone = sign_in("cliente@aurora.demo", 390)
    phone.goto("/")
    card = matter(phone, "Corrigir: Documentação completa da API da plataforma")
    assert "Este link pede senha" in card.inner_text()
    assert "image/*" in card.locator("input[type=file]").get_attribute("accept")
    photo = tmp_path / "api.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"0" * 200 + b"\xff\xd9")
    card.locator("input[type=file]").set_input_files(photo)
    with phone.expect_navigation():
        card.get_by_role("button", name="Entregar de novo").click()
    assert "Entregue" in phone.inner_text("#toasts")


def test_an_integrator_sees_dates_and_failures_and_mends_one(sign_in, shot):
    page = sign_in("integrador@conecta.demo")
    clean(page)
    shot(page, "inicio-integrador-1440")
    narrow = sign_in("integrador@conecta.demo", 390, "dark")
    clean(narrow)
    shot(narrow, "inicio-integrador-390-escuro")
    card = matter(page, "Informar o prazo de desenvolvimento")
    card.get_by_label("Data de entrega").fill("2030-03-01")
    with page.expect_navigation():
        card.get_by_role("button", name="Informar prazo").click()
    assert "Prazo registrado." in page.inner_text("#toasts")


def test_a_platform_with_a_single_matter_left_lands_directly_on_it(sign_in, served, shot):
    page = sign_in("contato@shopify.demo", 390)
    platform = Person(page, f"{served}/projetos/2/")
    answer = "producao/janela/1/platform/"  # The journey of the go-live may have given it already.
    if platform.visit("producao/").locator(f'form[action$="{answer}"]').count():
        platform.does(None, answer, **{"platform-answer": "go"})
    page.goto("/")
    clean(page)
    shot(page, "inicio-plataforma-390")
    card = page.locator("details.card[open]")
    for kind, name in (("technical", "Diego Nunes"), ("decision", "Noah Wright")):
        people = card.locator(f"[name={kind}]")
        people.select_option(people.locator("option", has_text=name).get_attribute("value"))
    with page.expect_navigation():
        card.get_by_role("button", name="Entregar").click()
    again = sign_in("contato@shopify.demo", 390, anew=True)
    assert re.search(r"/pendencias/\d+/prerequisite:contacts_platform/$", again.url)
    assert again.locator("details.card[open]").count() == 1
    clean(again)
    shot(again, "pendencia-unica-390")


def test_the_pages_of_ones_own_account(sign_in, shot):
    page = sign_in("contato@nuvemshop.demo", 390, "dark")
    for path in ("perfil/", "privacidade/", "email/", "2fa/", "2fa/webauthn/", "sessions/"):
        page.goto(f"/conta/{path}")
        clean(page)
    page.goto("/conta/privacidade/")
    shot(page, "privacidade-390-escuro")
    page.get_by_role("link", name="Baixar os meus dados").click()
    page.wait_for_url("**/reauthenticate/**")
    clean(page)
    proves(page)
    page.wait_for_url("**/conta/privacidade/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Baixar os meus dados").click()
    assert '"email": "contato@nuvemshop.demo"' in download.value.path().read_text()
    page.goto("/termos/aceitar/")
    clean(page)


def test_a_new_project_manager_finds_what_waits_and_looks_as_the_client(sign_in, shot):
    page = sign_in("gerente@presence.demo")
    clean(page)
    shot(page, "inicio-gerente-1440")
    phone = sign_in("gerente@presence.demo", 390, "dark")
    clean(phone)
    shot(phone, "inicio-gerente-390-escuro")
    assert re.search(r"\d+ dias?\b", page.inner_text("#atrasados"))
    page.locator("#conferir a").first.click()
    page.wait_for_url(re.compile(r"/projetos/\d+/"))

    manager = sign_in("gestora@presence.demo")
    manager.goto("/projetos/9/")
    with manager.expect_navigation():
        manager.get_by_role("button", name="Ver como Lojas Aurora").click()
    assert "só para leitura" in manager.inner_text("body")
    assert manager.locator("fieldset[disabled]").count() >= 1
    clean(manager)
    shot(manager, "ver-como-cliente-1440")
    with manager.expect_navigation():
        manager.get_by_role("button", name="Voltar a ver como Presence").click()
    manager.goto("/projetos/9/historico/")
    assert "viu o projeto como Cliente" in manager.inner_text("main")


def test_a_passkey_is_created_and_opens_the_door_alone(served, sign_in, chromium, shot):
    """On localhost, where browsers offer passkeys without HTTPS, with an authenticator that Chromium simulates."""
    from apps.demo.sign_ins import PASSWORD

    base = served.replace("127.0.0.1", "localhost")
    page = chromium.new_context(viewport={"width": 390, "height": 800}, base_url=base, locale="pt-BR").new_page()
    page.set_default_timeout(15_000)
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    wire.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**options, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    page.goto("/conta/login/")
    # Nobody else's journey signs them in later: it would be asked for the key.
    page.locator("input[name=login]").fill("contato@nuvemshop.demo")
    page.locator("input[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("form:has(input[name=password]) button[type=submit]").click()
    page.goto("/conta/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.locator("input[name=password]").fill(PASSWORD)
        with page.expect_navigation():
            page.get_by_role("button", name="Confirmar").click()
    clean(page)
    page.get_by_label("Nome, para reconhecer depois").fill("Celular")
    page.get_by_label("Entrar só com ela").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Criar a chave").click()
    page.goto("/conta/2fa/webauthn/")
    assert "entra sem senha" in page.inner_text("main")
    shot(page, "chaves-de-acesso-390")

    page.goto("/")
    page.request.post(
        "/conta/logout/",
        form={"csrfmiddlewaretoken": page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""},
        headers={"Referer": page.url},
    )
    page.goto("/conta/login/")
    clean(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Entrar com chave de acesso").click()
    page.wait_for_url(re.compile(r"/(pendencias/.*)?$"))
    assert "Paula" in page.content()

    page.goto("/conta/reauthenticate/?next=/conta/perfil/")
    clean(page)
    shot(page, "confirmar-com-a-chave-390")
    with page.expect_navigation():
        page.get_by_role("button", name="Usar a chave de acesso").click()
    page.wait_for_url("**/conta/perfil/")
    page.get_by_text("Confirmado que é você").wait_for()
    page.context.close()

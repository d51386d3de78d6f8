"""What a client delivers is looked at by itself: red with its reason, then green; and what a documentation lacks."""

import re

import pytest

from tests.browser.pages import clean
from tests.browser.test_worksheet import Person, opens_a_project

pytestmark = pytest.mark.browser

CREDENTIALS = "Credenciais do ambiente de homologação"


def seen(person, title, text):
    """The panel of an item, once the worker has found out ``text``."""
    for _ in range(40):
        panel = person.panel(title)
        if text in panel.inner_text():
            return panel
        person.page.wait_for_timeout(500)
    raise AssertionError(f"{text!r} did not come: {panel.inner_text()}")


def test_a_wrong_credential_shows_red_a_right_one_green_and_documents_say_what_they_lack(sign_in, shot):
    pm = opens_a_project(sign_in("gerente@presence.demo"))
    client = Person(sign_in("cliente@passo.demo", 390, "dark"), pm.base)

    delivery = client.item(CREDENTIALS)
    fields = {"value_account_name": "passocerto", "value_app_key": "vtexappkey-passo-1"}
    client.does("pre-requisitos/", f"{delivery}entregar/", **fields, value_app_token="token-errado")
    panel = seen(pm, CREDENTIALS, "Recusada pela plataforma")
    assert "não foi revogada" in panel.inner_text()
    shot(pm.page, "prova-recusada-1440")
    pm.does("pre-requisitos/", f"{delivery}devolver/", reason="A plataforma recusa o token.", wrong=["app_token"])

    client.does("pre-requisitos/", f"{delivery}entregar/", value_app_token="demo-token")
    seen(pm, CREDENTIALS, "Funciona na plataforma")

    documentation = client.item("Documentação completa da API")
    client.does("pre-requisitos/", f"{documentation}entregar/", link="https://docs.passo.example/api")
    panel = seen(pm, "Documentação completa da API", "Nada encontrado para")
    assert "enviar nota fiscal" in panel.inner_text()

    environment = client.item("Ambiente de teste e homologação")
    client.does(
        "pre-requisitos/", f"{environment}entregar/", link="https://homolog.passo.example/", sharing="dedicated",
        text="200 produtos e 3 lojas.",
    )  # fmt: skip
    panel = seen(pm, "Ambiente de teste e homologação", "O endereço responde")
    assert re.search("diz que é um teste", panel.inner_text())
    clean(pm.page)
    shot(pm.page, "prova-aceita-1440")
    phone = client.visit("pre-requisitos/")
    clean(phone)
    shot(phone, "prova-390-escuro")

"""The pages nobody wants to meet say what happened and where to go, signed in or not."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from apps.core.refusals import refusal_response
from apps.core.web.outages import server_error
from tests.companies.factories import UserFactory


@pytest.mark.django_db
def test_an_address_that_does_not_exist_leads_home_with_the_navigation_still_there(client_for):
    answer = client_for(UserFactory(name="Ana Souza")).get("/nao-existe/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "Página não encontrada" in page
    assert "Ana Souza" in page


@pytest.mark.django_db
def test_an_address_that_does_not_exist_shows_no_navigation_to_a_visitor(client):
    page = client.get("/nao-existe/").content.decode()
    assert "Página não encontrada" in page
    assert reverse("account_logout") not in page


@pytest.mark.django_db
def test_a_form_whose_protection_expired_is_told_to_be_sent_again():
    answer = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "a@b.com"})
    assert answer.status_code == 403
    assert "Esta página venceu" in answer.content.decode()


@pytest.mark.django_db
class TestAPageThatExpired:
    """A form with the token of an earlier sign-in."""

    PAGE = "/conta/perfil/"

    @pytest.fixture
    def browser(self):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(
            UserFactory(name="Ana Souza"), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return browser

    def test_its_page_comes_back_and_says_that_nothing_was_done(self, browser):
        answer = browser.post(self.PAGE, {"name": "Bia"}, headers={"referer": f"http://testserver{self.PAGE}?aba=1"})
        assert (answer.status_code, answer.url) == (302, f"http://testserver{self.PAGE}?aba=1")
        page = browser.get(answer.url).content.decode()
        assert "Esta página tinha vencido" in page
        assert "data-not-sent" in page
        assert "Ana Souza" in page

    def test_htmx_is_led_to_the_page(self, browser):
        headers = {"referer": f"http://testserver{self.PAGE}", "hx-request": "true"}
        answer = browser.post(self.PAGE, {"name": "Bia"}, headers=headers)
        assert (answer.status_code, answer["HX-Redirect"]) == (403, f"http://testserver{self.PAGE}")

    @pytest.mark.parametrize(
        "referer", ["", "https://longe.example/armadilha", "//longe.example", "javascript:alert(1)"]
    )
    def test_what_another_site_sends_is_refused(self, browser, referer):
        answer = browser.post(self.PAGE, {"name": "Bia"}, headers={"referer": referer} if referer else {})
        assert answer.status_code == 403
        assert "Esta página venceu" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "above"),
    [
        ("/projetos/7/reunioes/3/presenca/", "/projetos/7/reunioes/3/"),
        ("/projetos/7/avancar/", "/projetos/7/"),
        ("/conta/privacidade/apagar/", "/conta/privacidade/"),
    ],
)
def test_who_opens_the_address_of_a_form_as_a_page_is_led_to_the_page_that_has_it(client_for, address, above):
    browser = client_for(UserFactory())
    answer = browser.get(address, headers={"accept": "text/html,*/*"})
    assert (answer.status_code, answer.url) == (302, above)
    assert browser.get(address).status_code == 405


def test_the_page_of_a_failure_needs_neither_request_nor_database():
    assert "Algo deu errado do nosso lado" in render_to_string("500.html")


@pytest.mark.parametrize("template", ["400.html", "403.html", "404.html"])
def test_an_error_page_renders_with_nothing_at_all(template):
    assert "Ir para o início" in render_to_string(template)


def test_a_refusal_page_gives_the_reason_the_details_and_the_way_back():
    request = RequestFactory().get("/", headers={"referer": "http://testserver/projetos/7/"})
    request.user = AnonymousUser()
    answer = refusal_response(request, "Falta a ata <b>.", ["Publique a ata.", "Avise o cliente."], 409)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Falta a ata &lt;b&gt;." in page
    assert "Avise o cliente." in page
    assert 'href="http://testserver/projetos/7/"' in page


@pytest.mark.django_db
class TestMethods:
    """An address that takes a form, opened as a page."""

    def test_a_page_says_so_and_leads_home(self, client_for):
        answer = client_for(UserFactory(name="Ana Souza")).get(reverse("acceptance:compare"))
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert "Este endereço não é uma página" in answer.content.decode()
        assert "Ana Souza" in answer.content.decode()

    def test_htmx_shows_it_as_a_message(self, client):
        answer = client.get(reverse("acceptance:compare"), headers={"hx-request": "true"})
        assert (answer.status_code, answer.content) == (405, b"")
        assert "GET" in answer["HX-Trigger"]

    def test_a_program_reads_it_as_any_other_refusal(self, client):
        answer = client.delete("/api/rollouts/")
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(("language", "lang"), [("pt-br", "pt-BR"), ("en", "en")])
def test_the_page_of_a_failure_is_in_the_reader_s_language(language, lang):
    with translation.override(language):
        page = server_error(RequestFactory().get("/projetos/")).content.decode()
    assert f'<html lang="{lang}">' in page
    assert ("Something went wrong" in page) == (language == "en")


def test_a_failure_of_the_api_is_json():
    answer = server_error(RequestFactory().get("/api/rollouts/"))
    assert (answer.status_code, json.loads(answer.content)["code"]) == (500, "server_error")


def test_the_style_guide_is_not_published(client):
    assert client.get("/styleguide/").status_code == 404

"""Where ``?next=`` may lead: an address of ours, and nothing that Django takes for the name of a route."""

import pytest
from django.test import RequestFactory
from django.urls import reverse

from apps.core.own_pages import own_page
from tests.companies.factories import PASSWORD, UserFactory

NOWHERE = [
    "-1", "😀", "account_login", "portal:home", "", "\ud800", "/\ud800", "//elsewhere.com/", "/x" * 3_000, "javascript:x",
]  # fmt: skip


@pytest.mark.parametrize("url", NOWHERE)
def test_what_is_no_address_of_ours_leads_nowhere(url):
    assert own_page(RequestFactory().get("/"), url, otherwise="/home/") == "/home/"


@pytest.mark.parametrize("url", ["/", "/projetos/1/?x=1#y", "/😀/", "http://testserver/projetos/"])
def test_an_address_of_ours_is_led_to(url):
    assert own_page(RequestFactory().get("/"), url, otherwise="-") == url


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["-1", "😀", "account_login", "/projetos/"])
def test_who_signs_in_is_led_to_an_address_or_to_the_first_page(url, client):
    person = UserFactory()
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD, "next": url})
    assert answer.status_code == 302
    assert (answer.url == url) == url.startswith("/")

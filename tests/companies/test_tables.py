"""Companies and people as files: those that the page shows, to who sees them."""

import json

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.exports.tables import FORMATS
from tests.companies.factories import CompanyFactory, PersonFactory, PresenceFactory, a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return a_person(PresenceFactory(), "manager")


def test_the_companies_are_those_of_the_list(client_for, manager):
    shop = CompanyFactory(kind="client", trade_name="Loja Azul")
    CompanyFactory(kind="platform", trade_name="Nuvem")
    browser = client_for(manager)

    def names(**query):
        return {
            row["trade_name"]
            for row in json.loads(browser.get(reverse("companies:file", args=["json"]), query).content)
        }

    assert {"Loja Azul", "Nuvem"} <= names()
    assert names(kind="client", q="azul") == {"Loja Azul"}
    outsider = client_for(a_person(shop))
    rows = json.loads(outsider.get(reverse("companies:file", args=["json"])).content)
    assert "Nuvem" not in {row["trade_name"] for row in rows}


@pytest.mark.parametrize("file_format", FORMATS)
def test_people_are_had_in_every_format_by_who_sees_the_company(client_for, manager, file_format):
    person = PersonFactory(name="Rita Lima")
    address = reverse("companies:people_file", args=[person.company.pk, file_format])
    assert client_for(manager).get(address).status_code == 200
    assert client_for(a_person(CompanyFactory())).get(address).status_code == 404


def test_people_who_left_are_not_among_them_unless_they_are_looked_for(client_for, manager):
    company = PersonFactory(name="Rita Lima").company
    PersonFactory(company=company, name="Saiu", inactive_at=clock.now())
    browser, address = client_for(manager), reverse("companies:people_file", args=[company.pk, "json"])
    assert [row["name"] for row in json.loads(browser.get(address).content)] == ["Rita Lima"]
    assert [row["name"] for row in json.loads(browser.get(address, {"situation": "inactive"}).content)] == ["Saiu"]

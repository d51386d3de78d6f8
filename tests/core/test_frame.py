"""What every page carries is made with few queries, and what is the same for all readers is made once."""

import re

import pytest
from django.db import connection
from django.template import Context, engines
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from apps.companies.models import Role
from tests.companies.factories import CompanyFactory, PresenceFactory, UserFactory, a_person

EMPTY = "/conta/privacidade/apagar/"
"""A form posts to it. Opened as a page it says so, in a frame with nothing else."""


def queries_of(browser, path: str = EMPTY) -> list[str]:
    browser.get(path)  # A first visit notes that the session is in use, and the consent.
    with CaptureQueriesContext(connection) as captured:
        response = browser.get(path)
    assert response.status_code == 405
    assert "side-bar" in response.content.decode()
    return [query["sql"] for query in captured]


@pytest.mark.django_db
def test_the_frame_of_a_page_reads_the_session_the_person_their_companies_and_their_timer(client_for):
    queries = queries_of(client_for(a_person(PresenceFactory(), Role.MANAGER)))
    # What comes embedded with a row stands before the table of the row.
    assert [re.findall(r'FROM "(\w+)"', sql)[-1] for sql in queries] == [
        "django_session",
        "accounts_user",
        "companies_membership",
        "hours_timer",
    ]


@pytest.mark.django_db
def test_who_logs_no_hours_has_no_timer_looked_for(client_for):
    assert len(queries_of(client_for(a_person(CompanyFactory(), Role.LEAD)))) == 3


@pytest.mark.django_db
def test_no_table_of_permissions_is_asked_for_what_somebody_may_not(client_for):
    person = UserFactory()
    with CaptureQueriesContext(connection) as captured:
        assert not person.has_perm("blueprints.read")
    assert not [query for query in captured if "auth_permission" in query["sql"]]


@pytest.mark.django_db
def test_the_navigation_and_the_persons_menu_stand_in_both_bars(client_for):
    html = client_for(UserFactory()).get(EMPTY).content.decode()
    assert html.count('href="/projetos/"') == 2
    assert html.count('action="/conta/logout/"') == 2


def test_what_is_fixed_is_rendered_once_for_each_language():
    template = (
        engines["django"].from_string("{% load i18n %}{% fixed %}{% translate 'Fechar' %}{% endfixed %}").template
    )
    shown = []
    for language in ("pt-br", "en", "pt-br", "en"):
        with translation.override(language):
            shown.append(template.render(Context()))
    assert shown == ["Fechar", "Close", "Fechar", "Close"]
    (node,) = template.nodelist.get_nodes_by_type(type(template.nodelist[-1]))
    assert set(node.html_by_language) == {"pt-br", "en"}


def test_what_is_fixed_shows_nothing_of_the_page_that_it_was_first_shown_on():
    template = engines["django"].from_string("{% fixed %}[{{ name }}{{ request.path }}]{% endfixed %}{{ name }}")
    assert template.render({"name": "Ana"}, RequestFactory().get("/x/")) == "[]Ana"
    assert template.render({"name": "Rita"}, RequestFactory().get("/y/")) == "[]Rita"

"""Presence's people sign in every day; nobody stays signed in without end."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from apps.core import clock
from tests.companies.factories import PASSWORD, CompanyFactory, PresenceFactory, a_person

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 9, 11, 0, tzinfo=UTC)
PAGE = "accounts:profile"


def signed_in(company):
    browser = Client()
    with clock.at(MORNING):
        browser.post(reverse("account_login"), {"login": a_person(company).email, "password": PASSWORD})
    return browser


def is_in(browser, **later):
    with clock.at(MORNING + timedelta(**later)):
        return browser.get(reverse(PAGE)).status_code == 200


def test_a_person_of_presence_is_out_after_hours_without_doing_anything():
    browser = signed_in(PresenceFactory())
    assert is_in(browser, hours=3, minutes=59)
    assert is_in(browser, hours=7, minutes=50)  # It was used in between.
    assert not is_in(browser, hours=11, minutes=51)


def test_and_at_the_end_of_the_day_however_busy():
    browser = signed_in(PresenceFactory())
    assert [is_in(browser, hours=hour) for hour in range(14)] == [True] * 13 + [False]


def test_others_stay_for_days_and_not_for_good():
    browser = signed_in(CompanyFactory())
    assert is_in(browser, days=6)
    assert is_in(browser, days=12)
    assert not is_in(browser, days=14, minutes=1)
    assert not is_in(signed_in(CompanyFactory()), days=7, minutes=1)


def test_the_hours_are_the_installation_s(settings):
    settings.SESSION_HOURS = {"presence": (2, 1), "others": (2, 1)}
    assert is_in(signed_in(CompanyFactory()), minutes=59)
    assert not is_in(signed_in(CompanyFactory()), minutes=61)


def test_a_form_sent_after_the_end_leads_back_to_its_page_and_says_what_happened():
    browser = signed_in(PresenceFactory())
    page = "http://testserver" + reverse(PAGE) + "?aba=1"
    with clock.at(MORNING + timedelta(days=1)):
        answer = browser.post(reverse(PAGE), {"name": "Ana"}, headers={"referer": page})
        assert answer.url == reverse("account_login") + "?next=/conta/perfil/%3Faba%3D1"
        assert "Sua sessão terminou" in browser.get(answer.url).content.decode()


def test_it_never_leads_to_another_site():
    answer = Client().post(reverse(PAGE), {"name": "Ana"}, headers={"referer": "https://longe.example/armadilha"})
    assert "longe" not in answer.url
    assert "armadilha" not in answer.url

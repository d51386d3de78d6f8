"""The second step of signing in: an authenticator app, recovery codes, and Presence's policy."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse

from apps.companies.models import Role
from apps.rollouts.models import Rollout
from tests.companies.factories import PASSWORD, CompanyFactory, PresenceFactory, a_person

pytestmark = pytest.mark.django_db


def number(secret):
    """What the app on the phone shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(client, person):
    return client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})


@pytest.fixture
def ana():
    return a_person(CompanyFactory())


@pytest.fixture
def secret(client, ana, settings):
    """Ana's seed, after she activated the app."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": ana.email}}
    sign_in(client, ana)
    assert (
        "reauthenticate" in client.get(reverse("mfa_activate_totp")).url
    )  # Who found the browser open does not get far.
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    seed = re.search(r'font-mono text-sm break-all">(\w+)<', page)[1]
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert "errorlist" in wrong.content.decode() or "field-error" in wrong.content.decode()
    assert client.post(reverse("mfa_activate_totp"), {"code": number(seed)}).status_code == 302
    return seed


def test_the_app_is_asked_for_at_the_next_sign_in(client, ana, secret, monkeypatch):
    client.logout()
    assert sign_in(client, ana).url.startswith(reverse("mfa_authenticate"))
    assert client.get(reverse("accounts:profile")).status_code == 302
    assert client.post(reverse("mfa_authenticate"), {"code": "123"}).status_code == 200
    later = time.time() + 30  # A number serves once: this is the next one.
    monkeypatch.setattr(time, "time", lambda: later)
    client.post(reverse("mfa_authenticate"), {"code": number(secret)})
    assert client.get(reverse("accounts:profile")).status_code == 200


def test_a_recovery_code_opens_the_door_once(client, ana, secret):
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    codes = re.findall(r"<li>(\d+)</li>", page)
    assert len(codes) == 10
    for expected in (200, 302):
        client.logout()
        sign_in(client, ana)
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert client.get(reverse("accounts:profile")).status_code == expected


def test_the_seed_is_encrypted_at_rest(secret):
    assert Authenticator.objects.exists()
    for row in Authenticator.objects.all():
        assert secret not in str(row.data)


class TestPolicy:
    @pytest.fixture(autouse=True)
    def required(self, settings):
        settings.REQUIRE_MFA = True

    @pytest.mark.parametrize("role", [Role.MANAGER, Role.PROJECT_MANAGER, Role.ANALYST])
    def test_people_of_presence_set_it_up_before_anything_else(self, client_for, role):
        browser = client_for(a_person(PresenceFactory(), role))
        answer = browser.get(reverse("portfolio:list"), follow=True)
        assert answer.redirect_chain == [(reverse("mfa_index"), 302)]
        assert "A Presence exige" in answer.content.decode()
        assert browser.get(reverse("mfa_activate_totp")).url.startswith(reverse("account_reauthenticate"))
        assert browser.get("/api/rollouts/").status_code == 403

    def test_other_companies_are_not_asked(self, client_for, ana):
        assert client_for(ana).get(reverse("portfolio:list")).status_code == 200

    def test_who_has_one_goes_on(self, client_for):
        analyst = a_person(PresenceFactory(), Role.ANALYST)
        Authenticator.objects.create(user=analyst, type="totp", data={"secret": "x"})
        assert client_for(analyst).get(reverse("portfolio:list")).status_code == 200

    def test_without_the_policy_nobody_is_asked(self, client_for, settings):
        settings.REQUIRE_MFA = False
        assert client_for(a_person(PresenceFactory(), Role.ANALYST)).get(reverse("portfolio:list")).status_code == 200
        assert not Rollout.objects.exists()

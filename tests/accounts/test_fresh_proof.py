"""Fresh proof: asked of everybody, in each way they have, for what is weighty."""

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.proof import mailed_codes
from apps.core import clock
from apps.outbox.models import Mail
from tests.accounts.factories import AddressChangeFactory
from tests.accounts.proving import is_asked, mailed_code, prove, prove_by_mail
from tests.companies.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/conta/reauthenticate/"
SEED = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _own_limits(settings):
    """The counts of tries of a test are its own."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(time.time())}
    }


@pytest.fixture
def bia():
    """Somebody who signs in with codes by e-mail and has no password."""
    return UserFactory(password=None, email="bia@loja.com.br", name="Bia Reis")


@pytest.fixture
def browser(client_for, bia):
    """Where Bia's session has been open for a while."""
    return client_for(bia)


def number():
    """What the app on the phone shows now."""
    return format_hotp_value(hotp_value(SEED, int(time.time()) // 30))


def with_app(person):
    TOTP.activate(person, SEED)
    Authenticator.objects.filter(user=person).update(created_at=clock.now() - timedelta(days=30))


def ways_on(page) -> set[str]:
    text = page.content.decode()
    fields = {"password": "password", "code": "app", "credential": "passkey", "send": "mail"}
    return {way for field, way in fields.items() if f'name="{field}"' in text}


class TestTheWays:
    def test_without_a_password_a_code_by_mail_is_the_way(self, browser):
        page = browser.get(PAGE)
        assert ways_on(page) == {"mail"}
        assert "b•••@loja.com.br" in page.content.decode()

    def test_the_page_offers_each_way_the_person_has(self, client_for, monkeypatch):
        monkeypatch.setattr("apps.accounts.proof.views.webauthn.begin_authentication", lambda user: {})
        person = UserFactory()
        assert ways_on(client_for(person).get(PAGE)) == {"password", "mail"}
        with_app(person)
        assert ways_on(client_for(person).get(PAGE)) == {"password", "mail", "app"}
        Authenticator.objects.create(user=person, type="webauthn", data={})
        assert ways_on(client_for(person).get(PAGE)) == {"password", "mail", "app", "passkey"}

    def test_a_password_opens_the_way(self, client_for):
        browser = client_for(UserFactory())
        assert browser.post(PAGE, {"password": "errada-errada"}).status_code == 422
        assert is_asked(browser.get(reverse("account_email")))
        prove(browser)
        assert browser.get(reverse("account_email")).status_code == 200

    def test_a_number_of_the_app_does(self, client_for):
        person = UserFactory()
        with_app(person)
        browser = client_for(person)
        assert browser.post(PAGE, {"code": "000000"}).status_code == 422
        assert browser.post(PAGE, {"code": number()}).status_code == 302
        assert browser.get(reverse("account_email")).status_code == 200

    def test_a_code_by_mail_does(self, browser, bia):
        assert is_asked(browser.get(reverse("account_set_password")))
        prove_by_mail(browser)
        assert browser.get(reverse("account_set_password")).status_code == 200
        assert mail.outbox[-1].to == [bia.email]
        answer = browser.post(reverse("account_set_password"), {"password1": PASSWORD, "password2": PASSWORD})
        assert answer.status_code == 302
        assert User.objects.get(pk=bia.pk).has_usable_password()

    def test_a_way_that_the_person_does_not_have_proves_nothing(self, browser):
        for field in ("password", "code", "credential"):
            assert browser.post(PAGE, {field: "x"}).status_code == 422
        assert is_asked(browser.get(reverse("account_email")))

    def test_a_sign_in_with_a_code_is_a_proof_itself(self, bia):
        browser = Client()
        browser.post(reverse("account_request_login_code"), {"email": bia.email})
        code = re.search(r"^    (\S+)$", mail.outbox[-1].body, re.MULTILINE)[1]
        browser.post(reverse("account_confirm_login_code"), {"code": code})
        assert browser.get(reverse("account_set_password")).status_code == 200

    def test_a_sign_in_with_a_password_alone_is_not(self):
        person, browser = UserFactory(), Client()
        browser.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
        assert is_asked(browser.get(reverse("account_email")))

    def test_it_holds_for_five_minutes(self, browser, monkeypatch):
        prove_by_mail(browser)
        later = time.time() + 301
        monkeypatch.setattr(time, "time", lambda: later)
        assert is_asked(browser.get(reverse("account_email")))

    def test_in_english(self, client_for):
        person = UserFactory(password=None, language="en")
        browser = client_for(person)
        text = browser.get(PAGE).content.decode()
        assert "Confirm it is you" in text
        mailed_code(browser)
        assert "only in the browser" in mail.outbox[-1].body


class TestAskingForACodeJudgesNothing:
    """To ask for one is no try, so nothing may be guessed along with it."""

    @pytest.mark.parametrize("query", ["", "?factor=second"])
    @pytest.mark.parametrize("field", ["code", "password", "mailed", "credential"])
    def test_what_comes_along_with_it_opens_nothing(self, browser, bia, query, field):
        with_app(bia)
        right = {"code": number(), "password": PASSWORD, "mailed": "000000", "credential": "{}"}[field]
        browser.post(f"{PAGE}{query}", {"send": "1", field: right})
        assert is_asked(browser.get(reverse("account_email")))

    def test_wrong_numbers_of_the_app_are_counted_however_they_are_sent(self, browser, bia):
        with_app(bia)
        for _try in range(5):
            browser.post(f"{PAGE}?factor=second", {"send": "1", "code": "000000"})
        tries = [browser.post(f"{PAGE}?factor=second", {"code": "000000"}).status_code for _try in range(6)]
        assert tries == [422] * 5 + [429]


class TestTheCode:
    def test_it_works_once(self, browser, monkeypatch):
        code = mailed_code(browser)
        assert browser.post(PAGE, {"mailed": code}).status_code == 302
        assert browser.post(PAGE, {"mailed": code}).status_code == 422

    def test_it_works_in_the_session_that_asked_for_it_alone(self, browser, client_for, bia):
        code = mailed_code(browser)
        thief = client_for(bia)
        assert thief.post(PAGE, {"mailed": code}).status_code == 422
        assert is_asked(thief.get(reverse("account_email")))
        assert browser.post(PAGE, {"mailed": code}).status_code == 302

    def test_it_is_one_persons(self, browser, client_for):
        code = mailed_code(browser)
        other = client_for(UserFactory(password=None))
        mailed_code(other)
        assert other.post(PAGE, {"mailed": code}).status_code == 422

    def test_a_code_to_sign_in_with_is_none(self, browser, bia):
        Client().post(reverse("account_request_login_code"), {"email": bia.email})
        code = re.search(r"^    (\S+)$", mail.outbox[-1].body, re.MULTILINE)[1]
        assert browser.post(PAGE, {"mailed": code}).status_code == 422
        mailed_code(browser)
        assert browser.post(PAGE, {"mailed": code}).status_code == 422

    def test_after_ten_minutes_it_is_over(self, browser):
        code = mailed_code(browser)
        with clock.at(clock.now() + timedelta(minutes=10)):
            answer = browser.post(PAGE, {"mailed": code})
        assert "não vale mais" in answer.content.decode()

    def test_the_fifth_wrong_one_closes_it(self, browser):
        code = mailed_code(browser)
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        for _try in range(mailed_codes.TRIES):
            assert "incorreto" in browser.post(PAGE, {"mailed": wrong}).content.decode()
        assert browser.post(PAGE, {"mailed": code}).status_code == 429
        with clock.at(clock.now() + timedelta(minutes=6)):
            assert "não vale mais" in browser.post(PAGE, {"mailed": code}).content.decode()

    def test_not_two_at_once_and_five_an_hour_over_all_sessions(self, bia, client_for):
        begun = clock.now()
        for minute in range(mailed_codes.PER_HOUR):
            with clock.at(begun + timedelta(minutes=minute)):
                browser = client_for(bia)
                browser.post(PAGE, {"send": "1"})
                browser.post(PAGE, {"send": "1"})
        assert len(mail.outbox) == mailed_codes.PER_HOUR
        with clock.at(begun + timedelta(minutes=30)):
            answer = browser.post(PAGE, {"send": "1"}, follow=True)
        assert "Muitos códigos pedidos" in answer.content.decode()
        assert len(mail.outbox) == mailed_codes.PER_HOUR

    def test_only_its_digest_is_kept(self, browser, bia):
        code = mailed_code(browser)
        assert code not in str(bia.proof_codes.values_list())
        assert code not in mail.outbox[-1].subject

    def test_a_code_waits_for_a_worker_with_the_mail_server_away_or_not(self, browser, bia, an_outbox):
        answer = browser.post(PAGE, {"send": "1"}, follow=True)
        assert "Código enviado" in answer.content.decode()
        waiting = Mail.objects.get()
        assert (waiting.kind, waiting.user) == ("accounts.proof", bia)
        assert mail.outbox == []

    def test_many_tries_are_slowed(self, client_for):
        browser = client_for(UserFactory())
        statuses = [browser.post(PAGE, {"password": "errada-errada"}).status_code for _try in range(11)]
        assert statuses[-1] == 429


class TestTheAddress:
    def sign_in(self, person):
        browser = Client()
        browser.post(reverse("account_request_login_code"), {"email": person.email})
        code = re.search(r"^    (\S+)$", mail.outbox[-1].body, re.MULTILINE)[1]
        browser.post(reverse("account_confirm_login_code"), {"code": code})
        return browser

    def test_one_that_was_changed_in_the_session_gets_nothing(self, bia):
        browser = self.sign_in(bia)
        User.objects.filter(pk=bia.pk).update(email="ladrao@exemplo.com.br")
        mailed_code(browser)
        assert mail.outbox[-1].to == ["bia@loja.com.br"]
        assert "o endereço que a conta tinha quando você entrou" in browser.get(PAGE).content.decode()

    def test_a_session_that_remembers_nothing_goes_by_what_was_changed_lately(self, client_for, bia):
        change = AddressChangeFactory(user=bia, before="antes@loja.com.br")
        mailed_code(client_for(bia))
        assert mail.outbox[-1].to == [change.before]

    def test_an_address_that_waits_to_be_confirmed_opens_nothing(self, browser, bia):
        prove_by_mail(browser)
        browser.post(reverse("account_email"), {"action_add": "1", "email": "nova@loja.com.br"})
        sent = len(mail.outbox)
        Client().post(reverse("account_request_login_code"), {"email": "nova@loja.com.br"})
        assert not re.search(r"^    (\S+)$", mail.outbox[-1].body, re.MULTILINE)
        Client().post(reverse("account_reset_password"), {"email": "nova@loja.com.br"})
        assert not any("/password/reset/key/" in message.body for message in mail.outbox[sent:])


class TestTheSecondFactor:
    @pytest.fixture
    def ana(self):
        person = UserFactory()
        with_app(person)
        return person

    def test_it_is_switched_off_with_itself_and_not_with_a_password(self, client_for, ana):
        browser = client_for(ana)
        prove(browser)
        answer = browser.post(reverse("mfa_deactivate_totp"))
        assert is_asked(answer)
        page = browser.get(answer.url)
        assert ways_on(page) == {"app"}
        assert browser.post(answer.url, {"password": PASSWORD}).status_code == 422
        assert browser.post(answer.url, {"send": "1"}).status_code == 422
        assert browser.post(answer.url, {"code": number()}).url == reverse("mfa_deactivate_totp")
        assert browser.post(reverse("mfa_deactivate_totp")).status_code == 302
        assert not Authenticator.objects.exists()

    def test_a_recovery_code_serves_where_the_app_is_lost(self, client_for, ana):
        code = RecoveryCodes.activate(ana).get_unused_codes()[0]
        browser = client_for(ana)
        asked = browser.get(reverse("mfa_deactivate_totp"))
        assert browser.post(asked.url, {"code": code}).status_code == 302
        assert browser.get(reverse("mfa_deactivate_totp")).status_code == 200

    @pytest.mark.parametrize(
        "route",
        ["mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "mfa_add_webauthn"],
    )
    def test_what_would_make_another_one_asks_for_it_too(self, client_for, ana, route):
        RecoveryCodes.activate(ana)
        browser = client_for(ana)
        prove(browser)
        assert is_asked(browser.get(reverse(route)))

    def test_whoever_sets_up_their_first_one_goes_on_with_the_proof_that_let_them(self, browser, bia):
        prove_by_mail(browser)
        assert browser.get(reverse("mfa_activate_totp")).status_code == 200
        TOTP.activate(bia, SEED)
        RecoveryCodes.activate(bia)
        assert browser.get(reverse("mfa_view_recovery_codes")).status_code == 200

    def test_to_erase_the_account_takes_it(self, client_for, ana):
        browser = client_for(ana)
        prove(browser)
        assert is_asked(browser.post(reverse("accounts:erase"), {"email": ana.email}))


class TestTheSession:
    def test_a_copy_of_the_cookie_ends_when_its_owner_proves_that_it_is_them(self, browser):
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = browser.cookies[settings.SESSION_COOKIE_NAME].value
        assert thief.get(reverse("accounts:profile")).status_code == 200
        prove_by_mail(browser)
        assert "/conta/login/" in thief.get(reverse("accounts:profile")).url
        assert browser.get(reverse("account_set_password")).status_code == 200

    def test_a_stolen_session_sets_no_password_adds_no_passkey_and_changes_no_address(self, browser, bia):
        for route, typed in {
            "account_set_password": {"password1": PASSWORD, "password2": PASSWORD},
            "mfa_add_webauthn": {"name": "x", "credential": "{}"},
            "mfa_activate_totp": {"code": "000000"},
            "account_email": {"action_add": "1", "email": "ladrao@exemplo.com.br"},
            "accounts:erase": {"email": bia.email},
        }.items():
            assert is_asked(browser.post(reverse(route), typed)), route
        bia.refresh_from_db()
        assert not bia.has_usable_password()
        assert not Authenticator.objects.exists()
        assert not mail.outbox

    def test_what_was_typed_waits_in_the_form_and_is_not_sent_on(self, browser, bia):
        asked = browser.post(reverse("account_email"), {"action_add": "1", "email": "nova@loja.com.br"})
        back = browser.post(asked.url, {"mailed": mailed_code(browser)}).url
        assert back == reverse("account_email")
        assert [message.to for message in mail.outbox] == [[bia.email]]
        page = browser.get(back).content.decode()
        assert 'value="nova@loja.com.br"' in page
        assert 'value="nova@loja.com.br"' not in browser.get(back).content.decode()

    def test_secrets_do_not_wait(self, browser):
        browser.post(reverse("account_set_password"), {"password1": PASSWORD, "password2": PASSWORD})
        assert PASSWORD not in str(dict(browser.session))

    def test_it_leads_nowhere_else(self, browser):
        answer = browser.post(f"{PAGE}?next=https://mau.exemplo/", {"mailed": mailed_code(browser)})
        assert answer.url == reverse("portal:arrive")

    def test_a_part_of_a_page_is_led_there_whole(self, browser):
        answer = browser.get(reverse("account_set_password"), headers={"HX-Request": "true"})
        assert is_asked(answer)
        assert answer.headers["HX-Redirect"]

    def test_ending_other_sessions_asks_for_nothing(self, browser):
        assert browser.post(reverse("usersessions_list")).url == reverse("usersessions_list")

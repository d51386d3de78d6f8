"""Whoever guesses is slowed down; whoever owns the account gets in from a browser that it is known from."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as installation
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern

from apps.accounts import devices
from apps.accounts.models import User
from apps.accounts.proof import attempts
from apps.core import clock
from tests.companies.factories import PASSWORD, CompanyFactory, UserFactory, a_person

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 9, 12, 0, 0, tzinfo=UTC)
COOKIE = installation.DEVICE_COOKIE_NAME


@pytest.fixture(autouse=True)
def noon():
    with clock.at(NOON):
        yield


@pytest.fixture
def ana():
    return a_person(CompanyFactory())


def sign_in(browser, person, password=PASSWORD, place="203.0.113.1"):
    return browser.post(reverse("account_login"), {"login": person.email, "password": password}, REMOTE_ADDR=place)


def strangers_fail(person, times=10):
    """Each from a place and a browser of its own; the statuses of their answers."""
    return [sign_in(Client(), person, "errada", f"198.51.100.{number}").status_code for number in range(times)]


class TestPassword:
    def test_a_guess_beyond_the_limit_is_429_with_the_time_to_wait_wherever_it_comes_from(self, ana):
        assert strangers_fail(ana, 7) == [200] * 5 + [429, 429]
        answer = sign_in(Client(), ana)
        assert (answer.status_code, answer["Retry-After"]) == (429, "300")
        page = answer.content.decode()
        assert "Tente de novo em 5 minutos." in page
        assert "Num navegador em que você já entrou antes" in page

    def test_in_english_it_says_so_in_english(self, ana):
        strangers_fail(ana)
        answer = Client(headers={"accept-language": "en"}).post(
            reverse("account_login"), {"login": ana.email, "password": "x"}
        )
        assert "Too many attempts" in answer.content.decode()

    def test_the_owner_comes_in_from_a_known_browser_all_the_same(self, ana):
        browser = Client()
        assert sign_in(browser, ana).status_code == 302
        browser.post(reverse("account_logout"))
        strangers_fail(ana)
        assert sign_in(Client(), ana).status_code == 429
        assert sign_in(browser, ana).status_code == 302

    def test_a_known_browser_has_a_limit_of_its_own(self, ana):
        browser = Client()
        sign_in(browser, ana)
        browser.post(reverse("account_logout"))
        assert [sign_in(browser, ana, "errada").status_code for _n in range(6)] == [200] * 5 + [429]
        assert sign_in(Client(), ana).status_code == 302  # Its failures are not those of strangers.

    def test_failures_at_one_account_are_not_another_s(self, ana):
        strangers_fail(ana)
        assert sign_in(Client(), a_person(CompanyFactory())).status_code == 302

    def test_an_address_without_an_account_answers_the_same(self):
        nobody = UserFactory.build(email="ninguem@exemplo.com.br")
        assert strangers_fail(nobody, 7) == [200] * 5 + [429, 429]

    def test_the_same_account_written_in_another_way_is_the_same_account(self, ana):
        for number, address in enumerate(
            [ana.email, ana.email.upper(), ana.email.capitalize(), f" {ana.email} ", ana.email]
        ):
            Client().post(
                reverse("account_login"), {"login": address, "password": "x"}, REMOTE_ADDR=f"198.51.100.{number}"
            )
        assert sign_in(Client(), ana).status_code == 429

    def test_the_longer_they_go_on_the_longer_they_wait(self, ana):
        passed = 0
        for minutes in range(0, 60, 5):
            with clock.at(NOON + timedelta(minutes=minutes)):
                passed += strangers_fail(ana).count(200)
        assert passed == 15
        with clock.at(NOON + timedelta(minutes=56)):
            assert 0 < int(sign_in(Client(), ana)["Retry-After"]) <= 240

    def test_signing_in_often_is_no_failure(self, ana):
        assert [sign_in(Client(), ana).status_code for _n in range(12)] == [302] * 12

    def test_one_place_that_tries_many_accounts_is_slowed_down(self):
        answers = [
            sign_in(Client(), UserFactory.build(email=f"p{number}@exemplo.com.br"), "x").status_code
            for number in range(32)
        ]
        assert answers == [200] * 30 + [429, 429]

    def test_an_ipv6_network_is_one_place(self):
        answers = [
            sign_in(Client(), UserFactory.build(email=f"p{n}@exemplo.com.br"), "x", f"2001:db8:1:2::{n:x}").status_code
            for n in range(31)
        ]
        assert answers[-1] == 429

    def test_neither_verifications_nor_a_full_cache_wash_the_failures_away(self, ana, client):
        strangers_fail(ana)
        for number in range(310):
            cache.set(f"!{number}", "x", 300)
            client.get(
                reverse("acceptance:verify", args=["0000-0000-0000"]),
                REMOTE_ADDR=f"10.0.{number // 250}.{number % 250}",
            )
        assert sign_in(Client(), ana).status_code == 429


class TestOtherProofs:
    def codes_mailed(self, person, mailoutbox, browser=None, tries=6):
        ask = lambda: (browser or Client()).post(reverse("account_request_login_code"), {"email": person.email})  # noqa: E731
        asked = [ask().status_code for _n in range(tries)]
        return asked, [message for message in mailoutbox if message.to == [person.email]]

    def test_codes_and_resets_are_not_mailed_without_end(self, ana, mailoutbox):
        asked, mailed = self.codes_mailed(ana, mailoutbox)
        assert (asked, len(mailed)) == ([302] * 3 + [429] * 3, 3)
        resets = [Client().post(reverse("account_reset_password"), {"email": ana.email}).status_code for _n in range(4)]
        assert resets == [302] * 3 + [429]

    def test_nor_to_many_addresses_from_one_place(self):
        pages = ["account_request_login_code", "account_reset_password"]
        answers = [
            Client().post(reverse(pages[number % 2]), {"email": f"p{number}@exemplo.com.br"}).status_code
            for number in range(16)
        ]
        assert answers == [302] * 15 + [429]

    def test_strangers_who_ask_for_codes_do_not_keep_a_known_browser_from_one(self, ana, mailoutbox):
        browser = Client()
        sign_in(browser, ana)
        browser.post(reverse("account_logout"))
        self.codes_mailed(ana, mailoutbox)
        assert self.codes_mailed(ana, mailoutbox, browser, 1)[0] == [302]

    def test_codes_are_guessed_no_more_often_than_passwords(self, ana, mailoutbox):
        answers = []
        for _round in range(3):
            browser = Client()
            browser.post(reverse("account_request_login_code"), {"email": ana.email})
            answers += [
                browser.post(reverse("account_confirm_login_code"), {"code": "ZZZZZZ"}).status_code for _n in range(2)
            ]
        assert answers[5] == 429
        assert answers[:5].count(429) == 0

    def test_the_right_code_opens_the_door_although_passwords_were_guessed(self, ana, mailoutbox):
        strangers_fail(ana)
        browser = Client()
        browser.post(reverse("account_request_login_code"), {"email": ana.email})
        code = re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", mailoutbox[-1].body, re.MULTILINE)[1]
        browser.post(reverse("account_confirm_login_code"), {"code": code})
        assert browser.get(reverse("accounts:profile")).status_code == 200
        assert COOKIE in browser.cookies

    def test_a_second_factor_is_guessed_no_more_often(self, ana):
        TOTP.activate(ana, generate_totp_secret())
        answers = []
        for number in range(6):
            browser = Client()
            sign_in(browser, ana, place=f"198.51.100.{number}")
            answers.append(browser.post(reverse("mfa_authenticate"), {"code": "12"}).status_code)
            assert COOKIE not in browser.cookies  # Half a sign-in makes no browser known.
        assert answers == [200] * 5 + [429]

    def test_whoever_found_the_browser_open_does_not_guess_the_password_there(self, ana):
        browser = Client()
        sign_in(browser, ana)
        answers = [
            browser.post(reverse("account_reauthenticate"), {"password": "errada"}).status_code for _n in range(6)
        ]
        assert answers == [422] * 5 + [429]

    def test_nor_by_changing_it(self, ana):
        browser = Client()
        sign_in(browser, ana)
        browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        form = {"oldpassword": "errada", "password1": "nova-senha-123", "password2": "nova-senha-123"}
        answers = [browser.post(reverse("account_change_password"), form).status_code for _n in range(6)]
        assert answers == [200] * 5 + [429]

    def test_passkeys_count_for_the_place_alone(self):
        tries = [
            Client().post(reverse("mfa_login_webauthn"), {"credential": "{}"}, REMOTE_ADDR="203.0.113.9").status_code
            for _n in range(31)
        ]
        assert (tries.count(429), tries[-1]) == (1, 429)

    def test_every_form_of_the_entrance_has_a_limit(self):
        """Whatever allauth adds: no form that an unknown visitor may send is without one."""

        def names(patterns):
            for pattern in patterns:
                if isinstance(pattern, URLPattern):
                    yield pattern.name
                else:
                    yield from names(pattern.url_patterns)

        entrance = next(each for each in get_resolver().url_patterns if str(each.pattern) == "conta/")
        assert set(attempts.GUARDED_FORMS) <= set(names(entrance.url_patterns))
        for name in names(entrance.url_patterns):
            if name in ("account_confirm_email", "account_reset_password_from_key"):
                args = ["x"] if name == "account_confirm_email" else ["1", "set-password"]
            elif name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
                args = [1]
            else:
                args = []
            tries = [Client().post(reverse(name, args=args), REMOTE_ADDR="203.0.113.9").status_code for _n in range(31)]
            assert tries[-1] in (302, 429), name  # 302: signed in first.
            assert (
                tries[-1] == 429
                or name not in attempts.GUARDED_FORMS
                or name.startswith(("mfa_reauth", "account_reauth"))
                or (
                    name
                    in ("account_email", "account_change_password", "account_confirm_login_code", "mfa_authenticate")
                )
            ), name


class TestKnownBrowsers:
    @pytest.fixture
    def browser(self, ana):
        browser = Client()
        sign_in(browser, ana)
        return browser

    def knows(self, browser, person):
        request = type("Request", (), {"COOKIES": {COOKIE: browser.cookies[COOKIE].value}})
        return devices.is_known(request, User.objects.get(pk=person.pk))

    def test_the_cookie_is_closed_to_scripts_and_other_sites(self, browser):
        cookie = browser.cookies[COOKIE]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Strict", "/", "")

    def test_it_opens_nothing(self, browser):
        other = Client()
        other.cookies[COOKIE] = browser.cookies[COOKIE].value
        assert other.get(reverse("accounts:profile")).status_code == 302

    def test_it_is_another_at_each_sign_in(self, ana, browser):
        before = browser.cookies[COOKIE].value
        browser.post(reverse("account_logout"))
        sign_in(browser, ana)
        assert browser.cookies[COOKIE].value != before

    def test_it_is_its_owner_s_alone(self, ana, browser):
        bia = a_person(CompanyFactory())
        strangers_fail(bia)
        browser.post(reverse("account_logout"))
        assert self.knows(browser, ana)
        assert not self.knows(browser, bia)
        assert sign_in(browser, bia).status_code == 429

    def test_a_made_up_one_is_nobody_s(self, ana, browser):
        browser.cookies[COOKIE] = browser.cookies[COOKIE].value[:-3] + "abc"
        assert not self.knows(browser, ana)

    def test_it_ends_with_its_time(self, ana, browser, monkeypatch):
        import time

        later = time.time() + devices.LIFETIME.total_seconds() + 60
        monkeypatch.setattr(time, "time", lambda: later)
        assert not self.knows(browser, ana)

    def test_a_new_password_ends_the_trust_in_every_browser_but_the_one_that_changed_it(self, ana, browser):
        other = Client()
        sign_in(other, ana)
        browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        form = {"oldpassword": PASSWORD, "password1": "outra-senha-123", "password2": "outra-senha-123"}
        assert browser.post(reverse("account_change_password"), form).status_code == 302
        assert [self.knows(each, ana) for each in (browser, other)] == [True, False]

    def test_so_does_signing_out_of_the_others(self, ana, browser):
        other = Client()
        sign_in(other, ana)
        assert browser.post(reverse("usersessions_list")).status_code == 302
        assert [self.knows(each, ana) for each in (browser, other)] == [True, False]

    def test_and_leaving_a_company_ends_it_everywhere(self, ana, browser):
        from apps.accounts.sessions import end_sessions

        end_sessions(ana)
        assert not self.knows(browser, ana)

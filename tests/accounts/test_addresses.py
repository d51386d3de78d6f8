"""Another address: the one before is told, and confirms or undoes it."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from apps.accounts import address_changes as addresses
from apps.accounts.address_changes import vouch_for_address
from apps.accounts.models import AddressChange, User
from apps.core import clock
from apps.core.refusals import Refusal
from apps.outbox.models import Mail
from tests.accounts.factories import AddressChangeFactory
from tests.accounts.proving import prove
from tests.companies.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    person = UserFactory(email="ana@loja.com.br", name="Ana Souza")
    vouch_for_address(person)
    return person


@pytest.fixture
def browser(client_for, ana):
    return client_for(ana)


def moved(browser, to="ana@nova.com.br"):
    """Ana changes her address through the pages; the link that the address before got."""
    prove(browser)
    browser.post(reverse("account_email"), {"action_add": "1", "email": to})
    link = re.search(r"http://\S+(/conta/confirm-email/\S+)", mail.outbox[-1].body)[1]
    assert browser.post(link).status_code == 302
    [message] = [message for message in mail.outbox if message.to == ["ana@loja.com.br"]]
    return re.search(r"http\S+?(/conta/email/mudanca/\S+)", message.body)[1]


class TestTelling:
    def test_the_address_before_is_told_with_a_link_to_answer(self, browser, ana):
        link = moved(browser)
        change = AddressChange.objects.get()
        assert (change.before, change.after, change.user) == ("ana@loja.com.br", "ana@nova.com.br", ana)
        text = Client().get(link).content.decode()
        assert "mudou de ana@loja.com.br para ana@nova.com.br" in text

    def test_opening_the_link_does_nothing(self, browser):
        Client().get(moved(browser))
        change = AddressChange.objects.get()
        assert (change.confirmed_at, change.undone_at) == (None, None)

    def test_the_message_to_the_address_before_is_kept_with_the_change_or_nothing_changes(
        self, browser, ana, an_outbox, monkeypatch
    ):
        prove(browser)
        browser.post(reverse("account_email"), {"action_add": "1", "email": "ana@nova.com.br"})
        link = re.search(r"http://\S+(/conta/confirm-email/\S+)", Mail.objects.latest("created_at").body)[1]
        browser.raise_request_exception = False
        with monkeypatch.context() as broken:
            broken.setattr("apps.outbox.actions.keep", lambda message: 1 / 0)
            assert browser.post(link).status_code == 500
        assert User.objects.get(pk=ana.pk).email == "ana@loja.com.br"
        assert not AddressChange.objects.exists()
        browser.post(link)
        assert Mail.objects.filter(kind="accounts.change", address="ana@loja.com.br", user=ana).exists()
        assert AddressChange.objects.exists()


class TestAnswering:
    def test_a_confirmed_one_counts_at_once(self, browser, ana):
        link = moved(browser)
        assert addresses.unsettled(ana)
        assert "está confirmada" in Client().post(link, {"answer": "confirm"}).content.decode()
        assert addresses.unsettled(ana) is None

    def test_an_unanswered_one_after_seven_days(self, ana):
        change = AddressChangeFactory(user=ana)
        with clock.at(change.at + addresses.SETTLES - timedelta(seconds=1)):
            assert addresses.unsettled(ana) == change
            assert addresses.settled(ana) == change.before
        with clock.at(change.at + addresses.SETTLES):
            assert addresses.unsettled(ana) is None
            assert addresses.settled(ana) == ana.email

    def test_one_that_confirms_itself_does_not_confirm_the_one_before_it(self, ana):
        first = AddressChangeFactory(user=ana, before="ana@loja.com.br", after="ladrao@a.com.br")
        second = AddressChangeFactory(user=ana, before="ladrao@a.com.br", after="ladrao@b.com.br")
        addresses.confirm(second)
        assert addresses.unsettled(ana) == first
        assert addresses.settled(ana) == "ana@loja.com.br"

    def test_undoing_gives_the_address_back_and_ends_what_may_be_the_other_hands(self, browser, ana):
        long_ago = Authenticator.objects.create(
            user=ana, type="webauthn", data={}, created_at=clock.now() - timedelta(days=90)
        )
        link = moved(browser)
        Authenticator.objects.create(user=ana, type="totp", data={"secret": "x"})
        assert "A mudança foi desfeita" in Client().post(link, {"answer": "undo"}).content.decode()
        ana = User.objects.get(pk=ana.pk)
        assert ana.email == "ana@loja.com.br"
        assert [row.email for row in EmailAddress.objects.filter(user=ana, verified=True, primary=True)] == [ana.email]
        assert not ana.has_usable_password()
        assert list(Authenticator.objects.all()) == [long_ago]
        assert "/conta/login/" in browser.get(reverse("accounts:profile")).url

    def test_recovery_codes_do_not_outlive_the_last_factor(self, ana):
        change = AddressChangeFactory(user=ana, before="ana@loja.com.br")
        Authenticator.objects.create(user=ana, type="recovery_codes", data={}, created_at=change.at - timedelta(days=9))
        Authenticator.objects.create(user=ana, type="totp", data={})
        addresses.undo(change)
        assert not Authenticator.objects.exists()

    def test_undoing_the_first_undoes_what_followed(self, ana):
        first = AddressChangeFactory(user=ana, before="ana@loja.com.br", after="ladrao@a.com.br")
        second = AddressChangeFactory(user=ana, before="ladrao@a.com.br", after="ladrao@b.com.br")
        addresses.confirm(second)
        addresses.undo(first)
        second.refresh_from_db()
        assert second.undone_at
        assert User.objects.get(pk=ana.pk).email == "ana@loja.com.br"

    @pytest.mark.parametrize("then", [addresses.confirm, addresses.undo])
    def test_it_is_answered_once(self, ana, then):
        change = AddressChangeFactory(user=ana)
        addresses.confirm(change)
        with pytest.raises(Refusal, match="já foi respondida"):
            then(change)

    def test_an_address_that_is_another_accounts_by_now_is_not_given_back(self, ana):
        change = AddressChangeFactory(user=ana, before="ana@antes.com.br")
        UserFactory(email="Ana@antes.com.br")
        with pytest.raises(Refusal, match="outra conta"):
            addresses.undo(change)

    def test_a_link_that_was_made_up_or_is_too_old_says_so(self, ana):
        change = AddressChangeFactory(user=ana)
        link = addresses.answer_url(change)
        path = link[link.index("/conta/") :]
        assert Client().get(reverse("accounts:address_answer", args=["x"])).status_code == 410
        with clock.at(change.at + addresses.SETTLES):
            assert Client().post(path, {"answer": "undo"}).status_code == 410
        assert Client().post(path, {"answer": "x"}).status_code == 404
        assert User.objects.get(pk=ana.pk).email == "ana@loja.com.br"

    def test_the_database_holds_that_it_is_not_both(self, ana):
        change = AddressChangeFactory(user=ana, confirmed_at=clock.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            AddressChange.objects.filter(pk=change.pk).update(undone_at=clock.now())

    def test_in_english(self, ana):
        path = addresses.answer_url(AddressChangeFactory(user=ana)).partition("/conta/")[2]
        text = Client().get(f"/conta/{path}", headers={"Accept-Language": "en"}).content.decode()
        assert "It was not me" in text

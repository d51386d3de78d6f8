"""A signatory with another address: told to the others, and no answer until it counts."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from apps.accounts import address_changes as addresses
from apps.accounts.models import User
from apps.core import clock
from apps.core.refusals import Refusal
from apps.notices import actions as notices
from apps.notices.models import Notice
from apps.stages.acceptance import actions
from apps.stages.acceptance.models import Signatory
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.signing import codes
from tests.acceptance.factories import a_draft, opened, signatory, signs
from tests.accounts.factories import AddressChangeFactory
from tests.accounts.proving import is_asked, mailed_code, prove, prove_by_mail
from tests.companies.factories import as_chosen

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 teste"


@pytest.fixture(scope="module")
def standing_term(stand):
    return stand(lambda: opened(a_draft(), pdf=PDF))


@pytest.fixture
def term(standing_term):
    return standing_term.copy()


def page(name, row):
    return reverse(f"acceptance:{name}", args=[row.rollout.pk, row.pk])


def moved(person, to="outro@exemplo.com.br"):
    """``person``'s account gets another address, as the library tells of it."""
    before, person.email = person.email, to
    person.save()
    return addresses.record_change(person, before=before, after=to)


def kinds(term):
    return [event.kind for event in term.rollout.events.order_by("sequence")]


class TestTheMailedCode:
    def test_it_goes_to_the_address_that_the_term_names(self, term):
        row = signatory(term, "client")
        named = row.email
        change = moved(row.user)
        addresses.confirm(change)
        codes.send(row, by=User.objects.get(pk=row.user_id))
        assert mail.outbox[-1].to == [named]

    def test_a_code_that_proves_the_person_is_not_one_to_sign_with(self, term, client_for):
        row = signatory(term, "client")
        browser = client_for(row.user)
        code = mailed_code(browser)
        prove(browser)
        browser.post(page("send_code", row))
        assert browser.post(page("confirm", row), {"code": code, "consent": "on"}).status_code == 422

    def test_and_the_other_way_round(self, term, client_for):
        row = signatory(term, "client")
        browser = client_for(row.user)
        code = codes.issue(row, by=row.user)
        mailed_code(browser)
        assert browser.post(reverse("account_reauthenticate"), {"mailed": code}).status_code == 422


class TestWhileItDoesNotCount:
    @pytest.mark.parametrize("act", ["code", "sign", "refuse", "delegate"])
    def test_nothing_is_answered(self, term, act):
        row = signatory(term, "client")
        moved(row.user)
        person = User.objects.get(pk=row.user_id)
        acts = {
            "code": lambda: codes.issue(row, by=person),
            "sign": lambda: signing.sign(row, by=person, consent=True, passkey=True),
            "refuse": lambda: signing.refuse(row, by=person, reason="x"),
            "delegate": lambda: signing.delegate(row, by=person, to=term.rollout.people["client_member"]),
        }
        with pytest.raises(Refusal, match="ainda não vale para responder ao termo"):
            acts[act]()
        assert signatory(term, "client").state == "pending"

    def test_the_page_says_what_to_do(self, term, client_for):
        row = signatory(term, "client")
        moved(row.user)
        browser = client_for(row.user)
        assert "mudou há pouco" in browser.get(page("sign", row)).content.decode()
        prove(browser)
        text = browser.post(page("send_code", row), follow=True).content.decode()
        assert "Confirme a mudança pela mensagem que enviamos a" in text
        assert "espere até" in text

    def test_a_code_from_before_signs_nothing_any_more(self, term):
        row = signatory(term, "client")
        code = codes.issue(row, by=row.user)
        moved(row.user)
        with pytest.raises(Refusal):
            signing.sign(row, by=User.objects.get(pk=row.user_id), consent=True, code=code)

    def test_confirmed_by_the_address_before_it_signs(self, term):
        row = signatory(term, "client")
        addresses.confirm(moved(row.user))
        assert signs(term, "client").state == "signed"

    def test_after_seven_days_it_signs(self, term):
        row = signatory(term, "client")
        change = moved(row.user)
        with clock.at(change.at + addresses.SETTLES):
            assert signs(term, "client").state == "signed"


class TestTelling:
    def test_it_is_on_the_timeline_without_addresses_and_told_to_the_others(self, term):
        row = signatory(term, "client")
        moved(row.user)
        event = term.rollout.events.get(kind="acceptance.new_address")
        assert event.data == {"version": term.version, "days": 7}
        assert (event.actor, event.party) == (row.user, "client")
        notices.consume(event)
        people = term.rollout.people
        assert {notice.user for notice in Notice.objects.filter(event=event)} == {people["integrator"], people["pm"]}

    def test_so_is_what_the_address_before_answers(self, term):
        row = signatory(term, "client")
        addresses.confirm(moved(row.user))
        assert kinds(term)[-2:] == ["acceptance.new_address", "acceptance.new_address_confirmed"]
        addresses.undo(moved(row.user, to="terceiro@exemplo.com.br"))
        assert kinds(term)[-2:] == ["acceptance.new_address", "acceptance.new_address_undone"]

    def test_one_from_just_before_the_draft_is_told_with_the_draft(self, term):
        people = term.rollout.people
        AddressChangeFactory(user=people["client"], at=clock.now() - timedelta(days=2))
        chosen = {"client": people["client"], "integrator": people["integrator"], "presence": people["pm"]}
        actions.draft(term.rollout, by=people["pm"], signatories=chosen)
        assert kinds(term)[-2:] == ["acceptance.drafted", "acceptance.new_address"]

    def test_one_of_the_colleague_it_is_passed_to_as_well(self, term):
        row, to = signatory(term, "client"), term.rollout.people["client_member"]
        AddressChangeFactory(user=to)
        signing.delegate(row, by=row.user, to=to)
        assert kinds(term)[-2:] == ["acceptance.delegated", "acceptance.new_address"]
        with pytest.raises(Refusal):
            codes.issue(signatory(term, "client"), by=to)

    def test_who_has_answered_already_is_not_told_of(self, term):
        signs(term, "client")
        moved(signatory(term, "client").user)
        assert "acceptance.new_address" not in kinds(term)


class TestTheDoor:
    """An open session of somebody without a password, before and after fresh proof."""

    @pytest.fixture
    def row(self, term):
        row = signatory(term, "client")
        row.user.set_unusable_password()
        row.user.save()
        return row

    @pytest.mark.parametrize(
        ("method", "name"),
        [
            ("get", "confirm"),
            ("post", "confirm"),
            ("post", "send_code"),
            ("post", "refuse"),
            ("post", "delegate"),
        ],
    )
    def test_each_answer_asks_for_proof(self, row, client_for, method, name):
        answer = getattr(client_for(row.user), method)(
            page(name, row), {"reason": "x", "to": row.rollout.parties.count(), "consent": "on", "code": "000000"}
        )
        assert is_asked(answer)
        assert Signatory.objects.get(pk=row.pk).state == "pending"
        assert not mail.outbox

    def test_the_way_through(self, row, client_for):
        browser = client_for(row.user)
        prove_by_mail(browser)
        browser.post(page("send_code", row))
        code = re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]
        assert browser.post(page("confirm", row), {"code": code, "consent": "on"}).status_code == 302
        assert Signatory.objects.get(pk=row.pk).proof["fresh"]["way"] == "code"

    def test_a_reason_that_was_typed_waits_in_the_form(self, row, client_for):
        browser = client_for(row.user)
        asked = browser.post(page("refuse", row), {"reason": "Falta o caso PED-09"})
        back = browser.post(asked.url, {"mailed": mailed_code(browser)}).url
        assert back == page("sign", row) + "#assinar"
        assert "Falta o caso PED-09" in browser.get(page("sign", row)).content.decode()
        assert Signatory.objects.get(pk=row.pk).state == "pending"

    def test_so_does_the_colleague_who_was_chosen(self, row, term, client_for):
        browser, to = client_for(row.user), term.rollout.people["client_member"]
        chosen = as_chosen(term.rollout.company("client"), to)
        asked = browser.post(page("delegate", row), {"to": chosen})
        browser.post(asked.url, {"mailed": mailed_code(browser)})
        assert f'<option value="{chosen}" selected>' in browser.get(page("sign", row)).content.decode()
        assert Signatory.objects.get(pk=row.pk).user == row.user

"""Signing: in person, in turn, in time, with a code that proves the mailbox; refusing and passing on."""

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from apps.accounts import personal_data
from apps.core import canonical, clock
from apps.core.process import Gate, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.notices import actions as notices
from apps.notices.models import Notice
from apps.outbox.models import Mail
from apps.rollouts import actions as rollouts
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.stages.acceptance import actions, queries, tasks
from apps.stages.acceptance.models import AcceptanceTerm, Signatory
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.signing import codes
from tests.acceptance.factories import ROLES, SigningCodeFactory, a_draft, opened, signatory, signs
from tests.accounts.proving import prove
from tests.companies.factories import a_person, as_chosen

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 teste"
IN_ORDER = {"client": 1, "integrator": 2, "presence": 3}


@pytest.fixture(scope="module")
def standing_term(stand):
    return stand(lambda: opened(a_draft(), pdf=PDF))


@pytest.fixture
def term(standing_term):
    return standing_term.copy()


@pytest.fixture
def ordered():
    return opened(a_draft(steps=IN_ORDER), pdf=PDF)


def owed(term):
    needs = gates.unmet(Rollout.objects.get(pk=term.rollout_id), Gate.START_GO_LIVE)
    return {need.owed_by for need in needs if need.key.startswith("acceptance:signature")}


def told(term, kind):
    """Who is told of the newest event of ``kind``."""
    event = term.rollout.events.filter(kind=kind).latest("sequence")
    notices.consume(event)
    return {notice.user for notice in Notice.objects.filter(event=event)}


def page(name, row):
    return reverse(f"acceptance:{name}", args=[row.rollout.pk, row.pk])


class TestTheOrder:
    def test_all_at_once_where_none_is_set(self, term):
        assert owed(term) == set(ROLES)

    def test_each_is_asked_after_the_one_before(self, ordered):
        for number, role in enumerate(ROLES):
            assert owed(ordered) == {role}
            signs(ordered, role)
            assert [queries.has_turn(signatory(ordered, each)) for each in ROLES] == [
                index == number + 1 for index in range(3)
            ]
        assert owed(ordered) == set()

    @pytest.mark.parametrize("act", ["code", "sign", "refuse", "delegate"])
    def test_a_later_one_is_not_let_in(self, ordered, act):
        row = signatory(ordered, "presence")
        acts = {
            "code": lambda: codes.issue(row, by=row.user),
            "sign": lambda: signing.sign(row, by=row.user, consent=True, passkey=True),
            "refuse": lambda: signing.refuse(row, by=row.user, reason="x"),
            "delegate": lambda: signing.delegate(row, by=row.user, to=ordered.rollout.people["analyst"]),
        }
        with pytest.raises(Refusal):
            acts[act]()
        assert signatory(ordered, "presence").state == "pending"

    def test_a_later_one_reads_that_it_is_not_their_turn_and_nothing_of_the_term(self, ordered, client_for):
        row = signatory(ordered, "integrator")
        browser = client_for(row.user)
        text = browser.get(page("sign", row)).content.decode()
        assert "Ainda não é a vez desta assinatura" in text
        assert "As partes" not in text
        prove(browser)
        assert browser.get(page("confirm", row)).url == page("sign", row)

    def test_a_later_one_is_not_told_before(self, ordered):
        people = ordered.rollout.people
        assert told(ordered, "acceptance.rendered") == {people["client"]}
        signs(ordered, "client")
        assert told(ordered, "acceptance.signed") == {people["integrator"]}
        signs(ordered, "integrator")
        assert told(ordered, "acceptance.signed") == {people["pm"]}

    def test_their_time_begins_with_their_turn(self, ordered):
        with clock.at(clock.now() + timedelta(days=2)) as _:
            signs(ordered, "client")
            assert signatory(ordered, "integrator").since == clock.now()

    def test_a_requirement_reminds_the_signatory_alone_until_the_last_day(self, ordered):
        needs = gates.unmet(Rollout.objects.get(pk=ordered.rollout_id), Gate.START_GO_LIVE)
        need = next(each for each in needs if each.key == "acceptance:signature:client")
        assert need.person == ordered.rollout.people["client"]
        assert need.due is not None


class TestTheCode:
    def test_it_is_mailed_to_the_signatory_and_only_its_digest_is_kept(self, term):
        row = signatory(term, "client")
        codes.send(row, by=row.user)
        message = mail.outbox[-1]
        code = re.search(r"\b\d{6}\b", message.body)[0]
        assert message.to == [row.email]
        assert code not in message.subject
        assert code not in str(row.codes.values_list())
        signing.sign(row, by=row.user, consent=True, code=f"{code[:3]} {code[3:]}")
        assert signatory(term, "client").method == "code"

    @pytest.mark.parametrize("who", ["client_member", "pm", "integrator", "stranger"])
    def test_nobody_else_gets_one(self, term, who):
        with pytest.raises(NotAllowed):
            codes.send(signatory(term, "client"), by=term.rollout.people[who])
        assert not mail.outbox

    def test_a_wrong_one_is_refused_and_the_fifth_closes_it(self, term):
        row = signatory(term, "client")
        code = codes.issue(row, by=row.user)
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        for _time in range(5):
            with pytest.raises(Invalid, match="incorreto"):
                signing.sign(row, by=row.user, consent=True, code=wrong)
        with pytest.raises(Invalid, match="não vale mais"):
            signing.sign(row, by=row.user, consent=True, code=code)
        assert signatory(term, "client").state == "pending"

    def test_after_ten_minutes_it_is_over(self, term):
        row = signatory(term, "client")
        code = codes.issue(row, by=row.user)
        with clock.at(clock.now() + timedelta(minutes=10)), pytest.raises(Invalid, match="não vale mais"):
            signing.sign(row, by=row.user, consent=True, code=code)

    def test_a_new_one_ends_the_one_before(self, term):
        row = signatory(term, "client")
        first = codes.issue(row, by=row.user)
        with clock.at(clock.now() + timedelta(minutes=1)):
            second = codes.issue(row, by=row.user)
            assert first != second  # One in a million that this test is wrong.
            with pytest.raises(Invalid):
                signing.sign(row, by=row.user, consent=True, code=first)

    def test_it_works_once(self, term):
        row = signatory(term, "client")
        code = codes.issue(row, by=row.user)
        codes.spend(row, by=row.user, code=code)
        with pytest.raises(Invalid, match="não vale mais"):
            codes.spend(row, by=row.user, code=code)

    def test_it_is_of_this_signature_alone(self, term):
        client, integrator = signatory(term, "client"), signatory(term, "integrator")
        code = codes.issue(client, by=client.user)
        codes.issue(integrator, by=integrator.user)
        with pytest.raises(Invalid):
            signing.sign(integrator, by=integrator.user, consent=True, code=code)

    def test_not_two_at_once_and_not_six_an_hour(self, term):
        row = signatory(term, "client")
        begun = clock.now()
        for minute in range(5):
            with clock.at(begun + timedelta(minutes=minute)):
                codes.issue(row, by=row.user)
                with pytest.raises(Refusal, match="acabou de ser enviado"):
                    codes.issue(row, by=row.user)
        with clock.at(begun + timedelta(minutes=30)), pytest.raises(Refusal, match="Aguarde uma hora"):
            codes.issue(row, by=row.user)
        with clock.at(begun + timedelta(minutes=62)):
            codes.issue(row, by=row.user)

    def test_a_code_waits_for_a_worker_with_the_mail_server_away_or_not(self, term, an_outbox):
        row = signatory(term, "client")
        codes.send(row, by=row.user)
        waiting = Mail.objects.get()
        assert (waiting.kind, waiting.address) == ("acceptance.code", row.email)
        assert waiting.expires_at == waiting.created_at + timedelta(minutes=codes.MINUTES)
        assert mail.outbox == []

    def test_old_ones_are_forgotten(self, term):
        row = signatory(term, "client")
        SigningCodeFactory(signatory=row, expires_at=clock.now() - timedelta(days=2))
        kept = SigningCodeFactory(signatory=row)
        personal_data.expire()
        assert list(row.codes.all()) == [kept]


class TestSigning:
    def test_it_takes_a_fresh_sign_in_a_code_and_consent(self, term, client_for):
        row = signatory(term, "client")
        browser = client_for(row.user)
        assert reverse("account_reauthenticate") in browser.get(page("confirm", row)).url
        assert reverse("account_reauthenticate") in browser.post(page("send_code", row)).url
        assert reverse("account_reauthenticate") in browser.post(page("confirm", row), {"consent": "on"}).url
        assert not mail.outbox
        prove(browser)
        browser.post(page("send_code", row))
        code = re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]
        assert browser.post(page("confirm", row), {"code": code}).status_code == 422
        answer = browser.post(
            page("confirm", row),
            {"code": code, "consent": "on"},
            REMOTE_ADDR="203.0.113.9",
            HTTP_USER_AGENT="Celular",
        )
        assert answer.status_code == 302
        signed = signatory(term, "client")
        assert (signed.state, signed.method) == ("signed", "code")
        assert (signed.address, signed.agent, signed.signed_sha256) == ("203.0.113.9", "Celular", term.pdf.sha256)
        event = term.rollout.events.latest("sequence")
        assert row.name not in str(event.data)
        assert row.email not in str(event.data)

    def test_without_a_code_it_is_refused(self, term):
        row = signatory(term, "client")
        with pytest.raises(Invalid) as refusal:
            signing.sign(row, by=row.user, consent=True)
        assert refusal.value.field == "code"

    def proved_with_a_passkey(self, browser, row, *, made):
        """A passkey of theirs that was made at ``made``, and has just been used to prove that it is them."""
        passkey = Authenticator.objects.create(user=row.user, type="webauthn", data={}, created_at=made)
        prove(browser)
        session = browser.session
        session["account_authentication_methods"] = [
            *session["account_authentication_methods"],
            {"method": "mfa", "type": "webauthn", "id": passkey.pk, "at": time.time(), "reauthenticated": True},
        ]
        session.save()

    def test_a_passkey_from_before_the_draft_takes_the_place_of_the_code(self, term, client_for):
        row = signatory(term, "client")
        browser = client_for(row.user)
        made = term.drafted_at - timedelta(days=1)
        self.proved_with_a_passkey(browser, row, made=made)
        assert 'name="code"' not in browser.get(page("confirm", row)).content.decode()
        assert browser.post(page("confirm", row), {"consent": "on"}).status_code == 302
        signed = signatory(term, "client")
        assert signed.method == "passkey"
        assert signed.proof["fresh"]["way"] == "webauthn"
        assert signed.proof["passkey"] == {"registered_at": canonical.instant(made)}

    def test_a_passkey_from_after_the_draft_does_not(self, term, client_for):
        row = signatory(term, "client")
        browser = client_for(row.user)
        self.proved_with_a_passkey(browser, row, made=clock.now())
        assert 'name="code"' in browser.get(page("confirm", row)).content.decode()
        assert browser.post(page("confirm", row), {"consent": "on"}).status_code == 422
        assert signatory(term, "client").state == "pending"

    def test_a_password_after_the_passkey_asks_for_the_code_again(self, term, client_for):
        row = signatory(term, "client")
        browser = client_for(row.user)
        self.proved_with_a_passkey(browser, row, made=term.drafted_at - timedelta(days=1))
        prove(browser)
        assert browser.post(page("confirm", row), {"consent": "on"}).status_code == 422

    def test_what_it_rests_on_is_kept_without_words(self, term, client_for):
        row = signatory(term, "client")
        browser = client_for(row.user)
        prove(browser)
        browser.post(page("send_code", row))
        code = re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]
        browser.post(page("confirm", row), {"code": code, "consent": "on"})
        proof = signatory(term, "client").proof
        assert set(proof) == {"fresh", "code"}
        assert proof["fresh"]["way"] == "password"
        spent = row.codes.get()
        assert proof["code"] == {
            "sent_at": canonical.instant(spent.created_at), "used_at": canonical.instant(spent.used_at),
        }  # fmt: skip

    def test_who_left_the_company_no_longer_signs_for_it(self, term):
        row = signatory(term, "client")
        row.user.memberships.all().delete()
        with pytest.raises(NotAllowed):
            signing.sign(row, by=type(row.user).objects.get(pk=row.user_id), consent=True, passkey=True)

    def test_what_was_signed_does_not_change_any_more(self, term):
        row = signs(term, "client")
        for change in (lambda: Signatory.objects.filter(pk=row.pk).update(agent="x"), row.delete):
            with pytest.raises(IntegrityError), transaction.atomic():
                change()

    def test_the_page_shows_what_the_document_says(self, term, client_for):
        row = signatory(term, "client")
        text = client_for(row.user).get(page("sign", row)).content.decode()
        for said in (
            "As partes",
            term.rollout.company("client").legal_name,
            "Resumo de horas",
            "Validade da assinatura",
        ):
            assert said in text


class TestTheTime:
    def test_it_ends_after_the_days_that_are_set(self, term, settings):
        assert term.expires_at - term.rendered_at == timedelta(days=settings.TERM_SIGNING_DAYS)

    def test_then_nobody_signs_and_the_gate_asks_for_a_new_term(self, term):
        row = signatory(term, "client")
        code = codes.issue(row, by=row.user)
        with clock.at(term.expires_at):
            with pytest.raises(Refusal, match="venceu"):
                signing.sign(row, by=row.user, consent=True, code=code)
            tasks.expire_terms()
            tasks.expire_terms()
        assert AcceptanceTerm.objects.get(pk=term.pk).state == "expired"
        assert term.rollout.events.filter(kind="acceptance.expired").count() == 1
        keys = {need.key for need in gates.unmet(Rollout.objects.get(pk=term.rollout_id), Gate.START_GO_LIVE)}
        assert "acceptance:term" in keys
        assert told(term, "acceptance.expired") == {term.rollout.people["pm"]}

    def test_one_signed_by_all_does_not_expire(self, term):
        for role in ROLES:
            signs(term, role)
        with clock.at(term.expires_at + timedelta(days=1)):
            actions.expire(term.pk)
        assert AcceptanceTerm.objects.get(pk=term.pk).state == "signed"


class TestDelegation:
    def test_a_colleague_signs_and_the_document_names_both(self, term):
        row, to = signatory(term, "client"), term.rollout.people["client_member"]
        codes.issue(row, by=row.user)
        signing.delegate(row, by=row.user, to=to)
        passed = signatory(term, "client")
        assert (passed.user, passed.name, passed.delegated_from) == (to, str(to), row.name)
        assert not passed.codes.exists()
        assert told(term, "acceptance.delegated") == {to}
        with pytest.raises(NotAllowed):
            signing.sign(passed, by=row.user, consent=True, passkey=True)
        assert signs(term, "client").signed_at

    @pytest.mark.parametrize("to", ["integrator", "pm", "stranger", "client"])
    def test_only_somebody_else_of_the_company(self, term, to):
        row = signatory(term, "client")
        with pytest.raises(Invalid) as refusal:
            signing.delegate(row, by=row.user, to=term.rollout.people[to])
        assert refusal.value.field == "to"

    def test_once(self, term):
        row, people = signatory(term, "client"), term.rollout.people
        third = a_person(term.rollout.company("client"))
        signing.delegate(row, by=row.user, to=people["client_member"])
        with pytest.raises(Refusal, match="já foi delegada"):
            signing.delegate(signatory(term, "client"), by=people["client_member"], to=third)

    @pytest.mark.parametrize("who", ["client_member", "pm", "integrator"])
    def test_only_the_signatory_passes_it_on(self, term, who):
        with pytest.raises(NotAllowed):
            signing.delegate(
                signatory(term, "client"), by=term.rollout.people[who], to=term.rollout.people["client_member"]
            )

    def test_through_the_page(self, term, client_for):
        row, to = signatory(term, "client"), term.rollout.people["client_member"]
        client, presence, pm = (
            term.rollout.company("client"),
            term.rollout.company("presence"),
            term.rollout.people["pm"],
        )
        browser = client_for(row.user)
        prove(browser)
        assert browser.post(page("delegate", row), {"to": as_chosen(presence, pm)}).status_code == 422
        assert browser.post(page("delegate", row), {"to": as_chosen(client, to)}).status_code == 302
        assert signatory(term, "client").user == to


class TestRefusing:
    def refused(self, term):
        signing.refuse(signatory(term, "client"), by=term.rollout.people["client"], reason="Falta o caso PED-09")
        return Rollout.objects.get(pk=term.rollout_id)

    def test_it_returns_the_rollout_to_homologation_with_the_reason_as_a_requirement(self, term):
        rollout = self.refused(term)
        assert rollout.stage == Stage.HOMOLOGATION
        (need,) = [each for each in gates.unmet(rollout, Gate.START_ACCEPTANCE) if each.key.startswith("acceptance:")]
        assert "Falta o caso PED-09" in str(need.text)
        assert (need.owed_by, need.waivable) == ("presence", False)

    def test_the_requirement_ends_when_presence_says_what_was_done(self, term, client_for):
        rollout = self.refused(term)
        browser = client_for(term.rollout.people["pm"])
        assert "Falta o caso PED-09" in browser.get(reverse("acceptance:room", args=[rollout.pk])).content.decode()
        url = reverse("acceptance:settle", args=[rollout.pk, 1])
        assert browser.post(url, {"settlement": ""}).status_code == 422
        assert browser.post(url, {"settlement": "PED-09 foi executado e passou."}).status_code == 302
        keys = {each.key for each in gates.unmet(Rollout.objects.get(pk=rollout.pk), Gate.START_ACCEPTANCE)}
        assert not any(key.startswith("acceptance:") for key in keys)
        with pytest.raises(Refusal):
            actions.settle_refusal(term, by=term.rollout.people["pm"], settlement="de novo")

    def test_who_may_not_draft_does_not_settle_it(self, term):
        self.refused(term)
        for who in ("client", "integrator", "analyst", "platform"):
            with pytest.raises(NotAllowed):
                actions.settle_refusal(term, by=term.rollout.people[who], settlement="x")

    def test_nobody_signs_what_was_refused(self, term):
        self.refused(term)
        row = signatory(term, "integrator")
        with pytest.raises(Refusal, match="não está aberto"):
            signing.sign(row, by=row.user, consent=True, passkey=True)

    def test_the_others_and_presence_are_told(self, term):
        self.refused(term)
        people = term.rollout.people
        assert told(term, "acceptance.refused") == {people["integrator"], people["pm"]}

    def test_on_hold_it_stays_where_it_is_until_it_is_resumed(self, term):
        rollout = Rollout.objects.get(pk=term.rollout_id)
        rollouts.hold(
            rollout, by=term.rollout.people["pm"], caused_by="client", reason="x", seen_version=rollout.version
        )
        assert self.refused(term).stage == Stage.ACCEPTANCE


class TestInBothLanguages:
    def test_a_refusal_by_who_reads_english_asks_in_the_language_of_each_reader(self, term):
        row = signatory(term, "client")
        with translation.override("en"):
            signing.refuse(row, by=row.user, reason="Falta a ressalva")
        rollout = Rollout.objects.get(pk=term.rollout_id)
        (asked,) = [need for need in gates.unmet(rollout, Gate.START_ACCEPTANCE) if need.key == "acceptance:refusal:1"]
        assert asked.text == {
            "pt": "Resolver o motivo da recusa do termo (Cliente): Falta a ressalva",
            "en": "Settle why the term was refused (Client): Falta a ressalva",
        }
        assert rollout.events.last().describe() == "recusou o termo de aceite: Falta a ressalva"


class TestTheRecordIsCompared:
    @pytest.fixture
    def comparisons(self, monkeypatch):
        """The rollout's version at each comparison of its record with the term's."""
        versions, is_stale = [], queries.is_stale

        def compare(term):
            versions.append(term.rollout.version)
            return is_stale(term)

        monkeypatch.setattr(queries, "is_stale", compare)
        return versions

    def test_once_where_nothing_happened_while_the_code_was_checked(self, term, comparisons):
        signs(term, "client")
        assert len(comparisons) == 1

    def test_again_under_the_lock_where_something_happened_meanwhile(self, term, comparisons, monkeypatch):
        spend = codes.spend

        def spend_while_somebody_holds_the_project(row, **proof):
            rollout = Rollout.objects.get(pk=term.rollout_id)
            manager = rollout.project_manager
            rollouts.hold(rollout, by=manager, caused_by="client", reason="Aguardar", seen_version=rollout.version)
            return spend(row, **proof)

        monkeypatch.setattr(codes, "spend", spend_while_somebody_holds_the_project)
        signs(term, "client")
        before, under_the_lock = comparisons
        assert under_the_lock > before

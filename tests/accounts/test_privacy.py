"""Consent, a copy of one's data, erasure, and what is dropped with time (LGPD; docs/privacy.md)."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import EmailField, Q
from django.test import Client
from django.urls import reverse
from django.utils import translation

from apps.accounts import personal_data
from apps.accounts.actions import TERMS_VERSION
from apps.accounts.models import Consent, User
from apps.accounts.tasks import forget_what_expired
from apps.companies.models import Person
from apps.core import clock
from apps.core.refusals import Refusal
from apps.hours.models import ContestMessage
from apps.invitations.models import Invitation
from apps.meetings.models import Attendee
from apps.prerequisites import actions as prerequisites
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from tests.accounts.proving import prove
from tests.companies.factories import PASSWORD, CompanyFactory, PersonFactory, UserFactory, a_person
from tests.hours.factories import ContestFactory
from tests.invitations.factories import InvitationFactory
from tests.meetings.factories import AttendeeFactory, MeetingFactory
from tests.portal.factories import DraftFactory
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


class TestTerms:
    @pytest.fixture
    def newcomer(self):
        return a_person(CompanyFactory(), consents=None)

    def test_who_has_not_agreed_is_asked_before_anything_else_and_then_goes_on(self, client_for, newcomer):
        browser = client_for(newcomer)
        asked = browser.get("/projetos/?situation=all")
        assert asked.url == f"{reverse('accounts:consent')}?next=%2Fprojetos%2F%3Fsituation%3Dall"
        assert browser.post(asked.url, {}).status_code == 422
        assert browser.post(asked.url, {"terms": "on"}).url == "/projetos/?situation=all"
        assert browser.get("/").status_code == 200
        assert newcomer.consents.get().version == TERMS_VERSION

    def test_a_new_version_asks_again_and_says_why(self, client_for, newcomer):
        Consent.objects.create(user=newcomer, version="2020-01-01")
        page = client_for(newcomer).get("/", follow=True).content.decode()
        assert "mudaram desde que você os aceitou" in page

    def test_the_way_on_never_leads_elsewhere(self, client_for, newcomer):
        answer = client_for(newcomer).post(
            f"{reverse('accounts:consent')}?next=https://outro.example/", {"terms": "on"}
        )
        assert answer.url == reverse("portal:arrive")

    def test_the_api_says_it_in_json(self, client_for, newcomer):
        answer = client_for(newcomer).get("/api/rollouts/")
        assert answer.status_code == 403
        assert "termos de uso" in answer.json()["message"]

    def test_signing_out_and_reading_stay_open(self, client_for, newcomer):
        browser = client_for(newcomer)
        assert browser.get(reverse("accounts:terms")).status_code == 200
        assert browser.post(reverse("account_logout")).url == reverse("account_login")


@pytest.fixture
def rita():
    """A client's lead who did a little of everything."""
    item = PrerequisiteFactory(kind="contact")
    rollout = item.rollout
    person = rollout.people["client"]
    User.objects.filter(pk=person.pk).update(name="Rita Alves", email="rita@aurora.com.br")
    person.refresh_from_db()
    row = {"kind": "technical", "name": "Rita Alves", "position": "TI", "email": person.email, "phone": "11 4000-0000"}
    prerequisites.submit(item, by=person, contacts=[row, {**row, "kind": "decision", "email": "ana@aurora.com.br"}])
    PersonFactory(company=rollout.company("integrator"), emails=[person.email], name="Rita Alves", phone="11 4000-0000")
    InvitationFactory(company=rollout.company("client"), email=person.email, name="Rita Alves")
    AttendeeFactory(meeting=MeetingFactory(rollout=rollout, kind="kickoff", held=True), user=person)
    AttendeeFactory(meeting=MeetingFactory(rollout=rollout, held=True), name="Rita Alves", position="TI")
    DraftFactory(user=person, rollout=rollout, data={"text": "Rita escreveu"})
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    person.rollout = rollout
    return person


class TestACopy:
    def test_it_has_what_every_app_holds(self, rita, client_for):
        browser = client_for(rita)
        prove(browser)
        answer = browser.get(reverse("accounts:export"))
        assert answer["Content-Disposition"].startswith("attachment")
        copy = json.loads(answer.content)
        assert set(copy) == {"exported_at", *personal_data._holdings()}
        assert copy["account"]["name"] == "Rita Alves"
        assert copy["account"]["consents"][0]["version"] == TERMS_VERSION
        assert copy["actions"][0]["kind"] == "prerequisites.submitted"
        for holding in ("companies", "contact_lists", "meetings", "drafts", "invitations"):
            assert copy[holding], holding

    def test_it_is_the_persons_own(self, rita, client_for):
        assert "Rita" not in client_for(UserFactory()).get(reverse("accounts:export")).content.decode()


class TestErasure:
    def test_nothing_that_need_not_stay_names_the_person(self, rita):
        key, rollout = rita.pk, rita.rollout
        personal_data.erase(rita)
        erased = User.objects.get(pk=key)
        assert (erased.name, erased.is_active, erased.memberships.count()) == (f"Pessoa removida {key}", False, 0)
        assert not Person.objects.filter(name__contains="Rita").exists()
        assert {str(record) for record in erased.people.all()} == {f"Pessoa removida {key}"}
        assert not erased.people.filter(
            Q(inactive_at=None) | Q(phones__isnull=False) | Q(emails__isnull=False)
        ).exists()
        assert not Invitation.objects.filter(name__contains="Rita").exists()
        assert not EmailAddress.objects.filter(user=erased).exists()
        rows = Attendee.objects.order_by("meeting__kind")
        assert [str(row) for row in rows] == [f"Pessoa removida {key}"] * 2
        contacts = rollout.prerequisites.get().last.contacts()
        assert [(row["name"], row["email"].split("@")[1]) for row in contacts] == [
            ("", "erased.invalid"), ("Rita Alves", "aurora.com.br"),
        ]  # fmt: skip  # The other contact is another person's address.
        assert rollout.events.get().who == f"Pessoa removida {key}"
        assert timeline.verify(Rollout.objects.get(pk=rollout.pk)) is None

    def test_who_reads_of_an_erased_person_reads_their_own_language(self, rita):
        key = rita.pk
        with translation.override("en"):
            personal_data.erase(rita)
        erased = User.objects.get(pk=key)
        assert (erased.name, str(erased)) == (f"Pessoa removida {key}", f"Pessoa removida {key}")
        assert Attendee.objects.get(person=None).name == f"Pessoa removida {key}"
        with translation.override("en"):
            assert (erased.name, str(erased)) == (f"Removed person {key}", f"Removed person {key}")
            erased.save()
        assert User.objects.values_list("name", flat=True).get(pk=key) == ""

    def test_no_name_stands_in_any_event(self, rita):
        stored = json.dumps(list(rita.rollout.events.values("actor_name", "data")))
        assert "Rita" not in stored

    def test_it_takes_a_fresh_sign_in_and_the_address(self, rita, client):
        rita.set_password(PASSWORD)
        rita.save()
        client.force_login(rita, backend="allauth.account.auth_backends.AuthenticationBackend")
        url = reverse("accounts:erase")
        assert reverse("account_reauthenticate") in client.post(url, {"email": rita.email}).url
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        wrong = client.post(url, {"email": "outra@aurora.com.br"})
        assert wrong.status_code == 422
        assert "Este não é o e-mail desta conta." in wrong.content.decode()
        assert client.post(url, {"email": rita.email.upper()}).url == reverse("account_login")
        assert client.get("/").status_code == 302
        assert User.objects.get(pk=rita.pk).erased_at

    def test_who_is_erased_cannot_come_back(self, rita):
        rita.set_password(PASSWORD)
        rita.save()
        personal_data.erase(rita)
        browser = Client()
        browser.post(reverse("account_login"), {"login": "rita@aurora.com.br", "password": PASSWORD})
        assert browser.get("/").status_code == 302

    @pytest.mark.parametrize("why", ["manages", "signs", "alone"])
    def test_it_waits_while_something_is_theirs_alone(self, why, client_for):
        rollout = RolloutFactory()
        person, says = rollout.people["pm"], f"Gerencia o projeto {rollout.code}"
        if why == "alone":
            person, says = rollout.people["manager"], "única pessoa com papel de gestão"
        if why == "signs":
            at_stage(rollout, "acceptance")
            person, says = rollout.people["client"], "espera a sua assinatura"
            term = rollout.terms.create(version=1, record={}, record_sha256="0" * 64, drafted_by=rollout.people["pm"])
            term.signatories.create(role="client", user=person, name="x", email="x@x.com.br")
        with pytest.raises(Refusal) as refused:
            personal_data.erase(person)
        assert says in refused.value.details[0]
        assert says in client_for(person).get(reverse("accounts:privacy")).content.decode()
        assert User.objects.get(pk=person.pk).is_active

    def test_what_others_wrote_of_the_person_is_shown_before_it_changes(self, client_for, capsys):
        contest = ContestFactory()
        person = contest.opened_by
        User.objects.filter(pk=person.pk).update(name="Rita Alves")
        message = ContestMessage.objects.create(
            contest=contest, author=contest.entry.person, party="presence", text="Corrigir com Rita Alves amanhã"
        )
        page = client_for(person).get(reverse("accounts:privacy")).content.decode()
        assert "Corrigir com <mark>Rita Alves</mark> amanhã" in page
        assert f"Pessoa removida {person.pk}" in page
        call_command("erase_person", person.email)
        assert "Corrigir com [Rita Alves] amanhã" in capsys.readouterr().out
        assert not User.objects.get(pk=person.pk).erased_at
        message.refresh_from_db()
        assert message.text == "Corrigir com Rita Alves amanhã"

    def test_a_request_on_paper(self, rita, capsys):
        call_command("erase_person", rita.email, confirm=True)
        assert User.objects.get(pk=rita.pk).erased_at
        with pytest.raises(CommandError):
            call_command("erase_person", rita.email, confirm=True)


class TestWhatTimeDrops:
    def days(self, number):
        return clock.now() - timedelta(days=number)

    def test_old_drafts_invitations_and_sign_ins(self, client):
        old, new = DraftFactory(saved_at=self.days(91)), DraftFactory(saved_at=self.days(89))
        gone = InvitationFactory(invited_at=self.days(181), expires_at=self.days(174))
        kept = InvitationFactory(invited_at=self.days(2))
        session = UserSession.objects.create(
            user=UserFactory(), session_key="x", ip="127.0.0.1", user_agent="x", created_at=self.days(300)
        )
        UserSession.objects.filter(pk=session.pk).update(last_seen_at=self.days(181))
        forget_what_expired()
        assert not type(old).objects.filter(pk=old.pk).exists()
        assert type(new).objects.filter(pk=new.pk).exists()
        assert list(Invitation.objects.all()) == [kept]
        assert gone.pk != kept.pk
        assert not UserSession.objects.exists()
        assert set(personal_data.expire().values()) == {0}  # Twice drops nothing more.

    def test_accounts_without_a_company_that_nobody_uses(self):
        forgotten = UserFactory(joined_at=self.days(800), last_login=self.days(731))
        used = UserFactory(joined_at=self.days(800), last_login=self.days(3))
        working = a_person(CompanyFactory(), joined_at=self.days(800))
        forget_what_expired()
        erased = set(User.objects.exclude(erased_at=None))
        assert erased == {forgotten}
        assert used not in erased
        assert working not in erased


def test_every_model_that_knows_people_stands_in_the_document():
    text = (Path(settings.BASE_DIR) / "docs" / "privacy.md").read_text()
    named = set(re.findall(r"`([A-Z]\w+)`", text))
    people = {
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("apps.")
        and any(isinstance(field, EmailField) or field.related_model is User for field in model._meta.concrete_fields)
    }
    assert people - named == set()


class TestChangingTheAddress:
    """allauth's own pages, in our words."""

    @pytest.fixture
    def ana(self, client):
        from apps.accounts.address_changes import vouch_for_address

        person = a_person(CompanyFactory(), email="ana@exemplo.com.br", name="Ana Souza")
        vouch_for_address(person)
        client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        return person

    def test_the_new_address_counts_once_it_is_confirmed_and_the_old_one_is_told(self, client, ana, mailoutbox):
        client.post(reverse("account_email"), {"action_add": "1", "email": "ana.souza@exemplo.com.br"})
        assert "Falta confirmar" in client.get(reverse("account_email")).content.decode()
        assert User.objects.get(pk=ana.pk).email == "ana@exemplo.com.br"
        [asked] = mailoutbox
        assert asked.to == ["ana.souza@exemplo.com.br"]
        link = re.search(r"http://\S+(/conta/\S+)", asked.body)[1]
        assert "ana.souza@exemplo.com.br passa a ser" in client.get(link).content.decode()
        client.post(link)
        assert User.objects.get(pk=ana.pk).email == "ana.souza@exemplo.com.br"
        told = [message for message in mailoutbox if message.to == ["ana@exemplo.com.br"]]
        assert "mudou de ana@exemplo.com.br para ana.souza@exemplo.com.br" in told[0].body

    def test_a_change_can_be_given_up(self, client, ana):
        client.post(reverse("account_email"), {"action_add": "1", "email": "outra@exemplo.com.br"})
        client.post(reverse("account_email"), {"action_remove": "1", "email": "outra@exemplo.com.br"})
        assert "Falta confirmar" not in client.get(reverse("account_email")).content.decode()

    def test_a_made_up_link_says_so(self, client):
        assert "não é válido" in client.get(reverse("account_confirm_email", args=["x"])).content.decode()

    def test_it_takes_a_fresh_sign_in(self, client_for, ana):
        answer = client_for(ana).post(reverse("account_email"), {"action_add": "1", "email": "x@exemplo.com.br"})
        assert reverse("account_reauthenticate") in answer.url


class TestRateLimits:
    def test_guessing_a_password_is_stopped_across_browsers(self):
        person = UserFactory()
        guess = {"login": person.email, "password": "errada-errada"}
        with clock.at(clock.now().replace(minute=0)):
            pages = [Client().post(reverse("account_login"), guess).content.decode() for _time in range(6)]
            assert "Muitas tentativas seguidas" not in pages[0]
            assert "Muitas tentativas seguidas" in pages[-1]
            right = Client().post(reverse("account_login"), {**guess, "password": PASSWORD})
            assert right.status_code == 429  # Even the right one waits.

    def test_codes_are_not_mailed_without_end(self, mailoutbox):
        person = UserFactory()
        with clock.at(clock.now().replace(minute=0)):
            answers = [
                Client().post(reverse("account_request_login_code"), {"email": person.email}) for _time in range(5)
            ]
        assert answers[-1].status_code == 429
        assert len(mailoutbox) == 3


def test_leaving_a_company_closes_the_doors_at_once(client_for):
    from apps.companies.actions import remove_person

    rollout = RolloutFactory()
    member = rollout.people["client_member"]
    browser = Client()
    browser.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})
    assert browser.get(rollout.get_absolute_url()).status_code == 200
    remove_person(member.memberships.get(), by=rollout.people["client"])
    assert browser.get(rollout.get_absolute_url()).status_code == 302  # The session ended.
    assert client_for(member).get(rollout.get_absolute_url()).status_code == 404  # A new one shows nothing.

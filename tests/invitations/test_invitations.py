"""Coming in: who may invite whom, and what every kind of link answers."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.accounts.models import Consent, User
from apps.companies.models import Role
from apps.core import clock
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.invitations import actions, queries, tasks
from apps.invitations.models import LIFETIME, Invitation, State
from tests.companies.factories import CompanyFactory, PresenceFactory, UserFactory, a_person
from tests.invitations.factories import InvitationFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db

PERSON = {"email": "Rita@Loja.com.br", "name": "Rita Alves", "role": Role.MEMBER}
FORM = {"person_1_name": "Rita Alves", "person_1_email": "Rita@Loja.com.br", "role": Role.MEMBER}
ENTER = {"name": "Rita Alves", "password": "", "terms": "on"}


def link(invitation):
    return reverse("invitations:open", args=[actions.token(invitation)])


@pytest.fixture
def rollout():
    return RolloutFactory()


@pytest.fixture
def pm(rollout):
    return rollout.people["pm"]


class TestInviting:
    def test_sends_one_link_to_the_address_and_tells_the_timeline_no_name(
        self, rollout, pm, django_capture_on_commit_callbacks, a_worker
    ):
        with django_capture_on_commit_callbacks(execute=True):
            invitation = actions.invite(rollout.company("client"), by=pm, rollout=rollout, **PERSON)
        [message] = mail.outbox
        assert message.to == ["rita@loja.com.br"]
        token = re.search(r"/convite/([^/\s]+)", message.body)[1]  # It is signed with its second, so it is read back.
        assert actions.open_link(token).invitation == invitation
        assert rollout.title in message.body
        event = rollout.events.latest("sequence")
        assert event.kind == "invitations.invited"
        assert "rita" not in str(event.data).lower()

    def test_mailing_again_sends_nothing_until_it_is_sent_again(self, pm):
        invitation = InvitationFactory()
        assert queries.waiting_for_mail() == [invitation.pk]
        tasks.mail_waiting_invitations()
        actions.mail(invitation.pk)
        assert len(mail.outbox) == 1
        actions.send_again(invitation, by=pm)
        tasks.mail_waiting_invitations()
        assert len(mail.outbox) == 2
        assert queries.waiting_for_mail() == []

    def test_an_address_waits_for_one_invitation_at_a_time(self, rollout, pm):
        company = rollout.company("client")
        first = actions.invite(company, by=pm, **PERSON)
        with pytest.raises(Invalid, match="Envie-o de novo"):
            actions.invite(company, by=pm, **PERSON)
        actions.revoke(first, by=pm)
        actions.invite(company, by=pm, **PERSON)

    def test_the_database_holds_one_pending_invitation_an_address(self):
        first = InvitationFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            InvitationFactory(company=first.company, email=first.email)

    def test_who_is_already_in_is_not_invited(self, rollout, pm):
        there = rollout.people["client"]
        with pytest.raises(Invalid, match="já faz parte"):
            actions.invite(rollout.company("client"), by=pm, **PERSON | {"email": there.email.upper()})

    def test_a_company_outside_the_project_is_refused(self, rollout, pm):
        with pytest.raises(Invalid, match="não participa"):
            actions.invite(CompanyFactory(), by=pm, rollout=rollout, **PERSON)

    def test_a_role_of_another_kind_of_company_is_refused(self, rollout, pm):
        with pytest.raises(Invalid):
            actions.invite(rollout.company("client"), by=pm, **PERSON | {"role": Role.MANAGER})

    @pytest.mark.parametrize(
        ("who", "party", "may"),
        [
            ("manager", "presence", True), ("manager", "client", True),
            ("pm", "presence", False), ("pm", "client", True), ("pm", "integrator", True), ("pm", "platform", True),
            ("analyst", "client", False), ("analyst", "presence", False),
            ("client", "client", True), ("client", "integrator", False),
            ("client_member", "client", False), ("integrator", "integrator", True), ("integrator", "client", False),
            ("platform", "platform", True), ("stranger", "client", False),
        ],
    )  # fmt: skip
    def test_who_may_invite_to_which_side(self, rollout, who, party, may):
        role = Role.ANALYST if party == "presence" else Role.MEMBER
        attempt = {"by": rollout.people[who], **PERSON, "role": role}
        if may:
            assert actions.invite(rollout.company(party), **attempt).state == State.PENDING
        else:
            with pytest.raises(NotAllowed):
                actions.invite(rollout.company(party), **attempt)


class TestTheLink:
    def test_a_new_person_enters_with_a_password_and_lands_on_the_first_page(self, client, rollout):
        invitation = InvitationFactory(company=rollout.company("client"), rollout=rollout)
        assert "Rita Alves" in client.get(link(invitation)).content.decode()
        answer = client.post(link(invitation), ENTER | {"password": "uma-senha-bem-longa"}, follow=True)
        assert answer.redirect_chain[-1][0] == reverse("portal:home")
        rita = User.objects.get(email=invitation.email)
        assert rita.check_password("uma-senha-bem-longa")
        assert rita.memberships.get().company == rollout.company("client")
        assert Consent.objects.filter(user=rita).count() == 1
        assert rollout.events.latest("sequence").kind == "invitations.joined"

    def test_without_a_password_only_codes_open_the_door(self, client):
        invitation = InvitationFactory()
        assert client.post(link(invitation), ENTER).status_code == 302
        assert not User.objects.get(email=invitation.email).has_usable_password()

    @pytest.mark.parametrize(
        ("typed", "says"),
        [({"password": "123"}, "curta"), ({"terms": ""}, "aceitar os termos"), ({"name": ""}, "obrigatório")],
    )
    def test_what_is_missing_is_said_and_what_was_typed_stays(self, client, typed, says):
        invitation = InvitationFactory()
        answer = client.post(link(invitation), ENTER | {"name": "Rita de Cássia"} | typed)
        assert answer.status_code == 422
        assert says in answer.content.decode()
        if "name" not in typed:
            assert "Rita de Cássia" in answer.content.decode()
        assert not User.objects.filter(email=invitation.email).exists()
        assert Invitation.objects.get().state == State.PENDING

    def test_opening_it_uses_nothing_up(self, client):
        invitation = InvitationFactory()
        for _time in range(2):
            assert client.get(link(invitation)).status_code == 200
        assert Invitation.objects.get().state == State.PENDING

    def test_an_existing_account_is_asked_to_sign_in_and_then_gains_the_place(self, client, client_for, rollout):
        known = UserFactory()
        invitation = InvitationFactory(company=rollout.company("client"), rollout=rollout, email=known.email)
        page = client.get(link(invitation)).content.decode()
        assert "Você já tem conta" in page
        assert f"next={link(invitation)}".split(":")[0] in page
        assert client.post(link(invitation), ENTER).status_code == 200  # A link alone opens no existing account.
        assert not known.memberships.exists()
        mine = client_for(known)
        assert "Aceitar convite" in mine.get(link(invitation)).content.decode()
        assert mine.post(link(invitation)).url == reverse("portal:arrive")
        assert mine.get(rollout.get_absolute_url()).status_code == 200

    def test_forwarded_to_somebody_signed_in_it_changes_nothing_for_them(self, client_for, rollout):
        invitation = InvitationFactory(company=rollout.company("client"))
        stranger = rollout.people["stranger"]
        browser = client_for(stranger)
        page = browser.get(link(invitation)).content.decode()
        assert "Este convite é para outra pessoa" in page
        assert invitation.email not in page
        assert browser.post(link(invitation)).status_code == 403
        assert stranger.memberships.count() == 1
        assert Invitation.objects.get().state == State.PENDING

    def test_used_twice_it_says_so_and_leads_its_owner_on(self, client, client_for):
        invitation = InvitationFactory()
        client.post(link(invitation), ENTER)
        assert client.get(link(invitation)).status_code == 302
        client.logout()
        answer = client.get(link(invitation))
        assert answer.status_code == 410
        assert "já foi usado" in answer.content.decode()

    def test_tampered_with_it_does_not_exist(self, client):
        address = link(InvitationFactory())
        other = actions.token(InvitationFactory())
        for broken in (address[:-3] + "xy/", address.replace(":", ":x", 1), f"/convite/{other[::-1]}/"):
            answer = client.get(broken)
            assert answer.status_code == 404
            assert "não confere" in answer.content.decode()

    def test_expired_it_names_who_can_send_it_again(self, client):
        invitation = InvitationFactory()
        with clock.at(clock.now() + LIFETIME + timedelta(minutes=1)):
            answer = client.get(link(invitation))
            with pytest.raises(Refusal, match="venceu"):
                actions.accept(invitation, by=UserFactory(email=invitation.email))
        assert answer.status_code == 410
        assert invitation.invited_by.name in answer.content.decode()

    def test_revoked_it_says_so(self, client, pm):
        invitation = InvitationFactory()
        actions.revoke(invitation, by=pm)
        answer = client.get(link(invitation))
        assert answer.status_code == 410
        assert "cancelado" in answer.content.decode()

    def test_sent_again_the_earlier_link_dies_and_the_new_one_lives_seven_days_more(self, client, pm):
        invitation = InvitationFactory()
        earlier = link(invitation)
        later = clock.now() + LIFETIME + timedelta(days=1)
        with clock.at(later):
            actions.send_again(invitation, by=pm)
            invitation.refresh_from_db()
            assert client.get(earlier).status_code == 410
            assert "convite mais novo" in client.get(earlier).content.decode()
            assert client.get(link(invitation)).status_code == 200

    def test_what_was_used_or_revoked_is_not_sent_or_revoked_again(self, pm):
        invitation = InvitationFactory()
        actions.accept(invitation, by=UserFactory(email=invitation.email))
        for action in (actions.send_again, actions.revoke):
            with pytest.raises(Refusal, match="já foi usado"):
                action(invitation, by=pm)


class TestThePage:
    def test_a_project_manager_invites_sends_again_and_revokes(self, client_for, rollout, pm):
        company = rollout.company("integrator")
        browser = client_for(pm)
        url = reverse("invitations:company", args=[company.pk]) + f"?rollout={rollout.pk}"
        assert browser.post(url, FORM).status_code == 302
        assert browser.post(url, FORM).status_code == 422
        page = browser.get(url).content.decode()
        assert "rita@loja.com.br" in page
        invitation = Invitation.objects.get(rollout=rollout)
        assert browser.post(reverse("invitations:send_again", args=[invitation.pk])).status_code == 302
        assert browser.post(reverse("invitations:revoke", args=[invitation.pk])).status_code == 302
        assert Invitation.objects.get().state == State.REVOKED

    def test_a_lead_invites_colleagues_from_their_companys_page(self, client_for, rollout):
        lead = client_for(rollout.people["client"])
        company = rollout.company("client")
        assert (
            reverse("invitations:company", args=[company.pk]) in lead.get(f"/empresas/{company.pk}/").content.decode()
        )
        assert lead.post(reverse("invitations:company", args=[company.pk]), FORM).status_code == 302

    def test_a_member_is_refused_and_another_company_does_not_exist(self, client_for, rollout):
        url = reverse("invitations:company", args=[rollout.company("client").pk])
        assert client_for(rollout.people["client_member"]).get(url).status_code == 403
        assert client_for(rollout.people["stranger"]).get(url).status_code == 404

    def test_an_invitation_of_another_company_does_not_exist(self, client_for, rollout):
        invitation = InvitationFactory()
        lead = client_for(rollout.people["client"])
        for name in ("send_again", "revoke"):
            assert lead.post(reverse(f"invitations:{name}", args=[invitation.pk])).status_code == 404


def test_the_terms_can_be_read_before_signing_in(client):
    page = client.get(reverse("accounts:terms")).content.decode()
    assert re.search(r"Versão \d{4}-\d\d-\d\d", page)


def test_presence_people_are_invited_by_a_manager_alone(client_for):
    presence = PresenceFactory()
    url = reverse("invitations:company", args=[presence.pk])
    assert client_for(a_person(presence, Role.PROJECT_MANAGER)).get(url).status_code == 403
    sent = FORM | {"role": Role.PROJECT_MANAGER}
    assert client_for(a_person(presence, Role.MANAGER)).post(url, sent).status_code == 302

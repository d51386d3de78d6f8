"""An invitation never brings anybody to both sides, and a new lead is nobody's secret."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse

from apps.accounts import address_changes as addresses
from apps.accounts.models import User
from apps.companies.models import Role
from apps.core import clock
from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.invitations import actions, queries, tasks
from apps.invitations.models import State
from apps.outbox.tasks import send_waiting_mails
from tests.accounts.factories import AddressChangeFactory
from tests.companies.factories import MembershipFactory, PresenceFactory, UserFactory, a_person
from tests.invitations.factories import InvitationFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

PERSON = {"email": "rita@loja.com.br", "name": "Rita Alves"}


@pytest.fixture
def rollout():
    return RolloutFactory()


class TestNobodyIsBroughtToBothSides:
    @pytest.mark.parametrize("who", ["manager", "pm", "analyst"])
    def test_somebody_of_presence_is_not_invited_into_the_client(self, rollout, who):
        person = rollout.people[who]
        by = a_person(PresenceFactory(), Role.MANAGER)
        with pytest.raises(Invalid, match="dois lados"):
            actions.invite(rollout.company("client"), by=by, email=person.email.upper(), name="X", role=Role.LEAD)

    @pytest.mark.parametrize("who", ["client", "integrator", "platform"])
    def test_somebody_of_another_company_is_not_invited_into_presence(self, rollout, who):
        with pytest.raises(Invalid, match="dois lados"):
            actions.invite(
                PresenceFactory(), by=rollout.people["manager"], email=rollout.people[who].email, name="X",
                role=Role.ANALYST,
            )  # fmt: skip

    def test_nobody_invites_themself(self, rollout):
        pm = rollout.people["pm"]
        with pytest.raises(Invalid, match="a si mesmo"):
            actions.invite(rollout.company("client"), by=pm, email=pm.email.upper(), name="Eu", role=Role.MEMBER)

    def test_who_took_the_invited_address_afterwards_does_not_accept_their_own_invitation(self, rollout):
        pm = rollout.people["pm"]
        invitation = actions.invite(rollout.company("client"), by=pm, role=Role.MEMBER, **PERSON)
        pm.email = invitation.email
        pm.save()
        with pytest.raises(NotAllowed, match="próprio convite"):
            actions.accept(invitation, by=pm)

    def test_who_joined_presence_after_being_invited_does_not_accept(self, rollout):
        invitation = InvitationFactory(company=rollout.company("client"))
        person = UserFactory(email=invitation.email)
        MembershipFactory(user=person, company=PresenceFactory(), role=Role.ANALYST)
        with pytest.raises(Invalid, match="dois lados"):
            actions.accept(invitation, by=person)

    def test_the_page_says_why_and_keeps_what_was_typed(self, rollout, client_for):
        pm = rollout.people["pm"]
        page = reverse("invitations:company", args=[rollout.company("client").pk])
        answer = client_for(pm).post(
            page, {"person_1_email": pm.email, "person_1_name": "Um nome", "role": Role.MEMBER}
        )
        assert answer.status_code == 422
        assert "Ninguém convida a si mesmo" in answer.content.decode()
        assert "Um nome" in answer.content.decode()


class TestWhoNamesALead:
    @pytest.mark.parametrize(
        ("who", "party", "may"),
        [
            ("manager", "client", True), ("manager", "integrator", True), ("manager", "platform", True),
            ("pm", "client", False), ("pm", "integrator", False), ("pm", "platform", False),
            ("client", "client", True), ("integrator", "integrator", True), ("platform", "platform", True),
        ],
    )  # fmt: skip
    def test_a_lead_of_the_company_or_a_manager_of_presence(self, rollout, who, party, may):
        asked = {"by": rollout.people[who], "role": Role.LEAD, **PERSON}
        if may:
            assert actions.invite(rollout.company(party), **asked).role == Role.LEAD
        else:
            with pytest.raises(NotAllowed, match="gestor da Presence"):
                actions.invite(rollout.company(party), **asked)

    def test_a_project_managers_form_offers_members_only_and_says_why(self, rollout, client_for):
        page = reverse("invitations:company", args=[rollout.company("client").pk])
        shown = client_for(rollout.people["pm"]).get(page).content.decode()
        assert 'value="lead"' not in shown
        assert "gestor da Presence" in shown
        assert 'value="lead"' in client_for(rollout.people["manager"]).get(page).content.decode()


class TestANewLeadIsAnnounced:
    def invited(self, rollout, by="manager") -> actions.Invitation:
        return actions.invite(rollout.company("client"), by=rollout.people[by], role=Role.LEAD, **PERSON)

    def kinds(self, rollout) -> list[str]:
        return list(rollout.events.filter(kind__startswith="invitations.").values_list("kind", flat=True))

    def test_on_every_open_rollout_of_the_company_when_invited_and_when_they_come_in(self, rollout):
        other = RolloutFactory(client=rollout.company("client"))
        closed = at_stage(RolloutFactory(client=rollout.company("client")), Stage.CANCELLED)
        strangers = RolloutFactory()
        invitation = self.invited(rollout)
        tasks.announce_lead(invitation.pk)
        assert self.kinds(rollout) == self.kinds(other) == ["invitations.lead_invited"]
        actions.accept_as_new_person(invitation, name="Rita Alves", terms=True)
        tasks.announce_waiting_leads()
        assert self.kinds(rollout) == self.kinds(other) == ["invitations.lead_invited", "invitations.lead_joined"]
        assert self.kinds(closed) == self.kinds(strangers) == []
        assert queries.leads_to_announce() == []

    def test_the_leads_who_are_there_are_told_by_mail_in_their_language(self, rollout):
        User.objects.filter(pk=rollout.people["client"].pk).update(language="en")
        tasks.announce_lead(self.invited(rollout).pk)
        [message] = mail.outbox
        assert message.to == [rollout.people["client"].email]
        assert "rita@loja.com.br" in message.body
        assert "Invitation" in message.subject

    def test_the_lead_who_invited_is_not_told_what_they_did(self, rollout):
        second = a_person(rollout.company("client"), Role.LEAD)
        tasks.announce_lead(self.invited(rollout, by="client").pk)
        assert [message.to for message in mail.outbox] == [[second.email]]

    def test_running_it_again_tells_nobody_twice(self, rollout):
        invitation = self.invited(rollout)
        for _again in range(3):
            tasks.announce_lead(invitation.pk)
        assert len(mail.outbox) == 1
        assert self.kinds(rollout) == ["invitations.lead_invited"]

    def test_a_mailbox_that_refuses_keeps_nobody_else_from_being_told_and_nobody_is_told_twice(
        self, rollout, monkeypatch, an_outbox
    ):
        first, second = rollout.people["client"], a_person(rollout.company("client"), Role.LEAD)
        send, refusing = EmailBackend.send_messages, [True]

        def refuses_the_first(transport, messages):
            if messages[0].to == [first.email] and refusing:
                raise SMTPRecipientsRefused({first.email: (550, b"no")})
            return send(transport, messages)

        monkeypatch.setattr(EmailBackend, "send_messages", refuses_the_first)
        invitation = self.invited(rollout)
        tasks.announce_lead(invitation.pk)
        send_waiting_mails()
        assert [message.to for message in mail.outbox] == [[second.email]]
        refusing.clear()
        with clock.at(clock.now() + timedelta(days=1)):
            tasks.announce_waiting_leads()
            send_waiting_mails()
        assert [message.to for message in mail.outbox] == [[second.email], [first.email]]
        assert queries.leads_to_announce() == []

    def test_a_member_is_nobodys_announcement(self, rollout):
        invitation = actions.invite(rollout.company("client"), by=rollout.people["pm"], role=Role.MEMBER, **PERSON)
        tasks.announce_lead(invitation.pk)
        assert queries.leads_to_announce() == []
        assert mail.outbox == []

    def test_the_timeline_keeps_no_name_and_no_address(self, rollout):
        tasks.announce_lead(self.invited(rollout).pk)
        event = rollout.events.get(kind="invitations.lead_invited")
        assert "rita" not in str(event.data).lower()
        assert event.actor == rollout.people["manager"]


class TestAnInvitationIsWorthAsMuchAsWhoeverVouchesForIt:
    def invited(self, rollout, role, by="client") -> actions.Invitation:
        return actions.invite(rollout.company("client"), by=rollout.people[by], role=role, **PERSON)

    @pytest.mark.parametrize("role", [Role.MEMBER, Role.LEAD])
    def test_it_ends_with_the_place_of_who_invited(self, rollout, role):
        invitation = self.invited(rollout, role)
        rollout.people["client"].memberships.all().delete()
        with pytest.raises(Refusal, match="não pode mais convidar"):
            actions.accept(invitation, by=UserFactory(email=invitation.email))

    def test_who_sends_it_again_vouches_for_it(self, rollout):
        invitation = self.invited(rollout, Role.MEMBER)
        rollout.people["client"].memberships.all().delete()
        actions.send_again(invitation, by=rollout.people["pm"])
        assert actions.accept(invitation, by=UserFactory(email=invitation.email)).role == Role.MEMBER

    def test_who_may_name_no_lead_sends_no_leads_invitation_again(self, rollout):
        invitation = self.invited(rollout, Role.LEAD)
        with pytest.raises(NotAllowed, match="gestor da Presence"):
            actions.send_again(invitation, by=rollout.people["pm"])

    def test_what_a_strange_hand_invited_is_taken_back_with_the_undoing_of_its_address(self, rollout):
        lead = rollout.people["client"]
        change = AddressChangeFactory(user=lead, before=lead.email, after="outra@exemplo.com.br")
        User.objects.filter(pk=lead.pk).update(email="outra@exemplo.com.br")
        invitation = self.invited(rollout, Role.LEAD)
        addresses.undo(change)
        invitation.refresh_from_db()
        assert invitation.state == State.REVOKED

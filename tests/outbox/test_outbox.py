"""Every e-mail waits in the outbox: no request sends one, a worker does, and what stood in it does not stay."""

import smtplib
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.test import Client
from django.urls import reverse

from apps.accounts import personal_data
from apps.core import clock
from apps.core.mails import PAUSES, MailKind
from apps.core.models import UnfinishedWork
from apps.invitations import actions as invitations
from apps.invitations.tasks import mail_invitation, mail_waiting_invitations
from apps.notices import actions as notices_actions
from apps.notices import tasks as notices
from apps.outbox import actions as outbox
from apps.outbox.models import Mail
from apps.outbox.tasks import send_mail, send_waiting_mails
from tests.companies.factories import PresenceFactory, UserFactory, a_person
from tests.core.test_conflicts import ended
from tests.invitations.factories import InvitationFactory
from tests.notices.factories import NoticeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("an_outbox")]

CODE = MailKind("x.code", "Código", timedelta(minutes=10))


def posted(address="ana@loja.com.br", kind=CODE) -> Mail:
    outbox.post(EmailMessage("Assunto", "Código 123456", to=[address]), kind)
    return Mail.objects.get(address=address)


@pytest.fixture
def silent(monkeypatch):
    """The mail server takes the connection and says nothing."""
    tries = []

    def wait(transport, messages):
        tries.append(messages[0].to[0])
        raise TimeoutError

    monkeypatch.setattr(EmailBackend, "send_messages", wait)
    return tries


class TestRequests:
    def test_asking_for_a_sign_in_code_reaches_no_mail_server(self, settings):
        settings.MAIL_TRANSPORT = "no.such.Backend"
        user = UserFactory()
        answer = Client().post(reverse("account_request_login_code"), {"email": user.email})
        assert answer.status_code == 302
        assert (Mail.objects.get().kind, Mail.objects.get().user) == ("accounts.code", user)

    def test_an_invitation_is_in_the_outbox_with_its_row_and_without_its_link(self):
        presence = PresenceFactory()
        manager = a_person(presence, role="manager")
        invitation = invitations.invite(presence, by=manager, email="bia@presence.com.br", name="Bia", role="analyst")
        waiting = Mail.objects.get()
        assert (waiting.kind, waiting.key, waiting.address) == (
            "invitations.mail",
            str(invitation.pk),
            invitation.email,
        )
        assert (waiting.subject, waiting.body) == ("", "")
        invitations.mail(invitation.pk)
        assert "/convite/" in mail.outbox[0].body
        assert Mail.objects.get().sent_at

    def test_what_is_rolled_back_is_not_sent(self):
        with transaction.atomic():
            posted()
            transaction.set_rollback(True)
        assert not Mail.objects.exists()

    def test_a_message_that_is_more_than_text_is_not_kept(self):
        message = EmailMultiAlternatives("x", "x", to=["ana@loja.com.br"])
        message.attach_alternative("<p>x</p>", "text/html")
        with pytest.raises(TypeError):
            message.send()

    @pytest.mark.parametrize(
        "options",
        [{"from_email": "x@loja.com.br"}, {"reply_to": ["x@loja.com.br"]}, {"headers": {"List-Id": "x"}}],
    )
    def test_what_would_not_be_sent_as_it_was_written_is_not_kept(self, options):
        with pytest.raises(TypeError):
            EmailMessage("x", "x", to=["ana@loja.com.br"], **options).send()
        assert not Mail.objects.exists()

    def test_the_installation_s_own_sender_may_be_named(self, settings):
        EmailMessage("x", "x", settings.DEFAULT_FROM_EMAIL, ["ana@loja.com.br"], headers=outbox.AUTOMATIC).send()
        assert Mail.objects.count() == 1


class TestSending:
    def test_it_is_sent_once_and_its_words_go(self):
        row = posted()
        for _time in range(2):
            send_mail(row.key)
        row.refresh_from_db()
        assert [message.body for message in mail.outbox] == ["Código 123456"]
        assert row.sent_at
        assert (row.subject, row.body) == ("", "")

    @pytest.mark.parametrize("times", [1, 99])
    @pytest.mark.parametrize("kind", ["kept", "notice", "invitation"])
    def test_a_deadlock_when_a_sending_is_noted_sends_nothing_twice(self, monkeypatch, kind, times):
        if kind == "kept":
            row, task = posted(), send_mail
        elif kind == "notice":
            notice = NoticeFactory(user=a_person(PresenceFactory(), role="manager"))
            task = notices.send_notice
            outbox.expect(notices_actions.SEND_NOTICE, [(notice.pk, notice.user.email, notice.user)])
            row = Mail.objects.get()
        else:
            invitation, task = InvitationFactory(), mail_invitation
            outbox.expect(invitations.MAIL, [(invitation.pk, invitation.email, None)])
            row = Mail.objects.get()
        let_go, deadlocks = outbox._let_go, []

        def meets_deadlocks(*args, **options):
            if len(deadlocks) < times:
                deadlocks.append(1)
                raise ended()
            let_go(*args, **options)

        monkeypatch.setattr(outbox, "_let_go", meets_deadlocks)
        task(row.key)
        assert len(mail.outbox) == 1
        row.refresh_from_db()
        assert bool(row.sent_at) == (times == 1)

    def test_while_a_worker_is_at_it_no_other_sends_it(self, monkeypatch):
        row = posted()
        send = EmailBackend.send_messages

        def meanwhile(transport, messages):
            send_mail(row.key)
            send_waiting_mails()
            return send(transport, messages)

        monkeypatch.setattr(EmailBackend, "send_messages", meanwhile)
        send_mail(row.key)
        assert len(mail.outbox) == 1

    def test_a_code_whose_life_has_ended_is_not_sent(self, silent):
        row = posted()
        send_waiting_mails()
        assert silent == [row.address]
        with clock.at(row.expires_at):
            send_waiting_mails()
        row.refresh_from_db()
        assert row.dropped_at
        assert (row.subject, row.body, row.error) == ("", "", "TimeoutError")
        assert silent == [row.address]
        assert not UnfinishedWork.objects.exists()

    def test_what_ends_first_is_sent_first(self):
        posted("depois@loja.com.br", outbox.OTHER)
        posted("antes@loja.com.br")
        send_waiting_mails()
        assert [message.to[0] for message in mail.outbox] == ["antes@loja.com.br", "depois@loja.com.br"]

    def test_a_silent_server_ends_the_run_and_is_tried_again_after_pauses(self, silent):
        for number in range(7):
            posted(f"{number}@loja.com.br", outbox.OTHER)
        with clock.at(clock.now()):
            send_waiting_mails()
        assert len(silent) == outbox.FAILURES_PER_RUN
        row = UnfinishedWork.objects.first()
        assert (row.reason, row.error, row.next_try_at - row.failed_at) == ("away", "TimeoutError", PAUSES[0])

    def test_addresses_that_the_server_refuses_keep_no_other_waiting(self, monkeypatch):
        send = EmailBackend.send_messages

        def refuse(transport, messages):
            address = messages[0].to[0]
            if "@recusa" in address:
                raise smtplib.SMTPRecipientsRefused({address: (550, b"no such user")})
            return send(transport, messages)

        monkeypatch.setattr(EmailBackend, "send_messages", refuse)
        for number in range(9):
            posted(f"{number}@recusa.com.br")
        posted("boa@loja.com.br")
        send_waiting_mails()
        assert [message.to for message in mail.outbox] == [["boa@loja.com.br"]]
        assert "no such user" not in str(list(UnfinishedWork.objects.values_list()))


class TestPeople:
    def test_their_copy_names_the_messages_and_shows_no_code_and_erasing_drops_them(self):
        user = UserFactory()
        posted(user.email)
        copy = personal_data.export(user)["mails"]
        assert [row["kind"] for row in copy] == ["x.code"]
        assert "123456" not in str(copy)
        personal_data.erase(user)
        assert not Mail.objects.exists()

    def test_rows_of_long_ago_are_dropped_and_what_is_still_tried_stays(self, settings):
        past = clock.now() - timedelta(days=settings.RETENTION["notices"] + 1)
        with clock.at(past):
            send_mail(posted("enviada@loja.com.br").key)
            posted("vencida@loja.com.br")
        waits = Mail.objects.create(kind="x.y", work="x.y", key="1", address="espera@loja.com.br", created_at=past)
        personal_data.expire()
        assert list(Mail.objects.all()) == [waits]


class TestAttempts:
    """What was given up for a message goes with it: nobody is shown work that nobody can do any more."""

    @pytest.fixture
    def given_up(self):
        user = UserFactory()
        row = posted(user.email, outbox.OTHER)
        UnfinishedWork.objects.create(
            kind=row.work,
            key=row.key,
            error="TimeoutError",
            failed_at=clock.now(),
            next_try_at=None,
            given_up_at=clock.now(),
        )
        return row

    def test_when_it_is_settled(self, given_up):
        outbox.settle(outbox.SEND, given_up.key, sent=False)
        assert Mail.objects.get().error == "TimeoutError"
        assert not UnfinishedWork.objects.exists()

    def test_when_nobody_needs_it_any_more(self, given_up):
        with clock.at(clock.now() + timedelta(days=2)):
            outbox.drop_unneeded(outbox.SEND, [])
        assert Mail.objects.get().dropped_at
        assert not UnfinishedWork.objects.exists()

    def test_when_its_person_is_erased(self, given_up):
        personal_data.erase(given_up.user)
        assert not Mail.objects.exists()
        assert not UnfinishedWork.objects.exists()

    def test_when_its_row_is_too_old(self, given_up):
        assert outbox.forget(clock.now() + timedelta(days=1)) == 1
        assert not UnfinishedWork.objects.exists()


class TestInvitations:
    @pytest.fixture
    def invitation(self):
        invitation = InvitationFactory()
        outbox.expect(invitations.MAIL, [(invitation.pk, invitation.email, None)])
        return invitation

    def test_one_taken_back_leaves_the_outbox(self, invitation):
        invitations.revoke(invitation, by=invitation.invited_by)
        invitations.mail(invitation.pk)
        assert Mail.objects.get().dropped_at
        assert mail.outbox == []

    def test_one_that_ended_while_the_server_was_away_leaves_it_too(self, invitation):
        with clock.at(invitation.expires_at):
            mail_waiting_invitations()
        assert Mail.objects.get().dropped_at


def test_what_waited_before_there_was_an_outbox_stands_in_it_after_an_upgrade():
    notice, _sent = NoticeFactory(), NoticeFactory(sent_at=clock.now())
    invitation = InvitationFactory()
    for app in ("notices", "invitations"):
        migration = import_module(f"apps.{app}.migrations.0003_waiting_mails_in_the_outbox")
        for _time in range(2):
            migration.note_what_waits(apps, None)
    rows = Mail.objects.values_list("work", "key", "address", "user")
    assert sorted(rows) == [
        ("invitations.mail", str(invitation.pk), invitation.email, None),
        ("notices.notice", str(notice.pk), notice.user.email, notice.user.pk),
    ]

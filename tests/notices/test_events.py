"""What happened is told by e-mail: to whom it concerns, once, whatever breaks in between."""

import smtplib
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.companies.actions import remove_person
from apps.core import clock, plugins
from apps.core.background import work
from apps.core.events import Notice
from apps.core.models import UnfinishedWork
from apps.notices import words
from apps.notices.actions import PAUSES
from apps.notices.models import Beginning, Consumption
from apps.notices.tasks import send_notices
from apps.prerequisites import actions as prerequisites
from apps.prerequisites.events import item_of, item_url
from apps.rollouts import timeline
from apps.rollouts.anchors import anchoring, saved_heads
from apps.rollouts.models import AnchorSheet
from tests.companies.factories import a_person
from tests.notices.factories import NoticeFactory, PreferenceFactory, an_event
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db

SECRET = "canario-9f31"


@pytest.fixture
def item():
    """A credential of the client, delivered and in review."""
    found = PrerequisiteFactory(credential=True, title={"pt": "Token da loja", "en": "Store token"})
    values = {"account": "aurora", "token": SECRET}
    prerequisites.submit(found, by=found.rollout.people["client"], values=values)
    return found


@pytest.fixture
def people(item):
    return item.rollout.people


def told(mailoutbox):
    return sorted(message.to[0] for message in mailoutbox)


def addresses(people, *names):
    return sorted(people[name].email for name in names)


class TestAReadCredential:
    @pytest.fixture(autouse=True)
    def _read(self, item, people):
        User.objects.filter(pk=people["pm"].pk).update(name="Marcos Teixeira")
        prerequisites.reveal(item, by=people["pm"], reason="Conferir o acesso")

    def test_everybody_of_the_client_hears_who_when_what_and_why_and_nobody_else(self, item, people, mailoutbox):
        send_notices()
        assert told(mailoutbox) == addresses(people, "client", "client_member")
        message = mailoutbox[0]
        assert message.subject == f"{item.rollout.code}: uma credencial foi lida"
        assert "Quem: Marcos Teixeira (Gerente de projeto, Presence)" in message.body
        assert "Item: Token da loja" in message.body
        assert "Motivo: Conferir o acesso" in message.body
        event = item.rollout.events.get(kind="prerequisites.revealed")
        assert f"Quando: {timezone.localtime(event.at):%d/%m/%Y %H:%M}" in message.body
        assert f"{settings.SITE_URL}/projetos/{item.rollout_id}/pre-requisitos/#item-{item.pk}" in message.body
        assert SECRET not in message.body

    def test_no_other_address_stands_in_it(self, people, mailoutbox):
        send_notices()
        assert len(mailoutbox) == 2
        for message in mailoutbox:
            assert "@" not in message.body.replace(message.to[0], "")

    def test_each_reads_it_in_their_own_language_and_time(self, people, mailoutbox):
        User.objects.filter(pk=people["client"].pk).update(language="en", time_zone="America/Manaus")
        send_notices()
        english = next(message for message in mailoutbox if message.to == [people["client"].email])
        assert english.subject.endswith("a credential was read")
        assert "Who: Marcos Teixeira (Project manager, Presence)" in english.body
        assert "Item: Store token" in english.body
        assert ", Manaus time\n" in english.body
        portuguese = next(message for message in mailoutbox if message != english)
        assert "Item: Token da loja" in portuguese.body
        assert ", horário de Brasília\n" in portuguese.body

    def test_nobody_can_switch_it_off(self, people, mailoutbox):
        PreferenceFactory(user=people["client"], events=False, reminders=False)
        send_notices()
        assert people["client"].email in told(mailoutbox)
        assert "obrigatório" in mailoutbox[0].body

    def test_the_name_is_the_one_of_today(self, people, mailoutbox):
        User.objects.filter(pk=people["pm"].pk).update(name="Pessoa removida 7")
        send_notices()
        assert "Marcos" not in mailoutbox[0].body

    def test_who_left_since_is_not_told(self, people, mailoutbox):
        remove_person(people["client_member"].memberships.get(), by=people["client"])
        User.objects.filter(pk=people["client"].pk).update(is_active=False)
        send_notices()
        assert mailoutbox == []


class TestOnce:
    def test_running_twice_tells_once(self, item, people, mailoutbox):
        prerequisites.reject(item, by=people["pm"], reason="x")
        send_notices()
        send_notices()
        assert told(mailoutbox) == addresses(people, "client", "client_member")
        assert Consumption.objects.count() == 1

    def test_the_database_holds_one_notice_a_person_and_event(self):
        notice = NoticeFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            NoticeFactory(event=notice.event, user=notice.user)

    def test_a_crash_between_commit_and_sending_loses_nothing(self, item, people, mailoutbox, monkeypatch):
        prerequisites.reject(item, by=people["pm"], reason="x")

        def killed(message):
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(EmailMessage, "send", killed)
            with pytest.raises(KeyboardInterrupt):
                send_notices()
        assert mailoutbox == []
        with clock.at(clock.now() + work.lease()):
            send_notices()
        assert told(mailoutbox) == addresses(people, "client", "client_member")

    def test_an_event_whose_transaction_ended_later_is_told_too(self, item, people, mailoutbox):
        Beginning.objects.update(at=clock.now() - timedelta(days=1))
        prerequisites.reject(item, by=people["pm"], reason="x")
        send_notices()
        with clock.at(clock.now() - timedelta(hours=1)):
            an_event(item.rollout, key=item.key, reason="y")
        send_notices()
        assert len(mailoutbox) == 4

    def test_what_happened_before_the_notices_began_is_not_told(self, item, people, mailoutbox):
        prerequisites.reject(item, by=people["pm"], reason="x")
        Beginning.objects.update(at=clock.now())
        send_notices()
        assert mailoutbox == []

    def test_without_a_beginning_it_begins_now(self, item, people, mailoutbox):
        Beginning.objects.all().delete()
        prerequisites.reject(item, by=people["pm"], reason="x")
        send_notices()
        assert mailoutbox == []
        an_event(item.rollout, key=item.key, reason="y")
        send_notices()
        assert len(mailoutbox) == 2

    def test_an_event_that_cannot_be_told_of_keeps_no_other_back(self, item, people, mailoutbox, monkeypatch):
        def broken(event):
            raise RuntimeError

        bad = an_event(item.rollout, kind="prerequisites.stopped")
        monkeypatch.setitem(plugins.notices(), bad.kind, Notice(broken, "x", "x", item_url))
        an_event(item.rollout, key=item.key)
        send_notices()
        assert len(mailoutbox) == 2
        assert not Consumption.objects.filter(event=bad).exists()


class TestRetry:
    @pytest.fixture
    def away(self, monkeypatch):
        """The mail server is away."""
        tries = []

        def refuse(message):
            tries.append(message.to)
            raise ConnectionRefusedError

        monkeypatch.setattr(EmailMessage, "send", refuse)
        return tries

    @pytest.fixture
    def notice(self, people, item):
        return NoticeFactory(event=an_event(item.rollout, key=item.key), user=people["client"])

    def attempts(self):
        return UnfinishedWork.objects.get(kind="notices.notice")

    def later(self, pause):
        return clock.at(self.attempts().next_try_at + pause)

    def test_a_failure_is_tried_again_after_pauses_that_grow_and_at_last_given_up(self, notice, away):
        Consumption.objects.create(event=notice.event)
        for number in range(len(PAUSES)):
            send_notices()
            with self.later(-timedelta(seconds=1)):
                send_notices()
            assert len(away) == number + 1 == self.attempts().attempts
            UnfinishedWork.objects.update(next_try_at=clock.now())
        send_notices()
        assert self.attempts().given_up_at
        send_notices()
        assert len(away) == len(PAUSES) + 1
        assert tuple(sorted(PAUSES)) == PAUSES

    def test_it_comes_once_the_server_is_back(self, notice, mailoutbox, monkeypatch):
        Consumption.objects.create(event=notice.event)
        with monkeypatch.context() as patched:
            patched.setattr(EmailMessage, "send", lambda message: 1 / 0)
            send_notices()
        with self.later(timedelta(seconds=1)):
            send_notices()
        assert told(mailoutbox) == [notice.user.email]
        notice.refresh_from_db()
        assert notice.sent_at
        assert not UnfinishedWork.objects.exists()

    def test_a_run_does_not_wait_for_a_dead_server_without_end(self, item, away):
        for _person in range(7):
            a_person(item.rollout.company("client"))
        an_event(item.rollout, key=item.key)
        send_notices()
        assert len(away) == 5
        send_notices()
        assert len(away) == 9

    def test_addresses_that_the_server_refuses_keep_no_other_waiting_however_many(
        self, item, people, mailoutbox, monkeypatch
    ):
        real = EmailMessage.send

        def refuse(message):
            if "@recusa.com.br" in message.to[0]:
                raise smtplib.SMTPRecipientsRefused({message.to[0]: (550, b"no such user")})
            return real(message)

        for number in range(9):
            NoticeFactory(
                event=an_event(), user=a_person(item.rollout.company("client"), email=f"{number}@recusa.com.br")
            )
        an_event(item.rollout, key=item.key)
        monkeypatch.setattr(EmailMessage, "send", refuse)
        send_notices()
        assert set(addresses(people, "client", "client_member")) <= set(told(mailoutbox))


class TestToWhom:
    def test_never_to_who_did_it(self, item, people, mailoutbox):
        an_event(item.rollout, kind="prerequisites.rejected", by=people["client"], key=item.key)
        an_event(item.rollout, kind="hours.contested", by=people["pm"])
        send_notices()
        assert told(mailoutbox) == addresses(people, "client_member")

    @pytest.mark.parametrize("owner", ["client", "integrator", "platform"])
    @pytest.mark.parametrize("kind", ["rejected", "reopened", "stopped"])
    def test_an_item_that_came_back_is_told_to_who_owes_it(self, kind, owner, mailoutbox):
        item = PrerequisiteFactory(owner=owner, title="Documentação")
        an_event(item.rollout, kind=f"prerequisites.{kind}", key=item.key, item="Documentação")
        send_notices()
        expected = ["client", "client_member"] if owner == "client" else [owner]
        assert told(mailoutbox) == addresses(item.rollout.people, *expected)
        assert "“Documentação”" in mailoutbox[0].body

    def test_presences_own_items_are_the_project_managers_business(self, mailoutbox):
        item = PrerequisiteFactory(owner="presence")
        an_event(item.rollout, kind="prerequisites.reopened", by=item.rollout.people["manager"], key=item.key)
        send_notices()
        assert told(mailoutbox) == addresses(item.rollout.people, "pm")

    def test_the_actions_name_the_item(self, item, people):
        prerequisites.reject(item, by=people["pm"], reason="x")
        prerequisites.submit(item, by=people["client"], values={"account": "aurora"})
        prerequisites.accept(item, by=people["pm"])
        prerequisites.reopen(item, by=people["pm"], reason="x")
        events = item.rollout.events.filter(kind__in=plugins.notices())
        assert [(event.kind, item_of(event)) for event in events] == [
            ("prerequisites.rejected", item), ("prerequisites.reopened", item),
        ]  # fmt: skip

    def test_a_purge_is_told_to_the_client_with_its_count_whatever_they_chose(self, item, people, mailoutbox):
        PreferenceFactory(user=people["client"], events=False)
        an_event(item.rollout, kind="prerequisites.purged", secrets=3)
        send_notices()
        assert told(mailoutbox) == addresses(people, "client", "client_member")
        assert "(segredos: 3)" in mailoutbox[0].body
        assert "Quem: O sistema" in mailoutbox[0].body

    def test_extra_hours_are_asked_of_the_clients_leads_only(self, item, people, mailoutbox):
        an_event(item.rollout, kind="hours.extra_requested", by=people["pm"], number=1)
        send_notices()
        assert told(mailoutbox) == addresses(people, "client")
        assert f"/projetos/{item.rollout_id}/horas/" in mailoutbox[0].body

    def test_a_request_taken_back_is_told_to_those_who_would_have_answered(self, item, people, mailoutbox):
        an_event(item.rollout, kind="hours.extra_withdrawn", by=people["pm"], number=1)
        send_notices()
        assert told(mailoutbox) == addresses(people, "client")

    @pytest.mark.parametrize(("by", "readers"), [("pm", ["client", "client_member"]), ("client", ["pm"])])
    def test_an_answer_in_a_contest_reaches_the_other_side(self, item, people, mailoutbox, by, readers):
        party = "client" if by == "client" else "presence"
        an_event(item.rollout, kind="hours.contest_answered", by=people[by], party=party, number=1)
        send_notices()
        assert told(mailoutbox) == addresses(people, *readers)

    @pytest.mark.parametrize("kind", ["hours.contest_kept", "hours.contest_corrected"])
    def test_the_outcome_of_a_contest_reaches_the_client(self, item, people, mailoutbox, kind):
        an_event(item.rollout, kind=kind, by=people["pm"], number=1, entry=3)
        send_notices()
        assert told(mailoutbox) == addresses(people, "client", "client_member")

    @pytest.mark.parametrize("kind", ["hours.extra_approved", "hours.extra_declined", "hours.contested"])
    def test_the_clients_answers_are_told_to_the_project_manager(self, kind, item, people, mailoutbox):
        an_event(item.rollout, kind=kind, by=people["client"], number=1)
        send_notices()
        assert told(mailoutbox) == addresses(people, "pm")
        assert str(people["client"]) in mailoutbox[0].body

    def test_who_is_at_two_companies_of_a_project_is_told_once(self, item, people, mailoutbox):
        item.rollout.parties.filter(role="integrator").update(company=item.rollout.company("client"))
        an_event(item.rollout, key=item.key)
        send_notices()
        assert told(mailoutbox) == addresses(people, "client", "client_member")

    def test_other_kinds_are_nobodys_news(self, item, mailoutbox):
        send_notices()  # The delivery itself.
        assert item.rollout.events.count() == 1
        assert (mailoutbox, Consumption.objects.count()) == ([], 0)

    def test_who_switched_notices_off_is_not_told_even_of_what_waits(self, item, people, mailoutbox):
        PreferenceFactory(user=people["client"], events=False)
        event = an_event(item.rollout, key=item.key)
        waiting = NoticeFactory(event=event, user=people["client"])
        Consumption.objects.create(event=event)
        an_event(item.rollout, key=item.key)
        send_notices()
        assert told(mailoutbox) == addresses(people, "client_member")
        waiting.refresh_from_db()
        assert waiting.dropped_at
        assert waiting.sent_at is None

    def test_a_line_break_in_a_title_begins_no_header(self, mailoutbox):
        item = PrerequisiteFactory(title="Um\nBcc: alguem@exemplo.com.br")
        an_event(item.rollout, key=item.key)
        send_notices()
        assert "\n" not in mailoutbox[0].subject
        assert mailoutbox[0].recipients() == mailoutbox[0].to


def test_a_reason_that_ends_with_a_full_stop_gets_no_second_one():
    rollout = RolloutFactory()
    event = an_event(rollout, kind="golive.rolled_back", by=rollout.people["pm"], reason="Pedidos sem frete.")
    body = words.notice(event, rollout.people["client"]).body
    assert "A loja saiu de produção: Pedidos sem frete. A Presence vai propor outra janela." in body


class TestHowTheTimelineStands:
    def test_each_message_carries_the_head_and_the_sheet_as_the_command_reads_them(
        self, item, people, mailoutbox, presences_seal
    ):
        anchoring.sign_heads([anchoring.head_of(rollout) for rollout in anchoring.waiting()])
        User.objects.filter(pk=people["client"].pk).update(language="en")
        prerequisites.reveal(item, by=people["pm"], reason="Conferir o acesso")
        send_notices()
        head, sheet = timeline.head(item.rollout), AnchorSheet.objects.get()
        expected = [
            saved_heads.SavedHead(item.rollout_id, head["sequence"], head["hash"][:32]),
            saved_heads.SavedHead(None, 1, sheet.sha256[:32]),
        ]
        assert len(mailoutbox) == 2
        for message in mailoutbox:
            assert saved_heads.read(message.message().as_bytes()) == expected
            assert saved_heads.read(message.body.encode()) == expected
        assert any("Record of the project" in message.body for message in mailoutbox)

    def test_before_the_first_anchor_only_the_head_stands_there(self, item, people, mailoutbox):
        prerequisites.reveal(item, by=people["pm"], reason="Conferir o acesso")
        send_notices()
        (head,) = saved_heads.read(mailoutbox[0].message().as_bytes())
        assert (head.rollout, head.sequence) == (item.rollout_id, item.rollout.events.count())

"""The state of the installation: for Presence's managers, who read what failed and ask for it again."""

from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage

from apps.companies.models import Role
from apps.core import clock
from apps.core.models import ScheduledRun, UnfinishedWork
from apps.operations import queries
from apps.outbox import actions as outbox
from apps.outbox.models import Mail
from apps.outbox.tasks import send_waiting_mails
from tests.companies.factories import PresenceFactory, a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return a_person(PresenceFactory(), Role.MANAGER)


def a_mail(address="ana@loja.com.br") -> Mail:
    mail = Mail(kind="accounts.code", work=outbox.SEND.name, address=address, subject="Código 987654", body="987654")
    mail.key = str(mail.pk)
    mail.save()
    return mail


def test_every_scheduled_task_has_a_title():
    assert set(settings.SCHEDULE_TITLES) == set(settings.CELERY_BEAT_SCHEDULE)


def test_every_scheduled_message_expires():
    assert all(entry["options"]["expires"] for entry in settings.CELERY_BEAT_SCHEDULE.values())


class TestRuns:
    def run(self):
        current_app.tasks["apps.outbox.tasks.send_waiting_mails"]()
        return ScheduledRun.objects.get(entry="send-waiting-mails")

    def task(self):
        return next(task for task in queries.periodic_tasks() if task.run and task.run.entry == "send-waiting-mails")

    def test_a_run_keeps_when_it_was_and_what_it_did(self, monkeypatch):
        a_mail()
        run = self.run()
        assert (run.done, run.failed, run.error, run.failed_at) == (1, 0, "", None)
        assert run.started_at <= run.finished_at
        a_mail("bia@loja.com.br")
        monkeypatch.setattr(EmailMessage, "send", lambda message: 1 / 0)
        run = self.run()
        assert (run.done, run.failed, run.error) == (0, 1, "")
        assert run.failed_at
        assert self.task().has_failed

    def test_a_run_that_breaks_says_which_error_and_raises_it(self, monkeypatch):
        monkeypatch.setattr(outbox, "drop_expired", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            self.run()
        assert ScheduledRun.objects.get().error == "ZeroDivisionError"

    def test_one_that_nobody_asks_for_any_more_is_late_and_one_that_was_killed_interrupted(self, monkeypatch):
        run = self.run()
        assert not self.task().needs_attention
        with clock.at(run.started_at + timedelta(hours=1)):
            assert self.task().is_late
        ScheduledRun.objects.update(finished_at=None)
        assert self.task().is_running
        with clock.at(run.started_at + timedelta(hours=1)):
            assert self.task().was_interrupted


class TestPage:
    def test_it_says_that_nothing_works_where_nothing_ever_ran(self, manager, client_for):
        assert "Nenhuma tarefa periódica foi executada" in client_for(manager).get("/sistema/").content.decode()

    def test_it_lists_what_failed_first(self, manager, client_for):
        ScheduledRun.objects.create(
            entry="sweep-orphans", started_at=clock.now(), finished_at=clock.now(), error="OSError", milliseconds=1234
        )
        page = client_for(manager).get("/sistema/").content.decode()
        assert page.index("Arquivos sem dono") < page.index("Avisos do que aconteceu")
        assert "OSError" in page

    def test_a_mail_that_was_given_up_is_sent_again_and_its_words_are_shown_nowhere(
        self, manager, client_for, a_worker, mailoutbox, monkeypatch, django_capture_on_commit_callbacks
    ):
        mail = a_mail()
        with monkeypatch.context() as away:
            away.setattr(EmailMessage, "send", lambda message: (_ for _ in ()).throw(TimeoutError))
            send_waiting_mails()
        UnfinishedWork.objects.update(next_try_at=None, given_up_at=clock.now())
        browser = client_for(manager)
        page = browser.get("/sistema/emails/").content.decode()
        assert "ana@loja.com.br" in page
        assert "não respondeu a tempo" in page
        assert "987654" not in page
        with django_capture_on_commit_callbacks(execute=True):
            browser.post(f"/trabalhos/{UnfinishedWork.objects.get().pk}/tentar-de-novo/", {"next": "/sistema/emails/"})
        assert [message.to for message in mailoutbox] == [["ana@loja.com.br"]]
        mail.refresh_from_db()
        assert mail.sent_at
        assert "987654" not in browser.get("/sistema/emails/?state=sent").content.decode()

    @pytest.mark.parametrize("path", ["/sistema/", "/sistema/emails/?state=waiting"])
    def test_a_page_asks_little_however_much_there_is(self, path, manager, client_for, django_assert_max_num_queries):
        for number in range(60):
            mail = a_mail(f"{number}@loja.com.br")
            UnfinishedWork.objects.create(kind=mail.work, key=mail.key, attempts=1, failed_at=clock.now())
        browser = client_for(manager)
        browser.get(path)
        with django_assert_max_num_queries(15):
            browser.get(path)


def test_a_manager_has_every_part_asked_and_reads_what_to_do(client_for, manager):
    page = client_for(manager).get("/sistema/verificacoes/")
    assert page.status_code == 200
    assert "Nenhum responde." in page.text
    assert "Inicie um." in page.text

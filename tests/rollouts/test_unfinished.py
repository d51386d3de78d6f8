"""What a worker gave up is shown where it stands and to Presence's managers, and asked for again."""

from datetime import timedelta

import pytest
from celery import current_app
from django.urls import reverse

from apps.core import clock
from apps.core.background import work
from apps.core.models import UnfinishedWork
from apps.core.process import Stage
from apps.rollouts import timeline
from apps.rollouts.unfinished import queries as unfinished
from tests.companies.factories import UserFactory
from tests.invitations.factories import InvitationFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    return RolloutFactory()


def given_up(kind: str, key: object, reason: str = "time") -> UnfinishedWork:
    return UnfinishedWork.objects.create(
        kind=kind, key=str(key), attempts=3, reason=reason, error="SoftTimeLimitExceeded", next_try_at=None,
        failed_at=clock.now(), given_up_at=clock.now(),
    )  # fmt: skip


@pytest.fixture
def sent(monkeypatch):
    tasks = []
    app = current_app._get_current_object()
    monkeypatch.setattr(app, "send_task", lambda name, args=(): tasks.append((name, list(args))))
    return tasks


def again(row, **data):
    return reverse("rollouts:try_again", args=[row.pk]), data


class TestInTheProject:
    @pytest.mark.parametrize("who", ["client", "integrator", "platform", "analyst", "manager"])
    def test_everybody_of_the_project_reads_what_failed_and_why(self, client_for, rollout, who):
        given_up("golive.dossier", rollout.pk)
        page = client_for(rollout.people[who]).get(rollout.get_absolute_url()).content.decode()
        assert "Não foi possível arquivar o dossiê deste projeto (passou do limite de tempo)." in page
        assert ("Tentar de novo" in page) == (who in ("analyst", "manager"))

    def test_in_the_readers_language(self, client_for, rollout):
        given_up("golive.dossier", rollout.pk)
        reader = rollout.people["client"]
        reader.language = "en"
        reader.save()
        page = client_for(reader).get(rollout.get_absolute_url()).content.decode()
        assert "could not be archived (it took too long)." in page

    def test_another_projects_failure_is_not_shown_here(self, client_for, rollout):
        given_up("golive.dossier", RolloutFactory().pk)
        page = client_for(rollout.people["client"]).get(rollout.get_absolute_url()).content.decode()
        assert "Não foi possível arquivar" not in page

    def test_what_waits_for_its_next_attempt_is_not_said_to_have_failed(self, client_for, rollout):
        work.do(work.jobs()["golive.dossier"], rollout.pk, lambda key: 1 / 0)
        page = client_for(rollout.people["client"]).get(rollout.get_absolute_url()).content.decode()
        assert "Não foi possível arquivar" not in page


class TestTryingAgain:
    def test_it_starts_anew_with_an_event_and_leads_back(
        self, client_for, rollout, sent, django_capture_on_commit_callbacks
    ):
        row = given_up("golive.dossier", rollout.pk)
        here = rollout.get_absolute_url()
        url, data = again(row, next=here)
        with django_capture_on_commit_callbacks(execute=True):
            response = client_for(rollout.people["analyst"]).post(url, data)
        assert (response.status_code, response.url) == (302, here)
        assert sent == [("apps.stages.golive.tasks.make_dossier", [rollout.pk])]
        assert not UnfinishedWork.objects.exists()
        event = rollout.events.get(kind="rollouts.tried_again")
        assert event.data == {"work": "golive.dossier"}
        assert event.describe() == "pediu uma nova tentativa: Dossiê do projeto"
        rollout.refresh_from_db()
        assert timeline.verify(rollout) is None

    def test_twice_asks_once(self, client_for, rollout, sent, django_capture_on_commit_callbacks):
        url, data = again(given_up("golive.dossier", rollout.pk))
        browser = client_for(rollout.people["analyst"])
        with django_capture_on_commit_callbacks(execute=True):
            assert [browser.post(url, data).status_code for _time in range(2)] == [302, 302]
        assert len(sent) == 1
        assert rollout.events.filter(kind="rollouts.tried_again").count() == 1

    def test_not_while_a_worker_is_at_it(self, client_for, rollout, sent, django_capture_on_commit_callbacks):
        work._begin(work.jobs()["golive.dossier"], str(rollout.pk))
        row = UnfinishedWork.objects.get()
        url, data = again(row)
        with django_capture_on_commit_callbacks(execute=True):
            client_for(rollout.people["analyst"]).post(url, data)
        assert (sent, UnfinishedWork.objects.get()) == ([], row)

    @pytest.mark.parametrize("who", ["client", "integrator", "platform"])
    def test_the_other_parties_may_not(self, client_for, rollout, who, sent):
        url, data = again(given_up("golive.dossier", rollout.pk))
        assert client_for(rollout.people[who]).post(url, data).status_code == 403
        assert UnfinishedWork.objects.exists()

    def test_for_a_stranger_it_does_not_exist(self, client_for, rollout):
        url, data = again(given_up("golive.dossier", rollout.pk))
        assert client_for(UserFactory()).post(url, data).status_code == 404

    def test_what_belongs_to_no_project_is_the_managers_business(
        self, client_for, rollout, sent, django_capture_on_commit_callbacks
    ):
        invitation = InvitationFactory(rollout=None)
        url, data = again(given_up("invitations.mail", invitation.pk, "away"))
        assert client_for(rollout.people["analyst"]).post(url, data).status_code == 404
        with django_capture_on_commit_callbacks(execute=True):
            assert client_for(rollout.people["manager"]).post(url, data).status_code == 302
        assert sent == [("apps.invitations.tasks.mail_invitation", [invitation.pk])]

    def test_it_leads_nowhere_else(self, client_for, rollout, sent):
        url, data = again(given_up("golive.dossier", rollout.pk), next="https://mal.example/")
        assert client_for(rollout.people["analyst"]).post(url, data).url == "/"

    def test_it_works_in_a_closed_project(self, rollout):
        at_stage(rollout, Stage.CANCELLED)
        row = given_up("golive.dossier", rollout.pk)
        unfinished.try_again(unfinished.failure(row.pk), by=rollout.people["pm"])
        assert not UnfinishedWork.objects.exists()


class TestTheManagersPage:
    url = "/trabalhos/"

    def test_it_lists_what_was_given_up_and_what_waits_with_reason_and_age(self, client_for, rollout):
        with clock.at(clock.now() - timedelta(days=2)):
            given_up("golive.dossier", rollout.pk, "memory")
        work.do(work.jobs()["prerequisites.purge"], rollout.pk, lambda key: 1 / 0)
        page = client_for(rollout.people["manager"]).get(self.url).content.decode()
        for text in (
            "Dossiê do projeto", "passou do limite de memória", "há 2 dias", rollout.code,
            "Expurgo das credenciais do projeto", "erro inesperado", "ZeroDivisionError",
        ):  # fmt: skip
            assert text in page, text

    def test_what_a_worker_is_at_for_the_first_time_is_not_listed(self, client_for, rollout):
        work._begin(work.jobs()["golive.dossier"], str(rollout.pk))
        page = client_for(rollout.people["manager"]).get(self.url).content.decode()
        assert "Dossiê do projeto" not in page
        with clock.at(clock.now() + work.lease()):
            page = client_for(rollout.people["manager"]).get(self.url).content.decode()
        assert "o processo foi interrompido" in page

    def test_it_says_so_when_there_is_nothing(self, client_for, rollout):
        page = client_for(rollout.people["manager"]).get(self.url).content.decode()
        assert "Nada parado" in page
        assert "Nada espera por uma nova tentativa." in page

    def test_an_item_that_is_gone_or_a_kind_that_is_no_more_breaks_nothing(self, client_for, rollout):
        given_up("golive.dossier", 999_999)
        given_up("old.kind", 1)
        given_up("files.orphan", "ab/")
        browser = client_for(rollout.people["manager"])
        assert browser.get(self.url).status_code == 200
        rows = list(UnfinishedWork.objects.all())
        assert len(rows) == 3
        for row in rows:
            url, data = again(row)
            assert browser.post(url, data).status_code == 302

    def test_everything_of_one_kind_at_once(self, client_for, rollout, sent, django_capture_on_commit_callbacks):
        other = RolloutFactory()
        for item in (rollout, other):
            given_up("golive.dossier", item.pk)
        kept = given_up("prerequisites.purge", rollout.pk)
        with django_capture_on_commit_callbacks(execute=True):
            client_for(rollout.people["manager"]).post("/trabalhos/tentar-de-novo/", {"kind": "golive.dossier"})
        assert [args for _name, args in sent] == [[other.pk], [rollout.pk]]
        assert list(UnfinishedWork.objects.all()) == [kept]

    @pytest.mark.parametrize("kind", ["", "x" * 500, "x\0"])
    def test_an_unknown_kind_is_refused(self, client_for, rollout, kind):
        response = client_for(rollout.people["manager"]).post("/trabalhos/tentar-de-novo/", {"kind": kind})
        assert response.status_code == 422

    def test_the_first_page_of_a_manager_says_that_something_failed_and_nobody_elses_does(self, client_for, rollout):
        given_up("golive.dossier", rollout.pk)
        assert "1 tarefa do sistema falhou." in client_for(rollout.people["manager"]).get("/").content.decode()
        assert "tarefa do sistema" not in client_for(rollout.people["pm"]).get("/").content.decode()

    def test_the_number_of_queries_does_not_grow_with_the_list(
        self, client_for, rollout, django_assert_max_num_queries
    ):
        browser = client_for(rollout.people["manager"])
        for _number in range(8):
            given_up("golive.dossier", RolloutFactory().pk)
        with django_assert_max_num_queries(20):
            browser.get(self.url)

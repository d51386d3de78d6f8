"""Real workers on a real Redis: a queue that is held keeps no other waiting, and what kills its process comes to an end."""

from datetime import timedelta

import pytest
import redis
from celery import current_app
from django.conf import settings

from apps.core import clock
from apps.core.models import UnfinishedWork
from apps.notices.models import Beginning, Consumption
from apps.notices.tasks import send_notices
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.acceptance.tasks import render_term
from presence_rollout.ops.serve import WORKERS
from presence_rollout.ops.services import wait_until
from tests.acceptance.factories import a_draft
from tests.notices.factories import an_event
from tests.services.killed import a_changed_worker, a_worker_of

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
RENDER = "apps.stages.acceptance.actions.render"


@pytest.fixture(autouse=True)
def store():
    broker = redis.Redis.from_url(settings.REDIS_URL)
    current_app.control.purge()  # What other tests left in the queues is not for these workers.
    broker.delete("test-reached", "test-released", "unacked", "unacked_index")
    return broker


def is_ready(term) -> bool:
    return AcceptanceTerm.objects.filter(pk=term.pk, state="ready").exists()


def test_a_notice_is_told_while_a_document_holds_all_of_its_queue(store):
    with clock.at(clock.now() - timedelta(minutes=5)):
        term = a_draft()
    Beginning.objects.update_or_create(pk=1, defaults={"at": clock.now() - timedelta(hours=1)})
    event = an_event(term.rollout, key="x")
    quick, slow = (queues for queues, _beat in WORKERS.values())
    assert ("notices" in quick, "documents" in slow) == (True, True)
    with a_changed_worker(slow, RENDER, "held"), a_worker_of(quick):
        for _message in range(3):
            render_term.delay(term.pk)
        wait_until(lambda: store.llen("test-reached"), "The document's worker")
        send_notices.delay()
        wait_until(lambda: Consumption.objects.filter(event=event).exists(), "The notice")
        assert not is_ready(term)
        store.lpush("test-released", 1)
        wait_until(lambda: is_ready(term), "The term")
    assert term.rollout.events.filter(kind="acceptance.rendered").count() == 1


def test_all_workers_together_serve_every_queue_once():
    served = [queue for queues, _beat in WORKERS.values() for queue in queues.split(",")]
    assert sorted(served) == sorted(queue.name for queue in settings.CELERY_TASK_QUEUES)
    assert [beat for _queues, beat in WORKERS.values() if beat] == ["--beat"]


@pytest.mark.parametrize("how", ["endless", "killed"])
def test_what_outlives_its_time_limit_or_its_process_is_not_handed_over_again_and_is_given_up(store, how):
    term = a_draft()

    def is_over(attempts: int) -> bool:
        """The attempt was counted, its message acknowledged, and no other is on its way."""
        row = UnfinishedWork.objects.filter(kind="acceptance.render").first()
        return bool(row and row.attempts == attempts) and not store.hlen("unacked") and not store.llen("documents")

    with a_changed_worker("documents", RENDER, how):
        for attempt in (1, 2, 3):
            render_term.apply_async([term.pk], soft_time_limit=1, time_limit=2)
            wait_until(lambda attempt=attempt: is_over(attempt), f"Attempt {attempt}")
            UnfinishedWork.objects.update(next_try_at=clock.now())
        render_term.delay(term.pk)
        wait_until(lambda: UnfinishedWork.objects.exclude(given_up_at=None).exists(), "The end")
    row = UnfinishedWork.objects.get()
    assert (row.attempts, row.reason, row.next_try_at) == (3, "interrupted", None)
    assert not is_ready(term)

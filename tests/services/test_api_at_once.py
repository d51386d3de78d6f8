"""Two requests of one tool at once, on a real PostgreSQL: one key does its work once."""

import json

import pytest

from apps.api.models import Answer
from apps.core import clock
from apps.core.process import Stage
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import Nonconformity, Result
from tests.api.factories import ApiTokenFactory, tool
from tests.api.scenes import in_homologation
from tests.rollouts.factories import RolloutFactory, at_stage
from tests.services.test_concurrency import at_once

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

FAILED = {"outcome": "failed", "note": "Pedido sem itens"}


def send(token, path, body, key):
    def job():
        answer = tool(token).post(
            f"/api/rollouts/{token.rollout_id}/{path}", body, content_type="application/json",
            headers={"idempotency-key": key} if key else {},
        )  # fmt: skip
        return answer.status_code, answer.get("Idempotent-Replayed"), answer.content

    return job


def test_of_two_with_one_key_one_is_done_and_both_are_answered_the_same():
    token = ApiTokenFactory(rollout=in_homologation())
    job = send(token, "cases/PED-01/results/", FAILED, "run-77")
    outcomes = at_once(job, job)
    assert {status for status, _replayed, _body in outcomes} == {201}
    assert {replayed for _status, replayed, _body in outcomes} == {None, "true"}
    assert json.loads(outcomes[0][2]) == json.loads(outcomes[1][2])
    assert (Result.objects.count(), Nonconformity.objects.count(), Answer.objects.count()) == (1, 1, 1)
    assert timeline.verify(Rollout.objects.get(pk=token.rollout_id)) is None


def test_of_two_different_requests_with_one_key_one_is_refused():
    token = ApiTokenFactory(rollout=at_stage(RolloutFactory(), Stage.DEVELOPMENT))
    outcomes = at_once(
        send(token, "progress/", {"percent": 10, "text": "x"}, "k"),
        send(token, "progress/", {"percent": 20, "text": "x"}, "k"),
    )
    assert sorted(status for status, _replayed, _body in outcomes) == [201, 409]
    assert token.rollout.progress_notes.count() == 1


def test_where_the_first_is_refused_the_second_has_its_turn():
    token = ApiTokenFactory(rollout=in_homologation(opened=False))
    job = send(token, "cases/PED-01/results/", FAILED, "k")
    assert [status for status, _replayed, _body in at_once(job, job)] == [409, 409]
    assert not Answer.objects.exists()


def test_results_of_many_at_once_are_all_kept_and_all_counted(monkeypatch):
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)  # All in one minute.
    token = ApiTokenFactory(rollout=in_homologation())
    outcomes = at_once(*[send(token, "cases/PED-01/results/", FAILED, None)] * 6)
    assert {status for status, _replayed, _body in outcomes} == {201}
    assert (Result.objects.count(), Nonconformity.objects.count()) == (6, 1)
    token.refresh_from_db()
    assert token.requests == 6
    assert timeline.verify(Rollout.objects.get(pk=token.rollout_id)) is None

"""What is asked twice with one ``Idempotency-Key`` is done once and answered the same."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from apps.accounts.tasks import forget_what_expired
from apps.api import idempotency
from apps.api.models import Answer
from apps.core import clock
from apps.core.process import Stage
from tests.api.factories import AnswerFactory, ApiTokenFactory, tool
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

NOTE = {"percent": 40, "text": "Pedidos prontos"}


@pytest.fixture
def rollout():
    return at_stage(RolloutFactory(), Stage.DEVELOPMENT)


@pytest.fixture
def token(rollout):
    return ApiTokenFactory(rollout=rollout)


def send(token, body=None, key="k-1", what="progress/"):
    headers = {"idempotency-key": key} if key is not None else {}
    return tool(token).post(
        f"/api/rollouts/{token.rollout_id}/{what}", body or NOTE, content_type="application/json", headers=headers
    )


def test_the_second_gets_the_answer_of_the_first_and_nothing_is_done_again(rollout, token):
    first, second = send(token), send(token)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    assert rollout.progress_notes.count() == rollout.events.count() == 1


def test_without_a_key_it_is_done_each_time(rollout, token):
    send(token, key=None)
    send(token, key=None)
    assert rollout.progress_notes.count() == 2
    assert not Answer.objects.exists()


@pytest.mark.parametrize("other", [{"body": {**NOTE, "percent": 41}}, {"what": "deliveries/"}])
def test_a_key_that_was_used_for_something_else_is_refused(rollout, token, other):
    send(token)
    answer = send(token, **other)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")
    assert rollout.progress_notes.count() == 1


def test_keys_of_two_tokens_have_nothing_to_do_with_each_other(rollout, token):
    send(token)
    assert "Idempotent-Replayed" not in send(ApiTokenFactory(rollout=rollout))
    assert rollout.progress_notes.count() == 2


def test_a_refusal_is_not_kept_so_the_same_key_works_once_it_is_mended(rollout, token):
    assert send(token, {"percent": 140, "text": "x"}).status_code == 422
    assert not Answer.objects.exists()
    assert send(token).status_code == 201


def test_a_refusal_under_a_key_leaves_nothing_behind(rollout, token):
    at_stage(rollout, Stage.HOMOLOGATION)
    assert send(token).status_code == 409
    assert not Answer.objects.exists()
    assert not rollout.progress_notes.exists()
    assert not rollout.events.exists()


@pytest.mark.parametrize("key", ["", "with space", "x" * 201, "ção"])
def test_a_key_that_is_none_is_refused(token, key):
    answer = send(token, key=key)
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


def test_after_seven_days_a_key_is_new_even_before_the_daily_task(rollout, token):
    send(token)
    with clock.at(clock.now() + timedelta(days=7, minutes=1)):
        assert "Idempotent-Replayed" not in send(token)
    assert rollout.progress_notes.count() == 2


def test_a_revoked_token_is_not_answered_from_what_was_kept(token):
    send(token)
    token.revoked_at = clock.now()
    token.save(update_fields=["revoked_at"])
    assert send(token).status_code == 401


def test_the_daily_task_drops_what_is_older_than_seven_days():
    young, old = AnswerFactory(), AnswerFactory(at=clock.now() - timedelta(days=8))
    forget_what_expired()
    assert list(Answer.objects.all()) == [young]
    assert old.token.answers.count() == 0


class TestTheFingerprint:
    def of(self, content=b"abc", name="a.txt", note="x", boundary=None):
        data = {"note": note, "files": SimpleUploadedFile(name, content)}
        request = RequestFactory().post("/api/x/", data)
        return idempotency.fingerprint(request)

    def test_a_form_is_the_same_whatever_its_boundary(self):
        from django.test.client import encode_multipart

        prints = set()
        for boundary in ("one", "two"):
            data = {"note": "x", "files": SimpleUploadedFile("a.txt", b"abc")}
            request = RequestFactory().generic(
                "POST", "/api/x/", encode_multipart(boundary, data), f"multipart/form-data; boundary={boundary}"
            )
            prints.add(idempotency.fingerprint(request))
        assert len(prints) == 1

    @pytest.mark.parametrize("other", [{"content": b"abd"}, {"name": "b.txt"}, {"note": "y"}])
    def test_a_file_its_name_and_a_field_all_count(self, other):
        assert self.of() != self.of(**other)

    def test_a_file_can_still_be_read_after_it_was_looked_at(self):
        request = RequestFactory().post("/api/x/", {"files": SimpleUploadedFile("a.txt", b"abc")})
        idempotency.fingerprint(request)
        assert request.FILES["files"].read() == b"abc"

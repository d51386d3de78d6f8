"""What somebody is answered while the database is away or the disk is full."""

import errno
import json

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client, RequestFactory
from django.utils import translation
from psycopg.errors import DeadlockDetected, DiskFull, QueryCanceled

from apps.core.web import outages
from tests.companies.factories import UserFactory


def caused_by(exception, cause):
    exception.__cause__ = cause
    return exception


ENDS = [
    (OperationalError("connection refused"), 503),
    (InterfaceError("the connection is closed"), 503),
    (caused_by(OperationalError(), QueryCanceled()), 503),
    (caused_by(OperationalError(), DeadlockDetected()), 503),
    (caused_by(RuntimeError("while a page was made"), OperationalError()), 503),
    (caused_by(OperationalError(), DiskFull()), 507),
    (OSError(errno.ENOSPC, "No space left on device"), 507),
    (OSError(errno.EDQUOT, "Disk quota exceeded"), 507),
    (OSError(errno.ENOENT, "No such file"), 500),
    (ValueError("ours"), 500),
    (None, 500),
]


@pytest.mark.parametrize(("exception", "status"), ENDS, ids=map(str, range(len(ENDS))))
def test_what_is_away_is_told_from_what_is_wrong(exception, status):
    assert outages.status_of(exception) == status


def answer_after(exception, path="/projetos/", **headers):
    request = RequestFactory().get(path, headers=headers)
    try:
        raise exception
    except type(exception):
        return outages.server_error(request)


class TestTheDatabaseIsAway:
    def test_a_page_says_so_in_the_reader_s_language_and_when_to_come_again(self):
        for language, words in (("pt-br", "Voltamos em instantes"), ("en", "We will be back in a moment")):
            with translation.override(language):
                answer = answer_after(OperationalError("connection refused: postgres at 10.0.0.3"))
            assert (answer.status_code, answer["Retry-After"]) == (503, "5")
            assert words in answer.content.decode()
            assert "10.0.0.3" not in answer.content.decode()

    def test_a_program_reads_a_code(self):
        answer = answer_after(OperationalError(), "/api/rollouts/")
        assert (answer.status_code, json.loads(answer.content)["code"]) == (503, "unavailable")

    def test_htmx_shows_a_message_and_keeps_the_page(self):
        answer = answer_after(OperationalError(), hx_request="true")
        assert (answer.status_code, answer.content, answer["HX-Reswap"]) == (503, b"", "none")
        assert "Nada foi gravado" in json.loads(answer["HX-Trigger"])["toast"]["text"]


@pytest.mark.django_db
def test_a_real_request_that_meets_no_database_is_answered_503(monkeypatch):
    browser = Client(raise_request_exception=False)
    browser.force_login(UserFactory(), backend="allauth.account.auth_backends.AuthenticationBackend")

    assert browser.get("/projetos/").status_code == 200

    def away(*args, **kwargs):
        raise OperationalError("the database system is shutting down")

    monkeypatch.setattr(CursorWrapper, "execute", away)
    answer = browser.get("/projetos/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


@pytest.mark.django_db
def test_an_upload_that_finds_the_disk_full_says_so(client_for, monkeypatch):
    from apps.files import uploads

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    browser = client_for(UserFactory())
    number = browser.post("/envios/", {"name": "a.pdf", "size": 3}).json()["id"]
    monkeypatch.setattr(uploads, "append", full)
    answer = browser.post(
        f"/envios/{number}/", b"abc", content_type="application/octet-stream", headers={"upload-offset": "0"}
    )
    assert answer.status_code == 507
    assert "Não há espaço" in answer.json()["detail"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "status"),
    [
        (OperationalError("server closed the connection unexpectedly"), 503),
        (DatabaseError("Forced update did not affect any rows."), 400),
    ],
    ids=["the database is away", "the session was deleted meanwhile"],
)
def test_a_page_that_cannot_note_its_session_says_which_it_is(monkeypatch, said, status):
    """Django takes either for a session that was deleted, and answers 400."""
    browser = Client(raise_request_exception=False)
    browser.force_login(UserFactory(), backend="allauth.account.auth_backends.AuthenticationBackend")

    def fails(*args, **kwargs):
        raise said

    monkeypatch.setattr(Session, "save", fails)
    # The first page of a session notes when it began.
    assert browser.get("/projetos/").status_code == status

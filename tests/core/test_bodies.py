"""How much a request may carry is decided before any of it is read."""

import http.client
import io
import os
import sys

import pytest
from django.conf import settings as installation
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver, reverse

from apps.core.untrusted import bodies
from apps.stages.homologation.execution import junit
from presence_rollout.ops.services import free_port, spawn, stop, wait_until
from tests.companies.factories import CompanyFactory, a_person
from tests.services.test_concurrency import this_database_url

TAKE_FILES = {
    "acceptance:compare", "acceptance:elsewhere", "api-1:attach_evidence", "api-1:list_results", "api-1:record_junit",
    "api-1:record_result", "blueprints:import", "homologation:attach", "homologation:case", "homologation:meeting_case",
    "homologation:add_report", "portal:matter", "prerequisites:submit", "rollouts:import",
}  # fmt: skip


class Unread(io.BytesIO):
    """A body that fails the test when somebody reads it."""

    def read(self, *args):
        raise AssertionError("the body was read")

    readline = read


def routes(patterns=None, namespace=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern.callback
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern.url_patterns, inner)


def test_every_address_has_a_limit_and_only_those_that_take_files_take_more_than_a_form():
    limits = {name: bodies.limit_of(view) for name, view in routes()}
    assert len(limits) > 200
    assert {name for name, most in limits.items() if most == bodies.with_files()} == TAKE_FILES
    assert {name for name, most in limits.items() if bodies.FORM < most < bodies.with_files()} == {"files:upload"}
    assert min(limits.values()) == bodies.FORM


def test_a_request_larger_than_its_address_takes_is_refused_unread_at_every_address():
    middleware = bodies.BodyLimitMiddleware(lambda request: None)
    for name, view in routes():
        request = RequestFactory().post("/api/x" if name.startswith("api-1") else "/x")
        request.user, request.htmx = AnonymousUser(), False
        request.META["CONTENT_LENGTH"] = str(bodies.limit_of(view) + 1)
        request._stream = Unread()
        assert middleware.process_view(request, view, (), {}).status_code == 413, name
        request.META["CONTENT_LENGTH"] = str(bodies.limit_of(view))
        assert middleware.process_view(request, view, (), {}) is None, name


def unread(path, **headers):
    return Client(enforce_csrf_checks=True).generic(
        "POST", path, b"", content_type="application/x-www-form-urlencoded", **{"wsgi.input": Unread(), **headers}
    )


@pytest.mark.django_db
class TestAnswers:
    def test_eighty_megabytes_to_the_sign_in_form_are_413_in_the_house_s_look_and_unread(self):
        answer = unread(reverse("account_login"), CONTENT_LENGTH="80000000")
        page = answer.content.decode()
        assert answer.status_code == 413
        assert "passa do limite desta página (256 KB)" in page
        assert "Presence Rollout" in page

    def test_at_the_api_it_is_a_problem_in_json(self):
        answer = unread("/api/rollouts/1/junit/", CONTENT_LENGTH="80000000")
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    def test_without_a_length_it_is_411(self):
        for path in (reverse("account_login"), "/api/rollouts/1/junit/"):
            assert unread(path, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked").status_code == 411

    @pytest.mark.parametrize("length", ["-1", "1e9", "9" * 30, "0x10"])
    def test_a_length_that_is_none_is_refused(self, length):
        assert unread(reverse("account_login"), CONTENT_LENGTH=length).status_code == 413

    def test_what_a_visitor_sends_to_a_page_for_members_is_not_read_either(self):
        answer = unread(reverse("prerequisites:submit", args=[1, 1]), CONTENT_LENGTH="20000000")
        assert answer.status_code == 302
        assert reverse("account_login") in answer.url

    def test_too_many_fields_or_files_are_a_page_not_a_failure(self, client_for):
        browser = client_for(a_person(CompanyFactory()))
        fields = {f"field{number}": "x" for number in range(installation.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
        answer = browser.post(reverse("accounts:profile"), fields)
        assert answer.status_code == 400
        assert "Requisição inválida" in answer.content.decode()
        files = {f"f{number}": io.BytesIO(b"x") for number in range(installation.DATA_UPLOAD_MAX_NUMBER_FILES + 1)}
        assert browser.post(reverse("accounts:profile"), files).status_code == 400

    def test_a_form_that_is_none_is_400(self, client):
        answer = client.generic("POST", reverse("account_login"), b"x", content_type="multipart/form-data")
        assert answer.status_code == 400


def test_what_is_held_in_memory_is_bounded_by_less_than_what_is_taken():
    assert bodies.FORM <= installation.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert bodies.with_files() >= junit.MOST_BYTES
    assert bodies.with_files() >= installation.FILE_UPLOAD_MAX_MEMORY_SIZE * installation.DATA_UPLOAD_MAX_NUMBER_FILES


@pytest.mark.services
class TestServer:
    """The real server, over a real connection."""

    @pytest.fixture(scope="class")
    def port(self, tmp_path_factory, django_db_setup):
        var = tmp_path_factory.mktemp("var")
        port = free_port()
        env = {**os.environ, "DEBUG": "1", "VAR_DIR": str(var), "DATABASE_URL": this_database_url()}
        granian = os.path.join(os.path.dirname(sys.executable), "granian")
        server = spawn(
            [
                granian,
                "--interface",
                "wsgi",
                "--host",
                "127.0.0.1",
                "--port",
                port,
                "presence_rollout.wsgi:application",
            ],
            env,
            cwd=installation.BASE_DIR,
        )
        try:
            wait_until(lambda: self.asked(port, "GET", b"")[0] == 200, "The server", server)
            yield port
        finally:
            stop(server)

    def asked(self, port, method, body, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
        try:
            connection.request(method, "/conta/login/", body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def test_a_body_in_chunks_is_refused_without_its_end(self, port):
        """The first chunk alone is sent: the answer comes although the rest never does."""
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
        connection.putrequest("POST", "/conta/login/")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        connection.send(b"40000\r\n" + b"x" * 0x40000 + b"\r\n")
        assert connection.getresponse().status == 411
        connection.close()

    def test_an_announced_length_beyond_the_limit_is_refused_before_it_is_sent(self, port):
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
        connection.putrequest("POST", "/conta/login/")
        connection.putheader("Content-Length", "80000000")
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 413
        assert "256 KB" in answer.read().decode()
        connection.close()

    def test_a_form_within_the_limit_is_read(self, port):
        status, _page = self.asked(port, "POST", "login=a", **{"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 403  # Without its protection against forgery.

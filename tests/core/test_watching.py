"""Watching: a request's id through answer, page and log; logs in JSON without addresses; numbers for Prometheus alone."""

import json
import logging
import os
import re
import sys
from io import StringIO

import pytest
from celery import current_app
from django.conf import settings as installation
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import resolve, reverse
from pythonjsonlogger.json import JsonFormatter

from apps.core import plugins
from apps.core.measures import Measure
from apps.core.models import UnfinishedWork
from apps.core.plugins import Plugin
from apps.core.watch import ids
from apps.core.web.outages import server_error
from presence_rollout import telemetry
from tests.rollouts.factories import RolloutFactory

TOKEN = "a-token-of-prometheus"


class TestRequestId:
    @pytest.mark.parametrize("given", ["", "short", "a" * 65, "with blank 12", "<script>alert(1)</script>", "é" * 10])
    def test_what_is_no_id_is_replaced(self, client, given):
        answer = client.get("/termos/", headers={"x-request-id": given})
        assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-ID"])

    def test_a_proxy_s_id_stays(self, client):
        assert client.get("/termos/", headers={"x-request-id": "f3a9-0001.b"})["X-Request-ID"] == "f3a9-0001.b"

    def test_each_request_has_its_own(self, client):
        assert client.get("/termos/")["X-Request-ID"] != client.get("/termos/")["X-Request-ID"]
        assert ids.request_id() == ""

    def test_the_page_of_a_failure_bears_it(self, rf):
        token = ids.current.set("f3a9-0001")
        try:
            assert "f3a9-0001" in server_error(rf.get("/")).content.decode()
        finally:
            ids.current.reset(token)

    def test_a_task_bears_the_id_of_the_request_that_handed_it_over(self):
        seen = []

        @current_app.task(name="tests.watching", shared=False)
        def look():
            seen.append(line_of_log()["request_id"])

        try:
            look.apply(headers={"request_id": "f3a9-0001"})
        finally:
            current_app.tasks.pop("tests.watching")
        assert seen == ["f3a9-0001"]


def line_of_log(message: str = "Hello", *args: object, **extra: object) -> dict[str, object]:
    """The line that the handler of the installation writes as JSON."""
    options = dict(installation.LOGGING["formatters"]["json"])
    assert options.pop("()") == "pythonjsonlogger.json.JsonFormatter"
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(**options))
    handler.addFilter(ids.Context())
    logger = logging.getLogger("tests.watching")
    logger.addHandler(handler)
    try:
        logger.warning(message, *args, extra=extra)
    finally:
        logger.removeHandler(handler)
    return json.loads(stream.getvalue())


class TestLogs:
    def test_a_line_is_one_object_with_its_time_in_utc(self):
        line = line_of_log("Hello\n%s", "you")
        assert (line["level"], line["logger"], line["message"]) == ("WARNING", "tests.watching", "Hello\nyou")
        assert line["timestamp"].endswith("+00:00")

    def test_an_address_that_lets_somebody_in_is_not_written(self, rf):
        request = rf.get("/convite/a-secret-token/?code=1")
        request.resolver_match = resolve(request.path)
        line = line_of_log("%s: %s", "Gone", request.path, request=request, status_code=410)
        assert "a-secret-token" not in json.dumps(line)
        assert (line["message"], line["status_code"]) == (f"Gone: /{request.resolver_match.route}", 410)

    @pytest.mark.parametrize(
        ("path", "written"),
        [
            (
                "/convite/a-secret-token/",
                "/convite/<str:token>/",
            ),  # A foreign host, the database away: not resolved yet.
            ("/convite/a-secret-token", "/convite/<str:token>/"),
            ("/convite/a-secret-token/é", "/…"),
            ("/a-secret-token", "/…"),
        ],
    )
    def test_nor_is_one_that_was_not_resolved(self, rf, path, written):
        line = line_of_log("%s: %s", "Not Found", path, request=rf.get(path), status_code=404)
        assert "a-secret-token" not in json.dumps(line)
        assert line["message"] == f"Not Found: {written}"

    def test_nor_is_one_with_its_query(self, rf):
        request = rf.get("/convite/a-secret-token/?next=another-secret")
        line = line_of_log("%s", request.get_full_path(), request=request)
        assert line["message"] == "/convite/<str:token>/"


@pytest.mark.django_db
class TestMetrics:
    def read(self, token: str = TOKEN) -> str:
        answer = Client().get("/metrics", headers={"authorization": f"Bearer {token}"}, HTTP_HOST="10.0.0.7:8000")
        return answer.content.decode() if answer.status_code == 200 else ""

    @pytest.mark.parametrize(
        ("configured", "given"), [("", ""), ("", TOKEN), (TOKEN, ""), (TOKEN, "another"), (TOKEN, "é")]
    )
    def test_a_stranger_finds_nothing(self, settings, configured, given):
        settings.METRICS_TOKEN = configured
        assert self.read(given) == ""
        assert Client().get("/metrics").status_code == 404

    def test_what_is_watched(self, settings):
        settings.METRICS_TOKEN = TOKEN
        rollout = RolloutFactory()
        UnfinishedWork.objects.create(kind="kickoff.minutes", key="1")
        Client().get(reverse("accounts:terms"))
        text = self.read()
        for line in (
            'rollout_open_rollouts{gate="closed",stage="kickoff"} 1.0',
            'rollout_unfinished_work{kind="kickoff.minutes",state="waiting"} 1.0',
            "rollout_waiting_signatures 0.0",
            "rollout_revealed_credentials 0.0",
        ):
            assert line in text, text
        assert re.search(r'rollout_request_seconds_count{method="GET",route="accounts:terms",status="2xx"} [1-9]', text)
        client = rollout.parties.get(role="client").company
        assert client.cnpj not in text
        assert client.trade_name not in text

    def test_what_cannot_be_asked_is_counted_and_the_rest_is_there(self, settings):
        settings.METRICS_TOKEN, settings.REDIS_URL = TOKEN, "redis://127.0.0.1:1/0"
        text = self.read()
        assert 'rollout_unmeasured{measure="queue_messages"} 1.0' in text
        assert 'rollout_unmeasured{measure="unfinished_work"} 0.0' in text
        assert "rollout_waiting_signatures" in text
        assert "rollout_queue_messages{" not in text

    def test_a_measure_that_breaks_takes_no_other_away_and_is_named(self, settings, caplog):
        settings.METRICS_TOKEN = TOKEN

        def breaks():
            raise ValueError("postgresql://rollout:hunter2@10.0.0.1/rollout")

        with plugins.override(Plugin(app="a", measures=[Measure("tea", "Cups of tea.", breaks)])):
            text = self.read()
        assert 'rollout_unmeasured{measure="tea"} 1.0' in text
        assert "rollout_waiting_signatures" in text
        assert "hunter2" not in text + caplog.text

    def test_a_seal_that_opens_again_is_measured_again(self, settings, presences_seal, tmp_path):
        seal = tmp_path / "seal.p12"
        settings.METRICS_TOKEN, settings.TERM_SEAL_FILE = TOKEN, str(seal)
        measured = []
        for content in (b"not a seal", presences_seal.read_bytes()):
            seal.write_bytes(content)
            os.utime(seal, (1, 1))
            measured.append(bool(re.search(r"rollout_seal_expires_seconds \d", self.read())))
        assert measured == [False, True]


class TestTelemetry:
    def test_sentry_is_told_no_value_and_no_address(self):
        event = {
            "request": {"method": "POST", "url": "https://x/convite/secret", "headers": {"Cookie": "secret"}},
            "exception": {"values": [{"type": "ValueError", "value": "secret", "stacktrace": {"frames": []}}]},
            "logentry": {"message": "%s failed", "formatted": "secret failed", "params": ["secret"]},
            "extra": {"sys.argv": ["secret"]},
            "user": {"ip_address": "secret"},
        }
        sent = telemetry.without_values(event, {})
        assert "secret" not in json.dumps(sent)
        assert (sent["request"], sent["logentry"]) == ({"method": "POST"}, {"message": "%s failed"})
        assert sent["exception"]["values"][0]["type"] == "ValueError"

    def test_a_trace_has_the_route_and_not_the_address(self, rf):
        request = rf.get("/convite/a-secret-token/")
        request.resolver_match = resolve(request.path)
        attributes = {"http.target": request.path, "net.peer.ip": "203.0.113.7"}
        span = type("Span", (), {"set_attribute": lambda self, name, value: attributes.update({name: value})})()
        telemetry.route_in_place_of_address(span, request, None)
        assert "a-secret-token" not in str(attributes)
        assert "203.0.113.7" not in str(attributes)

    def test_a_setting_without_its_packages_says_which_they_are(self, settings, monkeypatch):
        monkeypatch.setitem(sys.modules, "sentry_sdk", None)
        settings.SENTRY_DSN = "https://key@sentry.example.com/1"
        with pytest.raises(ImproperlyConfigured, match=r"SENTRY_DSN needs .*requirements/watch\.txt"):
            telemetry.begin()

"""Health: one list of checks, read by `manage.py doctor` and by the addresses that orchestrators ask."""

import json
import shutil
import threading
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from celery import current_app
from django.core.management import call_command
from django.db import connection
from django.test import Client

from apps.core import clock, plugins
from apps.core.health import HealthCheck, State, failure, well
from apps.core.plugins import Plugin
from apps.core.watch import checks, running
from apps.seals.health import seal
from apps.vault import key_check
from apps.vault.actions import new_keyset
from apps.vault.health import keys
from apps.vault.key_check import require_open

Usage = namedtuple("Usage", "total used free")


def breaks():
    raise RuntimeError("postgresql://rollout:hunter2@10.0.0.1/rollout")


def of_a_test(monkeypatch, *health):
    """The house has these checks alone."""
    monkeypatch.setattr(running, "checks", lambda: list(health))
    running.readiness.forget()


@pytest.fixture(autouse=True)
def _nothing_is_remembered():
    yield
    running.readiness.forget()


class TestRunning:
    def test_an_app_s_check_is_asked_with_all_others(self):
        with plugins.override(Plugin(app="a", health=[HealthCheck("tea", "Tea", lambda: well("Hot"))])):
            announced = [check.key for check in running.checks()]
        assert announced[-1] == "tea"
        assert {"database", "broker", "workers", "mail", "storage", "keys", "seal", "clock", "disk"} <= set(announced)

    def test_what_an_exception_says_is_not_shown(self, monkeypatch, caplog):
        of_a_test(monkeypatch, HealthCheck("a", "A", breaks), HealthCheck("b", "B", lambda: well("")))
        broken, other = running.outcomes()
        assert (broken.finding.state, other.finding.state) == (State.FAILURE, State.OK)
        assert "RuntimeError" in broken.finding.text
        assert "hunter2" not in str(broken) + caplog.text

    def test_what_does_not_answer_is_a_failure_and_holds_nobody(self, monkeypatch):
        never = threading.Event()
        of_a_test(
            monkeypatch,
            HealthCheck("a", "A", lambda: well("")),
            HealthCheck("b", "B", lambda: never.wait() and well("")),
            HealthCheck("c", "C", lambda: well("")),
        )
        states = [outcome.finding.state for outcome in running.outcomes(seconds=0.2)]
        never.set()
        assert states == [State.OK, State.FAILURE, State.FAILURE]


class TestDoctor:
    def test_it_says_what_to_do_and_ends_with_1(self, monkeypatch):
        of_a_test(monkeypatch, HealthCheck("a", "Chá", lambda: failure("Frio.", "Aqueça.")))
        output = StringIO()
        with pytest.raises(SystemExit, match="1"):
            call_command("doctor", stdout=output)
        assert output.getvalue().splitlines() == ["✗ Chá: Frio.", "    → Aqueça."]

    @pytest.mark.django_db
    def test_programs_read_json_in_the_language_they_name(self):
        output = StringIO()
        call_command("doctor", "--json", "--language", "en", "--only", "database", stdout=output)
        (database,) = json.loads(output.getvalue())
        assert (database["key"], database["title"], database["state"]) == ("database", "Database", "ok")

    @pytest.mark.django_db
    def test_a_pool_that_sets_no_limits_is_a_warning(self, settings):
        settings.DATABASE_POOLED = True
        assert checks.database().state == State.WARNING
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '30s'")
        assert checks.database().state == State.OK


class TestAddresses:
    def test_live_touches_nothing_and_takes_any_host(self, settings):
        settings.SECURE_SSL_REDIRECT = True
        answer = Client().get("/health/live", HTTP_HOST="10.0.0.7:8000")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert not answer.cookies
        assert answer["Cache-Control"] == "no-store"

    @pytest.mark.django_db
    def test_ready_asks_the_vital_checks_of_the_house(self):
        running.readiness.forget()
        answer = Client().get("/health/ready", HTTP_HOST="10.0.0.7:8000")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    def test_ready_names_what_fails_and_nothing_more(self, monkeypatch):
        of_a_test(
            monkeypatch,
            HealthCheck("database", "Banco", breaks, vital=True),
            HealthCheck("keys", "Chaves", lambda: well(""), vital=True),
            HealthCheck("mail", "E-mail", breaks),
        )
        answer = Client().get("/health/ready")
        assert (answer.status_code, answer["Retry-After"]) == (503, "2")
        assert answer.json() == {"status": "unavailable", "failing": ["database"]}

    def test_whoever_asks_again_at_once_costs_nothing_more(self, monkeypatch):
        asked = []
        of_a_test(monkeypatch, HealthCheck("a", "A", lambda: asked.append(1) or well(""), vital=True))
        assert [Client().get("/health/ready").status_code for _time in range(5)] == [200] * 5
        assert len(asked) == 1

    def test_while_a_check_hangs_no_further_thread_is_given_to_it(self, monkeypatch):
        let_go, asked = threading.Event(), []

        def hangs():
            asked.append(1)
            let_go.wait()
            return well("")

        of_a_test(monkeypatch, HealthCheck("database", "Banco", hangs, vital=True))
        monkeypatch.setattr(running, "LONGEST_OF_VITAL", 0.05)
        monkeypatch.setattr(running, "REMEMBERED", -1.0)
        try:
            assert [running.readiness.failing() for _time in range(3)] == [["database"]] * 3
            assert len(asked) == 1
        finally:
            let_go.set()
        for thread in threading.enumerate():
            if thread.name == "health":
                thread.join(5)
        assert running.readiness.failing() == []  # It is asked anew once the first look is over.
        assert len(asked) == 2

    def test_they_are_read_and_not_posted_to(self):
        assert Client().post("/health/live").status_code == 405


class TestChecks:
    def test_a_queue_without_a_worker_is_named(self, monkeypatch):
        served = {"a@host": [{"name": "notices"}, {"name": "documents"}], "b@host": [{"name": "probes"}]}
        monkeypatch.setattr(
            current_app.control, "inspect", lambda timeout: namedtuple("I", "active_queues")(lambda: served)
        )
        finding = checks.workers()
        assert finding.state is State.FAILURE
        assert "seals, upkeep" in finding.text

    @pytest.mark.parametrize(
        ("free", "state"), [(50 * 1024**3, State.OK), (1024**3, State.WARNING), (1024**2, State.FAILURE)]
    )
    def test_a_disk_that_fills_is_said_before_it_is_full(self, monkeypatch, free, state):
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(100 * 1024**3, 0, free))
        assert checks.disk().state is state

    def test_static_files_that_were_not_collected_are_said(self, settings, tmp_path):
        settings.STATIC_ROOT = tmp_path
        settings.STORAGES = {
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
        }
        assert checks.static_files().state is State.FAILURE

    def test_a_mail_server_that_is_away_is_said_without_its_password(self, settings):
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_PASSWORD = "127.0.0.1", 1, "hunter2"
        finding = checks.mail()
        assert finding.state is State.FAILURE
        assert "hunter2" not in finding.text

    @pytest.mark.django_db
    def test_keys_that_are_not_those_of_the_database_are_said(self, settings, monkeypatch):
        monkeypatch.setattr(key_check, "_keysets_that_open", set())  # This process may know them from another test.
        require_open()
        assert keys().state is State.OK
        settings.VAULT_KEYSET = new_keyset()
        assert keys().state is State.FAILURE

    @pytest.mark.django_db
    def test_a_migration_that_was_not_applied_is_named(self, monkeypatch):
        assert checks.migrations().state is State.OK
        monkeypatch.setattr(checks, "_migrations_of_the_code", lambda: frozenset({("core", "9999_next")}))
        assert "core.9999_next" in checks.migrations().text
        assert checks.migrations().text.startswith("1 migração ainda não foi aplicada")

    def test_a_seal_is_renewed_before_its_end(self, presences_seal):
        ten_years = datetime.now(UTC) + timedelta(days=3650)
        assert seal().state is State.OK
        with clock.at(ten_years - timedelta(days=10)):
            assert seal().state is State.WARNING
        with clock.at(ten_years + timedelta(days=10)):
            assert seal().state is State.FAILURE

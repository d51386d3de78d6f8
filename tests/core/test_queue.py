"""Work is handed over after the commit, and a broker that is away undoes nothing."""

import pytest
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from apps.core.background import queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch):
    found = []
    monkeypatch.setattr(current_app._get_current_object(), "send_task", lambda name, args: found.append((name, args)))
    return found


def test_nothing_is_sent_before_the_commit_or_after_a_rollback(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            queue.after_commit("x", 1)
            transaction.set_rollback(True)
        queue.after_commit("y", 2)
        assert sent == []
    assert sent == [("y", (2,))]


def test_what_no_longer_holds_is_not_sent(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        queue.after_commit("x", when=lambda: False)
    assert sent == []


def test_a_broker_that_is_away_is_said_in_one_line(monkeypatch, caplog, django_capture_on_commit_callbacks):
    def refuse(name, args):
        raise OperationalError("refused")

    monkeypatch.setattr(current_app._get_current_object(), "send_task", refuse)
    caplog.set_level("WARNING", logger=queue.__name__)
    with django_capture_on_commit_callbacks(execute=True):
        queue.after_commit("x", 1)
    assert "x waits for its periodic task" in caplog.text
    assert "Traceback" not in caplog.text


def test_every_task_that_is_handed_over_exists_and_has_a_sibling_on_the_clock():
    import re
    from pathlib import Path

    current_app.loader.import_default_modules()
    current_app.autodiscover_tasks(force=True)
    code = "".join(path.read_text() for path in (Path(settings.BASE_DIR) / "apps").rglob("actions.py"))
    names = re.findall(r'after_commit\(\s*"([\w.]+)"', code)
    assert len(names) >= 5
    on_the_clock = {entry["task"].rpartition(".")[0] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    for name in names:
        assert name in current_app.tasks, name
        assert name.rpartition(".")[0] in on_the_clock, name


def test_while_it_is_held_nothing_is_sent(monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(current_app._get_current_object(), "send_task", lambda name, args: sent.append(name))
    with queue.paused(), django_capture_on_commit_callbacks(execute=True):
        queue.after_commit("x", 1)
    with django_capture_on_commit_callbacks(execute=True):
        queue.after_commit("y", 1)
    assert sent == ["y"]

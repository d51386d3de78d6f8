"""Work is handed over after the commit, and a broker that is away undoes nothing."""

import ast
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from apps.core.background import queue, work

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


def test_what_is_asked_for_once_is_one_message_of_the_transaction(sent, django_capture_on_commit_callbacks):
    for _transaction in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            with transaction.atomic():
                queue.after_commit("x", once=True)
                transaction.set_rollback(True)
            for _time in range(3):
                with transaction.atomic():
                    queue.after_commit("x", once=True)
            queue.after_commit("x", 1, once=True)
        assert sent == [("x", ()), ("x", (1,))]
        sent.clear()


def test_a_broker_that_is_away_is_said_in_one_line(monkeypatch, caplog, django_capture_on_commit_callbacks):
    def refuse(name, args):
        raise OperationalError("refused")

    monkeypatch.setattr(current_app._get_current_object(), "send_task", refuse)
    caplog.set_level("WARNING", logger=queue.__name__)
    with django_capture_on_commit_callbacks(execute=True):
        queue.after_commit("x", 1)
    assert "x waits for its periodic task" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_broker_that_did_not_answer_is_left_in_peace_for_a_while(monkeypatch):
    asked = []

    def freeze(name, args):
        asked.append(name)
        raise TimeoutError("Timeout reading from socket")

    monkeypatch.setattr(current_app._get_current_object(), "send_task", freeze)
    now = 1000.0
    monkeypatch.setattr(queue.time, "monotonic", lambda: now)
    queue.send("x", 1)
    queue.send("y", 2)
    assert asked == ["x"]
    now += queue.REST
    queue.send("z", 3)
    assert asked == ["x", "z"]


def test_of_many_pages_one_asks_whether_a_silent_broker_is_back(monkeypatch):
    asked = []

    def silent(name, args):
        asked.append(name)
        if name == "second":
            queue.send("meanwhile")
        if name in ("first", "second"):
            raise OperationalError("timed out")

    now = 1000.0
    monkeypatch.setattr(current_app._get_current_object(), "send_task", silent)
    monkeypatch.setattr(queue.time, "monotonic", lambda: now)
    for name in ("first", "second", "third", "fourth"):
        queue.send(name)
        if name != "third":
            now += queue.REST
    assert asked == ["first", "second", "third", "fourth"]


HANDS_OVER = {"after_commit", "send"}


def handed_over(code: str) -> tuple[set[str], list[str]]:
    """The tasks that a module hands over by name, and what names one neither so nor by its kind of work."""
    names, expressions = set(), []
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="queue"), attr=verb), args=[task, *_more]) if (
                verb in HANDS_OVER
            ):
                if isinstance(task, ast.Constant):
                    names.add(task.value)
                elif not (isinstance(task, ast.Attribute) and task.attr == "task"):
                    expressions.append(ast.unparse(task))
            case ast.ImportFrom(module="apps.core.background.queue"):
                expressions.append(ast.unparse(node))
    return names, expressions


def test_a_module_is_read_for_what_it_hands_over():
    code = """
queue.after_commit("a.b", 1)
if waiting:
    queue.send(
        "c.d"
    )
queue.send(KIND.task)
queue.send(f"{x}.y")
mailer.send("x")
"""
    assert handed_over(code) == ({"a.b", "c.d"}, ["f'{x}.y'"])
    assert handed_over("from apps.core.background.queue import send\nsend('a.b')")[1] == [
        "from apps.core.background.queue import send"
    ]


def test_every_task_that_is_handed_over_exists_and_has_a_sibling_on_the_clock():
    current_app.loader.import_default_modules()
    current_app.autodiscover_tasks(force=True)
    names: set[str] = set()
    otherwise: dict[str, list[str]] = {}
    apps = Path(settings.BASE_DIR) / "apps"
    for path in apps.rglob("*.py"):
        constants, expressions = handed_over(path.read_text())
        names |= constants
        if expressions:
            otherwise[path.relative_to(apps).as_posix()] = expressions
    assert otherwise == {}
    names |= {kind.task for kind in work.jobs().values()}
    assert {"apps.rollouts.tasks.anchor_asked_rollouts", "apps.invitations.tasks.mail_invitation"} <= names
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

"""What a stranger sent is read in a process that can harm nothing, and that is ended when it takes too much."""

import io
import os
import select
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import translation

from apps.core.untrusted import confined

SHORT = confined.Limits(cpu_seconds=1, seconds=20, output=1_000_000)


def read(do, source=b"abc", limits=SHORT, **options):
    return confined.read("tests.core.reader", source, limits=limits, do=do, **options)


def test_bytes_and_files_are_read_and_a_file_is_left_at_its_beginning():
    assert read("count") == 3
    file = io.BytesIO(b"12345")
    file.seek(2)
    assert (read("count", file), file.tell()) == (5, 0)


@pytest.mark.parametrize(
    ("do", "reason"),
    [("run_without_end", "time"), ("use_memory", "memory"), ("recurse", "memory"), ("write_much", "output")],
)
def test_what_takes_more_than_is_given_is_ended_and_says_what(do, reason):
    with pytest.raises(confined.TooMuch) as ended:
        read(do)
    assert ended.value.reason == reason


def test_a_process_that_waits_is_not_waited_for():
    with pytest.raises(confined.TooMuch) as ended:
        read("wait", limits=confined.Limits(seconds=0.5))
    assert ended.value.reason == "time"


@pytest.mark.parametrize("do", ["die", "fail", "leave", "no_such_thing"])
def test_a_reader_that_ends_without_an_answer_has_failed(do):
    with pytest.raises(confined.ReadingFailed) as failed:
        read(do)
    assert (type(failed.value), failed.value.reason) == (confined.ReadingFailed, "crashed")


def test_the_process_has_no_secret_no_open_file_and_nothing_of_django(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary")
    monkeypatch.setenv("VAULT_KEYSET", "canary")
    with Path(__file__).open() as ours:
        os.set_inheritable(ours.fileno(), True)
        seen = read("surroundings")
    assert set(seen["environment"]) <= {"LANG", "PATH", "LC_CTYPE"}
    assert not [name for name in seen["files"] if name.startswith(str(Path(__file__).parent))]
    assert (seen["limited"], seen["core"], seen["django"]) == (True, 0, [])


LEAVE = "import ctypes as c; s = c.CDLL(None); raise SystemExit(bool(s.unshare(1 << 30) and s.unshare(5 << 28)))"


@pytest.mark.skipif(
    subprocess.run([sys.executable, "-c", LEAVE]).returncode != 0, reason="this system lets nobody leave the network"
)
def test_it_reaches_no_network():
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert read("call", port=server.getsockname()[1]) == "refused"


def test_what_it_started_does_not_outlive_it():
    child = read("leave_a_child")
    if child is None:  # Nothing could be started: only root is let.
        return
    try:
        ended = os.pidfd_open(child)
    except ProcessLookupError:
        return
    assert select.select([ended], [], [], 30)[0]


def test_the_answer_holds_nothing_that_a_database_refuses():
    assert read("odd_text") == ["ab", {"?": "?", "n": "NaN"}]


def test_what_a_library_prints_is_no_answer():
    assert read("chatter") == "answer"


def test_a_failure_is_told_in_the_readers_language():
    with translation.override("pt-br"):
        assert "exige tempo ou memória demais" in confined.TooMuch("time").sentence
    with translation.override("en"):
        assert "too much time or memory" in confined.TooMuch("time").sentence
        assert "could not be read" in confined.ReadingFailed().sentence

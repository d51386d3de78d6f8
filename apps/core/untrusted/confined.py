"""Read what a stranger sent in a process of its own, which a hostile file may break without breaking anything else.

The process has no environment, no file of the application open, no network where the system can take it away, and limits
of its own on memory, processor time and what it writes, all of them set before its reader is loaded
(``confined_program``). A reader is a module with ``read(source, **options)``: ``source`` is a binary file, options and
answer are JSON. It knows no settings and no database; what it imports must not either.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.utils.translation import gettext as _

from apps.core.untrusted import confined_program

PROGRAM = Path(confined_program.__file__)


@dataclass(frozen=True)
class Limits:
    """``memory`` and ``output`` in bytes, ``cpu_seconds`` of the processor, ``seconds`` of the clock on the wall."""

    memory: int = 1024 * 1024 * 1024
    cpu_seconds: int = 10
    seconds: float = 30
    output: int = 4 * 1024 * 1024


class ReadingFailed(Exception):
    """The reader ended without an answer. ``reason``: ``crashed``, or one of ``TooMuch``'s."""

    def __init__(self, reason: str = "crashed") -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def sentence(self) -> str:
        """What happened, for whoever sent the file or looks at it."""
        return _("Este conteúdo não pôde ser lido. Pode estar danificado.")


class TooMuch(ReadingFailed):
    """Reading would take more than is given: ``reason`` is ``time``, ``memory`` or ``output``."""

    @property
    def sentence(self) -> str:
        return _("Ler este conteúdo exige tempo ou memória demais. Envie-o em partes menores ou em outro formato.")


def read(reader: str, source: bytes | BinaryIO, *, limits: Limits | None = None, **options: Any) -> Any:
    """What ``read`` of the module named ``reader`` answers for ``source``, which is copied and, if it is a file, left at
    its beginning. Raises ``ReadingFailed``; ``TooMuch`` when a limit ended it. Never tried twice by itself.
    """
    limits = limits or Limits()
    program_limits = {name: value for name, value in asdict(limits).items() if name != "seconds"}
    command = [sys.executable, "-I", "-B", str(PROGRAM), reader, json.dumps(program_limits), json.dumps(options)]
    with tempfile.TemporaryFile() as copy, tempfile.TemporaryFile() as output:
        _copy(source, copy)
        code = _run(command, copy, output, limits.seconds)
        output.seek(0)
        return _answer(code, output.read(limits.output + 1))


def _copy(source: bytes | BinaryIO, copy: IO[bytes]) -> None:
    if isinstance(source, bytes):
        copy.write(source)
    else:
        source.seek(0)
        shutil.copyfileobj(source, copy)
        source.seek(0)
    copy.seek(0)


def _run(command: list[str], source: IO[bytes], output: IO[bytes], seconds: float) -> int:
    """The status with which ``command`` ended; it and whatever it started are gone afterwards."""
    process = subprocess.Popen(
        command,
        stdin=source,
        stdout=output,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"LANG": "C.UTF-8", "PATH": os.defpath},
        start_new_session=True,
    )
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise TooMuch("time") from None
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the session that ``process`` leads, with whatever it left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _answer(code: int, output: bytes) -> Any:
    if code == -signal.SIGXCPU:
        raise TooMuch("time")
    if code == -signal.SIGKILL:  # By the system, which ran out of memory.
        raise TooMuch("memory")
    if code == os.EX_IOERR:
        raise TooMuch("output")
    try:
        answer = _plain(json.loads(output, parse_constant=str)) if code == 0 else {}
    except (ValueError, RecursionError):
        answer = {}
    if isinstance(answer, dict) and "answer" in answer:
        return answer["answer"]
    if isinstance(answer, dict) and "failed" in answer:
        raise TooMuch("memory")
    raise ReadingFailed


def _plain(value: Any) -> Any:
    """``value`` without what no database keeps: NUL and halves of characters."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    return value

"""Run as a program of its own by ``confined``: limits itself, then loads one reader and gives its answer as JSON.

python -I confined_program.py READER LIMITS OPTIONS    calls ``read(source, **OPTIONS)`` of the module READER, where
                                                       ``source`` is standard input, a file that can be searched
Standard output gets ``{"answer": …}`` or ``{"failed": reason}``. Only the standard library is loaded before the limits hold.
"""

import contextlib
import ctypes
import importlib
import json
import os
import resource
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
NO_NEW_PRIVILEGES = 38


def limit(memory: int, cpu_seconds: int, output: int) -> None:
    """Bytes of address space, seconds of processor time, bytes of any file written; no core dumps, no children."""
    hard = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: output,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,  # Does not hold for root.
    }
    for kind, most in hard.items():
        resource.setrlimit(kind, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))


def leave_the_network() -> None:
    """Where Linux lets anybody do so; elsewhere the network stays in reach, with nothing secret to send over it."""
    with contextlib.suppress(OSError, AttributeError):
        system = ctypes.CDLL(None)
        system.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        if system.unshare(NEW_NETWORK):  # Root may; anybody else needs a user namespace of its own first.
            system.unshare(NEW_USER | NEW_NETWORK)


def main(reader: str, limits: str, options: str) -> dict[str, object]:
    """What the module ``reader`` answers for standard input; ``limits`` and ``options`` are JSON objects."""
    limit(**json.loads(limits))
    leave_the_network()
    sys.path.insert(0, str(REPOSITORY))
    try:
        module = importlib.import_module(reader)
        return {"answer": module.read(sys.stdin.buffer, **json.loads(options))}
    except (MemoryError, RecursionError):
        return {"failed": "memory"}


if __name__ == "__main__":
    written = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # What a library prints is no answer.
    answer = json.dumps(main(*sys.argv[1:]), default=str).encode()
    try:
        while answer:
            answer = answer[os.write(written, answer) :]
    except OSError:  # More than may be written.
        sys.exit(os.EX_IOERR)

"""A reader that does what a hostile file might make one do."""

import os
import socket
import subprocess
import sys
import time

LIMITED = "resource" in sys.modules  # Set before this module was loaded.


def read(source, *, do, **options):
    return globals()[do](source, **options)


def count(source):
    source.seek(0)
    return len(source.read())


def run_without_end(source):
    while True:
        pass


def wait(source):
    time.sleep(600)


def use_memory(source):
    return len(bytearray(4 * 1024**3))


def write_much(source):
    return "x" * 50_000_000


def recurse(source):
    return recurse(source)


def die(source):
    os.abort()


def fail(source):
    raise ValueError("broken")


def leave(source):
    sys.exit(0)


def surroundings(source):
    import resource

    limits = [resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE]
    return {
        "environment": dict(os.environ),
        "files": [os.readlink(f"/proc/self/fd/{number}") for number in _open_files()],
        "limited": LIMITED and all(resource.getrlimit(kind)[0] > 0 for kind in limits),
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "django": [name for name in sys.modules if name.split(".")[0] == "django"],
    }


def _open_files():
    for number in map(int, os.listdir("/proc/self/fd")):
        if os.path.lexists(f"/proc/self/fd/{number}"):
            yield number


def call(source, *, port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return "refused"
    return "reached"


def leave_a_child(source):
    """Its number; None where nothing can be started."""
    try:
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid
    except OSError:
        return None


def odd_text(source):
    return ["a\0b", {"\ud800": "\udfff", "n": float("nan")}]


def chatter(source):
    os.write(1, b"a library prints")
    sys.stdout.write("and so does this")
    return "answer"

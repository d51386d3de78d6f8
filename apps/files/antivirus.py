"""Asks clamd (ClamAV's daemon) about a file, over its own small protocol: INSTREAM, chunks, an answer in one line."""

import socket
import struct
from typing import BinaryIO

from django.conf import settings

CHUNK = 64 * 1024
SECONDS = 60.0


class Unavailable(Exception):
    """clamd did not answer, or not in its own words; the file stays in quarantine and is asked about again."""


def scan(content: BinaryIO) -> str:
    """The name of what was found in ``content``; empty when it is clean. Raises ``Unavailable``."""
    try:
        with _connect() as daemon:
            daemon.sendall(b"zINSTREAM\0")
            while chunk := content.read(CHUNK):
                daemon.sendall(struct.pack("!L", len(chunk)) + chunk)
            daemon.sendall(struct.pack("!L", 0))
            answer = b""
            while not answer.endswith(b"\0"):
                if not (part := daemon.recv(4096)) or len(answer) > CHUNK:
                    break
                answer += part
    except OSError as error:
        raise Unavailable(str(error)) from error
    text = answer.rstrip(b"\0").decode(errors="replace").removeprefix("stream: ")
    if text == "OK":
        return ""
    if text.endswith(" FOUND"):
        return text.removesuffix(" FOUND")
    raise Unavailable(text or "no answer")


def _connect() -> socket.socket:
    """To ``CLAMD``: ``host:port``, or the path of a socket."""
    if settings.CLAMD.startswith("/"):
        daemon = socket.socket(socket.AF_UNIX)
        daemon.settimeout(SECONDS)
        daemon.connect(settings.CLAMD)
        return daemon
    host, _sep, port = settings.CLAMD.rpartition(":")
    return socket.create_connection((host, int(port)), SECONDS)

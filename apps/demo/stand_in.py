"""A server that plays every platform of the demonstration, so that credential probes show green and red for real.

A credential that begins with ``demo-`` works, one that holds ``sem-permissao`` lacks a permission, any other is refused.
"""

from base64 import b64decode
from binascii import Error
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STANDARD = {"host", "accept", "accept-encoding", "connection", "user-agent", "content-length", "content-type"}


class Platform(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        told = " ".join(_readable(value) for name, value in self.headers.items() if name.lower() not in STANDARD)
        told += self.path
        status = 403 if "sem-permissao" in told else 200 if "demo-" in told else 401
        body = b'{"stand_in": true}'
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: credentials pass here."""


def _readable(value: str) -> str:
    if not value.startswith("Basic "):
        return value
    try:
        return b64decode(value.removeprefix("Basic ")).decode(errors="replace")
    except Error:
        return value


def server(port: int) -> ThreadingHTTPServer:
    return ThreadingHTTPServer(("127.0.0.1", port), Platform)

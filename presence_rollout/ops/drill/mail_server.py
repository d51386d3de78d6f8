"""A mail server that takes in every message and keeps it in a file: what is sent twice lies there twice.

    python -m presence_rollout.ops.drill.mail_server PORT FOLDER

A process of its own, so that it can be stopped (SIGSTOP) and is then as silent as a server that hangs.
"""

import socketserver
import sys
import uuid
from pathlib import Path


class Session(socketserver.StreamRequestHandler):
    """One connection: as much of SMTP as Python's client speaks."""

    folder: Path

    def handle(self) -> None:
        self.say("220 drill")
        while line := self.rfile.readline().decode("latin-1").strip():
            verb = line.split()[0].upper()
            if verb == "DATA":
                self.say("354 go on")
                self.keep()
            elif verb == "QUIT":
                self.say("221 bye")
                return
            self.say("250 ok")

    def keep(self) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        content = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
        path = self.folder / uuid.uuid4().hex
        path.with_suffix(".part").write_bytes(content)
        path.with_suffix(".part").rename(path.with_suffix(".eml"))

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main(port: str, folder: str) -> None:
    Session.folder = Path(folder)
    Session.folder.mkdir(parents=True, exist_ok=True)
    with Server(("127.0.0.1", int(port)), Session) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
